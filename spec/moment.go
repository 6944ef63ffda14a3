package spec

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/match"
)

// Moment is a point in time such as `reply.start + 1200ms`.
type Moment struct {
	Pos diag.Pos
	expr.Moment
}

// MomentShape takes a moment.
func MomentShape(m *Moment) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		m.Pos = n.Pos
		if n.Kind != yamldoc.Scalar || n.IsEmpty() {
			yamldoc.Expected(n, "a moment, such as reply.start + 200ms", out)
			return
		}
		var err error
		if m.Moment, err = expr.ParseMoment(n.Text); err != nil {
			out.Add(value.Explain(n, err))
		}
	}, func(*yamldoc.Defs) *yamldoc.Schema { return &yamldoc.Schema{Type: "string"} })
}

// momentLabels gives the labels of the moments that are not nil.
func momentLabels(moments ...*Moment) []Name {
	var out []Name
	for _, m := range moments {
		if m != nil {
			out = append(out, Name{m.Pos, m.Label})
		}
	}
	return out
}

// Comparison is one key of `assert` beside `audio` and `turn`: a difference of
// two moments or an expression, and the matcher for it.
type Comparison struct {
	Pos        diag.Pos
	Text       string
	Difference *expr.Difference
	Expression *value.Expression
	Matcher    match.Matcher
}

// span is the position of a value that is the time between two moments.
var span = inUnit(spanUnit, match.Duration)

func readComparison(f yamldoc.Field, out *diag.List) Comparison {
	c := Comparison{Pos: f.Key.Pos, Text: f.Key.Text}
	d, looks, err := expr.ParseDifference(f.Key.Text)
	switch {
	case err != nil:
		out.Add(value.Explain(f.Key, err))
	case looks:
		c.Difference = &d
		c.Matcher = match.Read(f.Value, span, out)
	default:
		c.Expression = &value.Expression{}
		value.ExpressionShape(c.Expression).Decode(f.Key, out)
		c.Matcher = match.Read(f.Value, match.Any, out)
	}
	return c
}
