package spec

import (
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Step is one line of the script: exactly one verb, and how it is carried out.
type Step struct {
	Pos    diag.Pos
	Verb   string
	On     string
	As     string
	Name   string
	If     *value.Expression
	Within Value[time.Duration]
	After  *Moment
	With   []yamldoc.Entry[value.Data]
	Action Action
	Write  *Write
	Texts  []value.Interpolation // its scalars that hold ${…}
}

// Action is what a step does: a pointer to one of the types of this package
// that [verbs] makes.
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
	"connect":     {func() Action { return &Connect{} }, "Dials and waits for the handshake."},
	"accept":      {func() Action { return &Accept{} }, "Takes the next dial on an endpoint."},
	"send":        {func() Action { return &Send{} }, "Sends one message."},
	"expect":      {func() Action { return &Expect{} }, "The next unread event of the kind it names must match."},
	"await":       {func() Action { return &Expect{Mode: ReadOn} }, "Reads on until an event matches."},
	"send_media":  {func() Action { return &SendMedia{} }, "Streams a source in real time, in the background."},
	"absent":      {func() Action { return &Expect{Mode: MustNotBe} }, "Nothing that matches arrives within the step's time."},
	"assert":      {func() Action { return &Assert{} }, "Holds what has happened against matchers."},
	"close":       {func() Action { return &Close{} }, "Begins the closing handshake."},
	"stop_media":  {func() Action { return &StopMedia{} }, "Ends a stream, with the dialect's stop."},
	"clear_media": {func() Action { return &ClearMedia{} }, "Empties a playback buffer: the platform's by the dialect's clear, or our own."},
	"send_mark":   {func() Action { return &SendMark{} }, "Sends the dialect's mark."},
	"send_dtmf":   {func() Action { return &SendDTMF{} }, "Sends keys, in the dialect's way."},

	"reading":   {func() Action { return &Reading{} }, "Stops taking what comes, or goes on."},
	"drop":      {func() Action { return &Drop{} }, "Ends the TCP connection without a Close."},
	"send_ping": {func() Action { return &SendPing{} }, "Sends a Ping frame."},

	"send_frame": {func() Action { return &SendFrame{} }, "Sends a frame, or several, with any header, right or wrong."},
	"send_bytes": {func() Action { return &SendBytes{} }, "Sends octets as they are."},

	"wait":            {func() Action { return &Wait{} }, "Waits for a while, or for the end of a stream."},
	"set":             {func() Action { return &Set{} }, "Gives values to variables."},
	"skip":            {func() Action { return &Skip{} }, "Ends the scenario as skipped, with a reason."},
	"add_listener":    {func() Action { return &Listener{} }, "From now on answers or ignores what matches, in the background."},
	"remove_listener": {func() Action { return &RemoveListener{} }, "Ends a listener."},
	"repeat":          {func() Action { return &Repeat{} }, "Carries out steps again and again."},
	"parallel":        {func() Action { return &Parallel{} }, "Carries out branches side by side."},
	"use":             {func() Action { return &Use{} }, "Carries out a sequence of the suite."},
}

// Verbs gives the verbs of steps, sorted.
func Verbs() []string { return words(verbs) }

// Steps takes a list of steps.
func Steps(into *[]Step) yamldoc.Shape {
	steps := yamldoc.List(into, stepShape)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind == yamldoc.Sequence && len(n.Items) == 0 {
			yamldoc.Expected(n, "a list of steps", out)
		}
		steps.Decode(n, out)
	}, steps.Describe)
}

func stepShape(s *Step) yamldoc.Shape {
	return yamldoc.ShapeOf(s.decode, func(d *yamldoc.Defs) *yamldoc.Schema {
		keyed := d.Define("step", func() *yamldoc.Schema {
			properties := (&Step{}).describe(d)
			return &yamldoc.Schema{Type: "object", Closed: true, Properties: properties}
		})
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Enum: words(verbs)}, keyed}}
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
	s.Texts = value.InterpolationsOf(n)
	if _, ok := s.Action.(*Use); !ok && s.With != nil {
		out.Addf(s.Pos, "`with` gives arguments to `use`, not to %s", s.Verb)
	}
	if s.Write != nil && !s.writes() {
		out.Hintf(s.Write.Pos, "it says how octets are written", "`write` does not stand beside %s", s.Verb)
	}
	if s.Within.IsSet() && !slices.Contains(deadlined, s.Verb) {
		out.Hintf(s.Within.Pos, "it is for "+strings.Join(deadlined, ", "), "`within` means nothing to %s", s.Verb)
	}
	s.checkName(n, out)
}

// deadlined are the verbs that `within` is the deadline of.
var deadlined = []string{"connect", "accept", "send", "send_ping", "send_frame", "send_bytes", "close", "expect", "await", "absent"}

// writes reports whether a step hands octets to the system in pieces that may
// be chosen.
func (s *Step) writes() bool {
	switch s.Action.(type) {
	case *Send, *SendFrame, *SendBytes, *SendPing, *Close, *Connect, *Accept:
		return true
	}
	return false
}

// checkName refuses labels that no expression could name.
func (s *Step) checkName(n *yamldoc.Node, out *diag.List) {
	if s.As == "" {
		return
	}
	if err := expr.CheckName(s.As); err != nil {
		out.Addf(n.Get("as").Pos, "%v", err)
	}
}

// Moments gives the labels that a step's moments name.
func (s *Step) Moments() []Moment {
	var out []Moment
	if s.After != nil {
		out = append(out, *s.After)
	}
	if a, ok := s.Action.(*Assert); ok {
		for _, c := range a.Comparisons {
			if c.Difference != nil {
				out = append(out, Moment{c.Pos, c.Difference.A}, Moment{c.Pos, c.Difference.B})
			}
		}
		if a.Audio != nil && a.Audio.From != nil {
			out = append(out, *a.Audio.From)
		}
		if a.Audio != nil && a.Audio.To != nil {
			out = append(out, *a.Audio.To)
		}
		if a.Turn != nil && a.Turn.From != nil {
			out = append(out, *a.Turn.From)
		}
	}
	return out
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
	k.Key("if", yamldoc.Optional(&s.If, value.ExpressionShape), "Carried out only if this expression holds.")
	k.Key("within", Duration(&s.Within), "The deadline of a step that waits.")
	k.Key("after", yamldoc.Optional(&s.After, MomentShape), "A step that acts waits for this moment; one that waits counts from it.")
	k.Key("write", yamldoc.Optional(&s.Write, (*Write).shape), "In which pieces the octets of a step that sends are written.")
	k.Key("with", yamldoc.Dict(&s.With, value.Variable), "The arguments of `use`.")
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
