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
	Doubt  diag.Doubt            // about the step, without the steps inside it
	Adrift bool                  // it may have a connection of its own, which could not be read

	read []string // the keys that were read as its verb
}

// Steps takes a list of steps that is not empty.
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
	return yamldoc.Doubted(&s.Doubt, yamldoc.ShapeOf(s.decode, func(d *yamldoc.Defs) *yamldoc.Schema {
		keyed := d.Define("step", func() *yamldoc.Schema {
			properties := (&Step{}).describe(d)
			return &yamldoc.Schema{Type: "object", Closed: true, Properties: properties}
		})
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Enum: Verbs()}, keyed}}
	}))
}

// decode reads a step. A step of one word is a verb without a value.
func (s *Step) decode(n *yamldoc.Node, out *diag.List) {
	s.Pos = n.Pos
	switch {
	case n.Kind == yamldoc.Scalar && !n.IsEmpty():
		s.decodeWord(n, out)
		return
	case n.Kind != yamldoc.Mapping:
		yamldoc.Expected(n, "a step, such as {send: hello}", out)
		return
	}
	s.decodeVerb(n, out)
	s.decodeKeys(n, out)
	s.Texts = value.InterpolationsOf(n)
	if s.Action != nil {
		s.check(n, out)
	}
}

// decodeKeys reads the keys beside the verb. If one of them was not understood,
// it may have been `on`, and the step is adrift.
func (s *Step) decodeKeys(n *yamldoc.Node, out *diag.List) {
	var keys diag.List
	yamldoc.DecodeKeys(n, s, &keys)
	s.Adrift = s.On == "" && keys.Doubt().Unclear()
	out.Take(&keys)
}

// decodeWord reads a step that is only a verb.
func (s *Step) decodeWord(n *yamldoc.Node, out *diag.List) {
	v, ok := find(n.Text)
	if !ok {
		out.Unknown(n.Pos, n.Text, Verbs(), "unknown verb %q", n.Text)
		return
	}
	s.act(v, &yamldoc.Node{Kind: yamldoc.Mapping, Pos: n.Pos}, out)
}

// decodeVerb finds the one verb among the keys, and reads its value.
func (s *Step) decodeVerb(n *yamldoc.Node, out *diag.List) {
	for _, f := range n.Fields {
		v, ok := find(f.Key.Text)
		if !ok {
			continue
		}
		if s.read = append(s.read, f.Key.Text); len(s.read) > 1 {
			out.Hintf(f.Key.Pos, "make it a step of its own", "a second verb, %q, in one step", f.Key.Text)
			out.Suspect(f.Words()...)
			continue
		}
		s.Pos = f.Key.Pos
		says := f.Value
		if says.IsEmpty() {
			says = &yamldoc.Node{Kind: yamldoc.Mapping, Pos: f.Key.Pos}
		}
		s.act(v, says, out)
	}
	if s.Action == nil {
		s.complain(n, out)
	}
}

// act makes the action of a verb and reads the verb's value into it.
func (s *Step) act(v verb, says *yamldoc.Node, out *diag.List) {
	s.Verb, s.Action = v.name, v.make()
	s.Action.shape().Decode(says, out)
}

// complain says which key of a step without a verb was probably meant as one. It
// chooses the first key that is nearly a verb, or the first unknown key if there
// is none.
func (s *Step) complain(n *yamldoc.Node, out *diag.List) {
	common := yamldoc.Names(&Step{})
	others := slices.DeleteFunc(slices.Clone(n.Fields), func(f yamldoc.Field) bool { return slices.Contains(common, f.Key.Text) })
	if len(others) == 0 {
		out.Hintf(n.Pos, "such as send, expect or close", "a step without a verb")
		out.Lose()
		return
	}
	meant := max(0, slices.IndexFunc(others, func(f yamldoc.Field) bool {
		_, near := diag.Nearest(f.Key.Text, Verbs())
		return near
	}))
	key := others[meant].Key
	s.read = []string{key.Text}
	out.UnknownKey(key.Pos, key.Text, Verbs(), others[meant].Value.Words(), "unknown verb %q", key.Text)
}

// check complains about the keys that do not go with the verb.
func (s *Step) check(n *yamldoc.Node, out *diag.List) {
	if _, ok := s.Action.(*Use); !ok && s.With != nil {
		out.Addf(s.Pos, "`with` gives arguments to `use`, not to %s", s.Verb)
	}
	if s.Write != nil && !s.Facts().Write {
		out.Hintf(s.Write.Pos, "it says how octets are written", "`write` does not stand beside %s", s.Verb)
	}
	if s.Within.IsSet() && !s.Facts().Within {
		timed := verbsThat(func(f Facts) bool { return f.Within })
		out.Hintf(s.Within.Pos, "it is for "+strings.Join(timed, ", "), "`within` means nothing to %s", s.Verb)
	}
	if r, ok := s.Action.(*Run); ok && r.Background && s.Within.IsSet() {
		out.Hintf(s.Within.Pos, "nothing is waited for", "`within` means nothing to a command in the background")
	}
	s.checkName(n, out)
}

// conditionShape takes an expression whose value must be true or false.
func conditionShape(e *value.Expression) yamldoc.Shape {
	return yamldoc.Whole(value.ExpressionShape(e), func(_ *yamldoc.Node, out *diag.List) {
		if e.Program.IsLiteral() {
			if _, err := e.Holds(expr.Env{}); err != nil {
				out.Add(diag.At(e.Pos, err))
			}
		}
	})
}

// checkName refuses a label that no expression could name.
func (s *Step) checkName(n *yamldoc.Node, out *diag.List) {
	if s.As == "" {
		return
	}
	if err := expr.CheckName(s.As); err != nil {
		out.Addf(n.Get("as").Pos, "%v", err)
		out.Lose()
	}
}

// Keys names the keys that every step may have, and those that were read as its
// verb.
func (s *Step) Keys(k *yamldoc.Keys) {
	k.Key("on", wordShape(&s.On), "The connection (main).")
	k.Key("as", wordShape(&s.As), "A label for what the step did or saw.")
	k.Key("name", yamldoc.Text(&s.Name), "What the step is for, shown in reports.")
	k.Key("if", yamldoc.Optional(&s.If, conditionShape), "Carried out only if this expression holds.")
	k.Key("within", Duration(&s.Within), "The deadline of a step that waits.")
	k.Key("after", yamldoc.Optional(&s.After, MomentShape), "A step that acts waits for this moment; one that waits counts from it.")
	k.Key("write", yamldoc.Optional(&s.Write, (*Write).shape), "How a step that sends splits its octets into writes.")
	k.Key("with", yamldoc.Dict(&s.With, kept), "The arguments of `use`.")
	for _, word := range s.read {
		k.Key(word, yamldoc.ShapeOf(func(*yamldoc.Node, *diag.List) {}, nil), "")
	}
	k.Near(sortedVerbs())
}

// describe gives the properties of a step: the common keys, and all verbs.
func (s *Step) describe(d *yamldoc.Defs) []yamldoc.Property {
	properties := yamldoc.Properties(s, d)
	for _, name := range Verbs() {
		v, _ := find(name)
		p := *v.make().shape().Describe(d)
		p.Description = v.doc
		properties = append(properties, yamldoc.Property{Name: name, Schema: &p})
	}
	return properties
}
