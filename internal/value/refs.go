package value

import (
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Reference is one name, or chain of names, in an expression.
type Reference struct {
	Pos  diag.Pos
	Path []string
}

// Call is one call of a function whose arguments are all texts in quotes, such
// as conn('main'). Of protobuf() and unprotobuf() it is the name of the message.
type Call struct {
	Pos  diag.Pos
	Name string
	Args []string
}

// Uses is everything that an expression names.
type Uses struct {
	Refs  []Reference
	Calls []Call
}

// Interpolation is one scalar that holds ${…}.
type Interpolation struct {
	Template *expr.Template
	Uses
	node *yamldoc.Node
}

// Each gives the ${…} of the scalar, each by itself.
func (i Interpolation) Each() []Interpolation {
	each := i.Template.Each()
	if len(each) == 1 {
		return []Interpolation{i}
	}
	out := make([]Interpolation, len(each))
	for k, t := range each {
		out[k] = Interpolation{t, UsesOf(i.node, t), i.node}
	}
	return out
}

// Check computes the scalar, and gives what is wrong as a [diag.Diagnostic] with the place.
func (i Interpolation) Check(env expr.Env) error {
	if _, err := i.Template.Eval(env); err != nil {
		return Explain(i.node, err)
	}
	return nil
}

// InterpolationsOf gives the scalars of a node that hold ${…}. It leaves out the
// steps inside the node, and scalars that cannot be read.
func InterpolationsOf(n *yamldoc.Node) []Interpolation {
	if n.Kind == yamldoc.Scalar {
		if !strings.Contains(n.Text, "${") {
			return nil
		}
		t, err := expr.Parse(n.Text, expr.Scope{})
		if err != nil {
			return nil // the shape that decodes it complains
		}
		return []Interpolation{{t, UsesOf(n, t), n}}
	}
	var out []Interpolation
	for _, item := range n.Items {
		out = append(out, InterpolationsOf(item)...)
	}
	for _, f := range n.Fields {
		if f.Key.Text != "steps" {
			out = append(out, InterpolationsOf(f.Value)...)
		}
	}
	return out
}

// parsed is an expression, or a text with expressions in it.
type parsed interface {
	Refs() []expr.Ref
	Calls() []expr.Call
}

// UsesOf gives what the expressions of a node name, with the places.
func UsesOf(n *yamldoc.Node, p parsed) Uses {
	var out Uses
	for _, r := range p.Refs() {
		out.Refs = append(out.Refs, Reference{Pos: n.At(r.Offset, r.Length), Path: r.Path})
	}
	for _, c := range p.Calls() {
		out.Calls = append(out.Calls, Call{Pos: n.At(c.Offset, c.Length), Name: c.Name, Args: c.Args})
	}
	return out
}

// Interpolations gives the scalars of data that hold ${…}.
func (d Data) Interpolations() []Interpolation {
	if d.node == nil {
		return nil
	}
	return InterpolationsOf(d.node)
}
