package spec

import (
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
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Enum: Verbs()}, keyed}}
	})
}

// decode finds the one verb of a step. A step of one word is a verb without
// anything to say.
func (s *Step) decode(n *yamldoc.Node, out *diag.List) {
	s.Pos = n.Pos
	if n.Kind == yamldoc.Scalar && !n.IsEmpty() {
		if v, ok := find(n.Text); ok {
			s.Verb, s.Action = n.Text, v.make()
			s.Action.shape().Decode(&yamldoc.Node{Kind: yamldoc.Mapping, Pos: n.Pos}, out)
			return
		}
		out.Hintf(n.Pos, diag.DidYouMean(n.Text, Verbs()), "unknown verb %q", n.Text)
		return
	}
	if n.Kind != yamldoc.Mapping {
		yamldoc.Expected(n, "a step, such as {send: hello}", out)
		return
	}
	for _, f := range n.Fields {
		v, ok := find(f.Key.Text)
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
	if s.Write != nil && !s.Facts().Write {
		out.Hintf(s.Write.Pos, "it says how octets are written", "`write` does not stand beside %s", s.Verb)
	}
	if s.Within.IsSet() && !s.Facts().Within {
		timed := verbsThat(func(f Facts) bool { return f.Within })
		out.Hintf(s.Within.Pos, "it is for "+strings.Join(timed, ", "), "`within` means nothing to %s", s.Verb)
	}
	s.checkName(n, out)
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

// complain tells which key of a step without a verb was probably meant as one.
func (s *Step) complain(n *yamldoc.Node, out *diag.List) {
	common := yamldoc.Names(&Step{})
	for _, f := range n.Fields {
		known := false
		for _, c := range common {
			known = known || c == f.Key.Text
		}
		if !known {
			out.Hintf(f.Key.Pos, diag.DidYouMean(f.Key.Text, Verbs()), "unknown verb %q", f.Key.Text)
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
	for _, name := range Verbs() {
		v, _ := find(name)
		p := *v.make().shape().Describe(d)
		p.Description = v.doc
		properties = append(properties, yamldoc.Property{Name: name, Schema: &p})
	}
	return properties
}
