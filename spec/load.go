package spec

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/match"
)

// MaxLoad is the most runs of a `load`.
const MaxLoad = 100_000

// Load performs a scenario many times, several at once, as one testcase.
type Load struct {
	Pos    diag.Pos
	Times  Value[int]
	AtOnce Value[int]           // all if it is not set
	Ramp   Value[time.Duration] // the first AtOnce runs begin spread over this time
	Passed Quantity             // the share of runs that must pass; all if it is not set
	Checks []LoadCheck
	Uses   value.Uses // what all its ${…} use
}

// LoadCheck holds figures over all runs against matchers. The figures are of a
// difference of moments, of an expression, or of a measure that the turn checks
// of the runs took.
type LoadCheck struct {
	Comparison // its Matcher is not used
	Measure    string
	Of         []yamldoc.Entry[match.Matcher] // by figure: $p50, $p95, $p99, $mean, $max
}

// spreadWords are the names of figures over all runs.
var spreadWords = []string{"$p50", "$p95", "$p99", "$mean", "$max"}

// SpreadWords gives the names of the figures over all runs of a load.
func SpreadWords() []string { return slices.Clone(spreadWords) }

// Keys names the keys of `load`.
func (l *Load) Keys(k *yamldoc.Keys) {
	if n := k.Node(); n != nil {
		l.Pos = n.Pos
		for _, t := range value.InterpolationsOf(n) {
			l.Uses.Refs = append(l.Uses.Refs, t.Refs...)
			l.Uses.Calls = append(l.Uses.Calls, t.Calls...)
		}
	}
	k.Key("times", Integer(&l.Times), "How often the scenario is performed.", yamldoc.Required)
	k.Key("at_once", Integer(&l.AtOnce), "How many run at once (all).")
	k.Key("ramp", Duration(&l.Ramp), "The time over which the first ones begin (0s).")
	k.Key("assert", l.assertShape(), "What must hold over all runs.")
}

func (l *Load) assertShape() yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if len(n.Fields) == 0 {
			yamldoc.Expected(n, "a mapping of what is asserted", out)
			return
		}
		for _, f := range n.Fields {
			if f.Key.Text == "passed" {
				inPercent(&l.Passed).Decode(f.Value, out)
				continue
			}
			l.Checks = append(l.Checks, readLoadCheck(f, out))
		}
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{Type: "object", Additional: &yamldoc.Schema{},
			Properties: []yamldoc.Property{{Name: "passed", Schema: inPercent(&l.Passed).Describe(d)}}}
	})
}

func readLoadCheck(f yamldoc.Field, out *diag.List) LoadCheck {
	c := LoadCheck{Comparison: Comparison{Pos: f.Key.Pos, Text: f.Key.Text}}
	at := match.Any
	d, looks, err := expr.ParseDifference(f.Key.Text)
	near, isNear := diag.Nearest(f.Key.Text, turnSubjects())
	switch {
	case slices.Contains(turnSubjects(), f.Key.Text):
		c.Measure, at = f.Key.Text, span
	case isNear:
		out.Hintf(f.Key.Pos, fmt.Sprintf("did you mean %q?", near), "unknown measure %q", f.Key.Text)
		return c
	case err != nil:
		out.Add(value.Explain(f.Key, err))
		return c
	case looks:
		c.Difference, at = &d, span
	default:
		c.Expression = &value.Expression{}
		value.ExpressionShape(c.Expression).Decode(f.Key, out)
	}
	if len(f.Value.Fields) == 0 {
		yamldoc.Expected(f.Value, "figures over all runs, such as {$p95: {$lt: 1s}}", out)
		return c
	}
	for _, of := range f.Value.Fields {
		if !slices.Contains(spreadWords, of.Key.Text) {
			out.Hintf(of.Key.Pos, "one of "+strings.Join(spreadWords, ", "), "%q is no figure over all runs", of.Key.Text)
			continue
		}
		c.Of = append(c.Of, yamldoc.Entry[match.Matcher]{Name: of.Key.Text, Pos: of.Key.Pos, Value: match.Read(of.Value, at, out)})
	}
	return c
}

// Matchers gives what figures are held against.
func (l *Load) Matchers() []*match.Matcher {
	var out []*match.Matcher
	for _, c := range l.Checks {
		for i := range c.Of {
			out = append(out, &c.Of[i].Value)
		}
	}
	return out
}

// Bind gives the load with every ${…} computed. It is an error if a number of
// runs is not 1 to [MaxLoad].
func (l *Load) Bind(env expr.Env) (*Load, error) {
	b := *l
	for _, v := range []*Value[int]{&b.Times, &b.AtOnce} {
		if err := v.bind(env); err != nil {
			return nil, err
		}
		if n, _ := v.Known(); v.IsSet() && (n < 1 || n > MaxLoad) {
			return nil, diag.Diagnostic{Pos: v.Pos, Message: "a load has 1 to 100000 runs"}
		}
	}
	if err := b.Ramp.bind(env); err != nil {
		return nil, err
	}
	if err := b.Passed.bind(env); err != nil {
		return nil, err
	}
	b.Checks = slices.Clone(l.Checks)
	for i := range b.Checks {
		of := slices.Clone(b.Checks[i].Of)
		for k := range of {
			var err error
			if of[k].Value, err = of[k].Value.Bind(env); err != nil {
				return nil, err
			}
		}
		b.Checks[i].Of = of
	}
	return &b, nil
}
