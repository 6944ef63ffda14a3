package value

import (
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Reference is one name, or chain of names, that an expression uses.
type Reference struct {
	Pos  diag.Pos
	Path []string
}

// Call is one call of a function whose arguments are all written out, such as
// conn('main').
type Call struct {
	Pos  diag.Pos
	Name string
	Args []string
}

// Uses is what an expression names.
type Uses struct {
	Refs  []Reference
	Calls []Call
}

// Interpolation is one scalar with ${…} in it.
type Interpolation struct {
	Template *expr.Template
	Uses
}

// InterpolationsOf finds the scalars of a node that hold ${…}, without those
// of steps that stand inside it.
func InterpolationsOf(n *yamldoc.Node) []Interpolation {
	if n.Kind == yamldoc.Scalar {
		if !strings.Contains(n.Text, "${") {
			return nil
		}
		t, err := expr.Parse(n.Text, expr.Scope{})
		if err != nil {
			return nil // the shape that reads it complains
		}
		return []Interpolation{{t, UsesOf(n, t)}}
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

// parsed is an expression, or a text with some in it.
type parsed interface {
	Refs() []expr.Ref
	Calls() []expr.Call
}

// UsesOf gives what the expressions in a node name.
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
