package spec

import (
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Step is one line of the script: exactly one verb, and how it is carried out.
type Step struct {
	Pos    diag.Pos
	Verb   string
	On     string
	As     string
	Name   string
	Within Value[time.Duration]
	Action Action
}

// Action is what a step does: *Connect, *Send, *Expect, *SendMedia, *Close,
// *Drop, *SendPing or *Assert.
type Action interface {
	// shape reads what stands behind the verb.
	shape() yamldoc.Shape
}

// verbs is the registry: each verb with its action and its sentence of
// documentation.
var verbs = map[string]struct {
	make func() Action
	doc  string
}{
	"connect":    {func() Action { return &Connect{} }, "Dials and waits for the handshake."},
	"send":       {func() Action { return &Send{} }, "Sends one message."},
	"expect":     {func() Action { return &Expect{} }, "The next unread event of the kind it names must match."},
	"await":      {func() Action { return &Expect{Skip: true} }, "Reads on until an event matches."},
	"send_media": {func() Action { return &SendMedia{} }, "Streams a source in real time, in the background."},
	"assert":     {func() Action { return &Assert{} }, "Holds what has happened against matchers."},
	"close":      {func() Action { return &Close{} }, "Begins the closing handshake."},
	"drop":       {func() Action { return &Drop{} }, "Ends the TCP connection without a Close."},
	"send_ping":  {func() Action { return &SendPing{} }, "Sends a Ping frame."},
}

// Steps takes a list of steps.
func Steps(into *[]Step) yamldoc.Shape { return yamldoc.List(into, stepShape) }

func stepShape(s *Step) yamldoc.Shape {
	return yamldoc.ShapeOf(s.decode, func(d *yamldoc.Defs) *yamldoc.Schema {
		return d.Define("step", func() *yamldoc.Schema {
			properties := (&Step{}).describe(d)
			return &yamldoc.Schema{Type: "object", Closed: true, Properties: properties}
		})
	})
}

// decode finds the one verb of a step. A step of one word is a verb without
// anything to say.
func (s *Step) decode(n *yamldoc.Node, out *diag.List) {
	s.Pos = n.Pos
	if n.Kind == yamldoc.Scalar && !n.IsEmpty() {
		if v, ok := verbs[n.Text]; ok {
			s.Verb, s.Action = n.Text, v.make()
			s.Action.shape().Decode(&yamldoc.Node{Kind: yamldoc.Mapping, Pos: n.Pos}, out)
			return
		}
		out.Hintf(n.Pos, diag.DidYouMean(n.Text, words(verbs)), "unknown verb %q", n.Text)
		return
	}
	if n.Kind != yamldoc.Mapping {
		yamldoc.Expected(n, "a step, such as {send: hello}", out)
		return
	}
	for _, f := range n.Fields {
		v, ok := verbs[f.Key.Text]
		if !ok {
			continue
		}
		if s.Action != nil {
			out.Hintf(f.Key.Pos, "make it a step of its own", "a second verb, %q, in one step", f.Key.Text)
			return
		}
		s.Verb, s.Pos, s.Action = f.Key.Text, f.Key.Pos, v.make()
		value := f.Value
		if value.IsEmpty() {
			value = &yamldoc.Node{Kind: yamldoc.Mapping, Pos: f.Key.Pos}
		}
		s.Action.shape().Decode(value, out)
	}
	if s.Action == nil {
		s.complain(n, out)
		return
	}
	yamldoc.DecodeKeys(n, s, out)
}

// complain tells which key of a step without a verb was probably meant as one.
func (s *Step) complain(n *yamldoc.Node, out *diag.List) {
	common := yamldoc.Names(&Step{})
	for _, f := range n.Fields {
		known := false
		for _, c := range common {
			known = known || c == f.Key.Text
		}
		if !known {
			out.Hintf(f.Key.Pos, diag.DidYouMean(f.Key.Text, words(verbs)), "unknown verb %q", f.Key.Text)
			return
		}
	}
	out.Hintf(n.Pos, "such as send, expect or close", "a step without a verb")
}

// Keys names the keys that every step may carry; its verb is one more.
func (s *Step) Keys(k *yamldoc.Keys) {
	k.Key("on", yamldoc.Text(&s.On), "The connection (main).")
	k.Key("as", yamldoc.Text(&s.As), "A label for what the step did or saw.")
	k.Key("name", yamldoc.Text(&s.Name), "What the step is for, shown in reports.")
	k.Key("within", Duration(&s.Within), "The deadline of a step that waits.")
	if s.Verb != "" {
		k.Key(s.Verb, yamldoc.ShapeOf(func(*yamldoc.Node, *diag.List) {}, nil), "")
	}
}

// describe gives the properties of a step: the common keys and all verbs.
func (s *Step) describe(d *yamldoc.Defs) []yamldoc.Property {
	properties := yamldoc.Properties(s, d)
	for _, w := range words(verbs) {
		p := *verbs[w].make().shape().Describe(d)
		p.Description = verbs[w].doc
		properties = append(properties, yamldoc.Property{Name: w, Schema: &p})
	}
	return properties
}
