package plan

import (
	"errors"
	"maps"
	"math"
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
)

// An expression whose value is known before anything is dialled is computed there, so that a
// wrong one is a complaint. One that a step may never come to may be wrong on purpose: a suite
// that asks `if: matrix.body != null` may name matrix.body.text behind it.

// likelihood is whether a step is carried out if those before it pass.
type likelihood int

const (
	certain likelihood = iota
	perhaps            // only what names nothing is computed: it is wrong wherever it is carried out
	never              // nothing is computed
)

// foreseen is a text or an expression, and what it needs to be computed.
type foreseen struct {
	source interface {
		Varies() bool
		Members() [][]string
	}
	uses    value.Uses
	compute func(expr.Env) error
}

// ofTexts gives the texts that hold ${…}.
func ofTexts(texts []value.Interpolation) []foreseen {
	var out []foreseen
	for _, text := range texts {
		for _, t := range text.Each() {
			out = append(out, foreseen{t.Template, t.Uses, t.Check})
		}
	}
	return out
}

// ofExpression gives a bare expression. Its last member may be missing.
func ofExpression(e *value.Expression) foreseen {
	return foreseen{e.Program, e.Uses(), func(env expr.Env) error {
		_, err := e.Lookup(env)
		if absent := (*expr.Absence)(nil); errors.As(err, &absent) {
			return nil
		}
		return err
	}}
}

// likelyIf gives how likely a step with a condition is carried out.
func likelyIf(c *checker, cond *value.Expression) likelihood {
	if cond.Program == nil || c.likely == never {
		return never // there is a complaint, or it is as around it
	}
	f := foreseer{c.binder, c.b, c.given}
	holds, err := f.holds(cond)
	switch {
	case err == nil && !holds:
		return never
	case err == nil:
		return c.likely
	case !errors.Is(err, errLater) && c.likely == certain && !c.skips:
		c.complain(cond.Pos, err)
	}
	return perhaps
}

// foresee computes what a step says, as far as it is known before anything is dialled.
func foresee(c *checker, texts []value.Interpolation, bare ...*value.Expression) {
	all := ofTexts(texts)
	for _, e := range bare {
		if e.Program != nil {
			all = append(all, ofExpression(e))
		}
	}
	l := c.likely
	if c.skips {
		l = max(l, perhaps)
	}
	foreseer{c.binder, c.b, c.given}.foresee(l, all)
}

// foreseeBeside computes what stands beside the steps of a scenario, such as the answer of a listener. If
// others than this scenario have it, or this is one row of a matrix, that may not come to it.
func foreseeBeside(c *checker, texts []value.Interpolation, shared bool) {
	l := certain
	if shared || c.b.row != nil {
		l = perhaps
	}
	foreseer{c.binder, c.b, nil}.foresee(l, ofTexts(texts))
}

// foreseer computes what is known before anything is dialled.
type foreseer struct {
	*binder
	out   *draft
	given *given // what a sequence is given; nil if there is none
}

// foresee computes what is known, and complains of what is wrong.
func (f foreseer) foresee(l likelihood, all []foreseen) {
	for _, e := range all {
		names := len(e.source.Members()) > 0
		switch {
		case l == never, l == perhaps && names, f.foreseen > maxComputed, !f.isKnown(e, 0), !names && f.constants[e.source]:
		default:
			f.constants[e.source] = !names // every row, and every use of a sequence, would say the same
			f.complain(diag.Pos{}, f.compute(e))
		}
	}
}

// errLater is the error of what is not known yet.
var errLater = errors.New("it is computed later")

// holds computes a condition.
func (f foreseer) holds(e *value.Expression) (holds bool, err error) {
	cond := foreseen{e.Program, e.Uses(), func(env expr.Env) (err error) {
		holds, err = e.Holds(env)
		return err
	}}
	if f.foreseen > maxComputed || !f.isKnown(cond, 0) {
		return false, errLater
	}
	err = f.compute(cond)
	return holds, err
}

// isKnown reports whether everything that an expression names is known.
func (f foreseer) isKnown(e foreseen, depth int) bool {
	if e.source.Varies() || depth > MaxDepth {
		return false
	}
	for _, path := range e.source.Members() {
		switch {
		case path[0] == "args":
			if f.given == nil || len(path) < 2 || !f.isGiven(path[1], depth) {
				return false
			}
		case path[0] == "target" && (f.out.aimless || f.options.Accepting), !f.out.isFixed(path):
			return false
		}
	}
	return f.computable(f.out, e.uses)
}

// isGiven reports whether the value of an argument is known.
func (f foreseer) isGiven(name string, depth int) bool {
	arg, ok := f.given.args[name]
	f.given = f.given.outer
	return ok && !slices.ContainsFunc(ofTexts(arg.Interpolations()), func(e foreseen) bool { return !f.isKnown(e, depth+1) })
}

// compute computes an expression as its step will. It counts what that makes.
func (f foreseer) compute(e foreseen) error {
	budget := &expr.Budget{Left: math.MaxInt}
	err := e.compute(f.env(budget))
	f.foreseen += math.MaxInt - budget.Left
	return err
}

func (f foreseer) env(budget *expr.Budget) expr.Env {
	env := f.out.env(foreseenNames{f, budget})
	env.Budget = budget
	return env
}

// foreseenNames are what is known, and the arguments of a sequence.
type foreseenNames struct {
	foreseer
	budget *expr.Budget
}

// Member gives what a name stands for.
func (n foreseenNames) Member(name string) (any, bool) {
	if name == "args" && n.given != nil {
		return foreseenArguments(n), true
	}
	return staticNames{n.out.Scenario}.Member(name)
}

// Members lists the names.
func (n foreseenNames) Members() []string { return staticNames{n.out.Scenario}.Members() }

// foreseenArguments are the arguments of a sequence. Each is computed where the sequence is used.
type foreseenArguments foreseenNames

// Member gives an argument.
func (a foreseenArguments) Member(name string) (any, bool) {
	arg, ok := a.given.args[name]
	if !ok {
		return nil, false
	}
	f := a.foreseer
	f.given = f.given.outer
	bound, err := arg.Bind(f.env(a.budget))
	if err != nil {
		return err, true // the step that gives it has a complaint
	}
	return bound.Value(), true
}

// Members lists the arguments.
func (a foreseenArguments) Members() []string { return slices.Sorted(maps.Keys(a.given.args)) }
