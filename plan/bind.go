package plan

import (
	"slices"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/secrets"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/spec"
)

// bindScenario binds each row of a scenario's matrix.
func (b *binder) bindScenario(sc *spec.Scenario) []*draft {
	if b.spent > maxEffort { // there is a complaint
		return nil
	}
	sc = sc.Under(&b.suite.spec.Defaults)
	own := servicesOf(b.suite.spec, true)
	if sc.Matrix == nil {
		return []*draft{b.bind(sc, nil, newKnown("matrix"), own)}
	}
	rows, ok := b.rows(sc)
	if !ok {
		whatever := newKnown("matrix")
		whatever.open = true
		return []*draft{b.bind(sc, nil, whatever, own)}
	}
	var out []*draft
	for _, row := range rows {
		if b.spent > maxEffort { // there is a complaint
			break
		}
		cells := newKnown("matrix")
		for _, cell := range row {
			cells.names[cell.Name] = true
		}
		out = append(out, b.bind(sc, row, cells, own))
	}
	return out
}

// bind binds a row of a scenario that has its defaults; cells are the names of its cells,
// and own the services that start with it.
func (b *binder) bind(sc *spec.Scenario, row spec.Row, cells *known, own []yamldoc.Entry[spec.Service]) *draft {
	out := b.draft(sc, row, cells, own)
	defer func() { out.budget = nil }() // scenarios compute side by side
	if !b.fits(sc.Pos, b.suite.spec.Setup, sc.Steps, sc.Finally) || !b.spend(sc.Pos, b.effort(sc)) {
		return out
	}
	out.unclear = b.suite.spec.Doubt.Unclear() || sc.Doubt.Unclear()
	for _, steps := range [][]spec.Step{b.suite.spec.Setup, sc.Steps, sc.Finally} {
		b.setBy(steps, out, 0)
	}
	b.bindVars(out)
	for _, cell := range row {
		if out.isTainted(cell.Value.Interpolations()) {
			secrets.Learn(b.masker, cell.Value.Value())
		}
	}
	target, ok := b.bindTarget(out)
	out.static["target"], out.aimless = target, !ok
	out.Name = b.nameOf(out)
	b.bindEndpoints(out)
	b.bindServices(out, false)
	b.bindRest(out)
	b.check(out)
	return out
}

// draft gives a scenario of which nothing is computed yet.
func (b *binder) draft(sc *spec.Scenario, row spec.Row, cells *known, own []yamldoc.Entry[spec.Service]) *draft {
	matrix := expr.Map{}
	for _, cell := range row {
		matrix[cell.Name] = cell.Value.Value()
	}
	b.checkSecrets()
	out := &draft{
		Scenario: &Scenario{
			Suite: b.suite, Spec: sc, Tags: slices.Concat(b.suite.spec.Tags, sc.Tags), Wants: newWants(sc),
			options: b.options, files: b.files, static: expr.Map{"env": b.values, "matrix": matrix},
			vars: map[string]any{}, tainted: map[string]bool{}, dialects: map[string]*dialect.Dialect{},
			masker: b.masker.Child(), services: own,
		},
		known: map[string]*known{"vars": newKnown("vars"), "env": b.env.clone(), "matrix": cells.clone(), "endpoints": newKnown("endpoint"),
			"services": newKnown("service")},
		row: row, set: map[string]bool{}, aside: isAside(b, sc), shared: b.masker, budget: &b.budget,
	}
	out.known["env"].asked = map[string]bool{}
	for _, k := range []string{"vars", "matrix", "endpoints", "services"} {
		out.known[k].doubt(b.suite.spec.Doubt)
		out.known[k].doubt(sc.Doubt)
	}
	for _, d := range out.declared() {
		out.known["endpoints"].names[d.Name] = true
	}
	for _, e := range append(servicesOf(b.suite.spec, false), own...) {
		out.known["services"].add(e.Name)
	}
	return out
}

// bindRest computes what stands beside variables, target and steps.
func (b *binder) bindRest(out *draft) {
	sc, suite := out.Spec, b.suite.spec
	if sc.Load != nil && !sc.Doubt.Wrong && b.computable(out, sc.Load.Uses) {
		var err error
		out.Load, err = sc.Load.Bind(out.staticEnv())
		b.complain(sc.Load.Pos, err)
	}
	for _, v := range []*spec.Value[time.Duration]{&suite.Defaults.Timeout, &sc.Timeout} {
		compute(b, out, v, 0)
	}
	b.perhapsLater(out, suite.Defaults.Within.Uses())
	for _, d := range []*spec.Dialect{&suite.Dialect, &sc.Dialect} {
		for _, v := range d.Values {
			for _, t := range v.Value.Interpolations() {
				uses := t.Uses
				if out.aside { // see [checker.opening]
					uses = here(b, out, uses)
				}
				b.perhapsLater(out, uses)
			}
		}
	}
}
