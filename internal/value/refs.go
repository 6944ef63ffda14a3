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

// Interpolation is one scalar with ${…} in it.
type Interpolation struct {
	Template *expr.Template
	Refs     []Reference
}

// InterpolationsOf finds the scalars of a node that hold ${…}, without those
// of steps that stand inside it.
func InterpolationsOf(n *yamldoc.Node) []Interpolation {
	var out []Interpolation
	switch n.Kind {
	case yamldoc.Scalar:
		if !strings.Contains(n.Text, "${") {
			return nil
		}
		t, err := expr.Parse(n.Text, expr.Scope{})
		if err != nil {
			return nil // the shape that reads it complains
		}
		return []Interpolation{{t, placeRefs(n, t.Refs())}}
	case yamldoc.Sequence:
		for _, item := range n.Items {
			out = append(out, InterpolationsOf(item)...)
		}
	case yamldoc.Mapping:
		for _, f := range n.Fields {
			if f.Key.Text != "steps" {
				out = append(out, InterpolationsOf(f.Value)...)
			}
		}
	}
	return out
}

func placeRefs(n *yamldoc.Node, refs []expr.Ref) []Reference {
	out := make([]Reference, len(refs))
	for i, r := range refs {
		out[i] = Reference{Pos: n.At(r.Offset, r.Length), Path: r.Path}
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
