package plan

import (
	"errors"
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/mask"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/spec"
)

// binder binds the scenarios of one suite.
type binder struct {
	*preparation
	suite  *Suite
	names  *known                      // of its sequences
	values expr.Map                    // of its environment variables
	env    *known                      // these
	used   map[*spec.StepSequence]bool // that some scenario uses

	unrolled unrolled
	spent    int // effort, see maxEffort
	budget   expr.Budget
}

// draft is a scenario that is being bound.
type draft struct {
	*Scenario
	known   map[string]*known // of vars, env, matrix and endpoints
	aimless bool              // its target was complained of
	set     map[string]bool   // variables that steps give a value
	unclear bool              // steps may give a value to others
	budget  *expr.Budget
	shared  *mask.Masker // that of the plan
}

// complain of an error, unless it is nil or was complained of. It stands at pos unless
// it has a place of its own. The same error elsewhere, as of a variable that is used
// twice, has the same cause.
func (b *binder) complain(pos diag.Pos, err error) {
	if err != nil && !errors.Is(err, diag.Told) {
		d := diag.At(pos, err)
		b.out.Because(d.Message, d)
	}
}

// env gives the environment of expressions that can name these before anything is
// dialled. What they compute from secrets becomes a secret of the plan.
func (d *draft) env(names expr.Object) expr.Env {
	return expr.Env{Names: names, Computed: d.taint(names, d.shared), Budget: d.budget}
}

// staticEnv is the environment of what can be computed before anything is dialled.
func (d *draft) staticEnv() expr.Env { return d.env(d.staticNames()) }

// isStatic reports whether a text is the same before anything is dialled as when a
// step uses it: it calls nothing that varies, and names no variable that a step sets.
func (d *draft) isStatic(t *expr.Template) bool {
	return !t.Varies() && !slices.ContainsFunc(t.Members(), func(path []string) bool {
		switch path[0] {
		case "env", "matrix":
			return false
		case "target":
			return d.moving
		case "vars":
			return len(path) < 2 && len(d.set) > 0 || len(path) > 1 && d.set[path[1]]
		}
		return true
	})
}

// isTainted reports whether one of these texts is computed from a secret.
func (d *draft) isTainted(texts []value.Interpolation) bool {
	return slices.ContainsFunc(texts, func(t value.Interpolation) bool {
		return slices.ContainsFunc(t.Refs, func(r value.Reference) bool { return d.namesSecret(r.Path) })
	})
}
