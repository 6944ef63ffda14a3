package runner

import (
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/mask"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/spec"
)

// binding is one scenario, or one row of its matrix, with what its words stand
// for. It is not changed once it is prepared.
type binding struct {
	suite     *suite
	files     *files
	options   *Options
	scenario  *spec.Scenario
	name      string
	tags      []string
	row       spec.Row
	static    expr.Map          // env, matrix, target
	vars      map[string]any    // as they are at the start
	drawn     []drawn           // those of them that hold random values, in the order in which they are computed
	known     map[string]*known // of vars, env, matrix and endpoints
	aimless   bool              // its target was complained of
	set       map[string]bool   // variables that steps give a value
	unclear   bool              // steps may give a value to others
	moving    bool              // its target is known only when it is dialled
	tainted   map[string]bool   // variables that were computed from a secret
	dialects  map[string]*dialect.Dialect
	sequences map[string]*spec.StepSequence
	masker    *mask.Masker // its own, which knows what shared does, too
	shared    *mask.Masker // that of the plan
	budget    *expr.Budget // while it is bound
	load      *spec.Load   // bound; nil if it is performed once
	wants     wants
}

// drawn is a variable that holds a random value.
type drawn struct {
	yamldoc.Entry[value.Data]
	ofSuite bool
}

// binder binds the scenarios of one suite.
type binder struct {
	plan   *Plan
	suite  *suite
	out    *diag.List
	values expr.Map // of env
	env    *known
	used   map[*spec.StepSequence]bool // that some scenario uses

	unrolled unrolled
	spent    int // effort, see maxEffort
	budget   expr.Budget
}

// complain of an error, if there is one that has not been complained of. It
// stands at pos unless it has a place of its own. The same error elsewhere, as of a
// variable that is used twice, has the same cause.
func (b *binder) complain(pos diag.Pos, err error) {
	if err != nil && !errors.Is(err, diag.Told) {
		d := diag.At(pos, err)
		b.out.Because(d.Message, d)
	}
}

// lookUp looks up the environment variables that the suite names. Where one is
// not set its name may be misspelled, and be another one's.
func (b *binder) lookUp() {
	b.values, b.env = expr.Map{}, newKnown("env")
	b.env.doubt(b.suite.Doubt)
	for _, name := range slices.Concat(b.suite.Env, b.suite.Secrets) {
		var value string
		ok := false
		if b.plan.options.LookupEnv != nil {
			value, ok = b.plan.options.LookupEnv(name.Text)
		}
		if !ok {
			b.out.Addf(name.Pos, "the environment variable %s is not set", name.Text)
			b.env.open = true
			continue
		}
		b.values[name.Text], b.env.names[name.Text] = value, true
	}
}

// bindScenario gives a binding for each row of a scenario's matrix.
func (b *binder) bindScenario(sc *spec.Scenario) []*binding {
	if b.spent > maxEffort { // there is a complaint
		return nil
	}
	if sc.Matrix == nil {
		return []*binding{b.bind(sc, nil, newKnown("matrix"))}
	}
	rows, ok := b.rows(sc)
	if !ok {
		whatever := newKnown("matrix")
		whatever.open = true
		return []*binding{b.bind(sc, nil, whatever)}
	}
	var out []*binding
	for _, row := range rows {
		if b.spent > maxEffort { // there is a complaint
			break
		}
		cells := newKnown("matrix")
		for _, cell := range row {
			cells.names[cell.Name] = true
		}
		out = append(out, b.bind(sc, row, cells))
	}
	return out
}

// bind binds a row of a scenario; cells are the names of its cells.
func (b *binder) bind(sc *spec.Scenario, row spec.Row, cells *known) *binding {
	out := &binding{
		suite: b.suite, files: b.plan.files, options: &b.plan.options, scenario: sc, row: row, tags: slices.Concat(b.suite.Tags, sc.Tags),
		vars: map[string]any{}, tainted: map[string]bool{}, dialects: map[string]*dialect.Dialect{}, sequences: b.suite.sequences,
		wants: newWants(sc, &b.plan.options),
	}
	matrix := expr.Map{}
	for _, cell := range row {
		matrix[cell.Name] = cell.Value.Value()
	}
	out.static = expr.Map{"env": b.values, "matrix": matrix}
	out.known = map[string]*known{"vars": newKnown("vars"), "env": b.env, "matrix": cells.clone(), "endpoints": newKnown("endpoint")}
	for _, k := range []string{"vars", "matrix", "endpoints"} {
		out.known[k].doubt(b.suite.Doubt)
		out.known[k].doubt(sc.Doubt)
	}
	for _, d := range out.declared() {
		out.known["endpoints"].names[d.Name] = true
	}
	out.masker, out.shared = b.masker(), b.plan.masker
	out.budget = &b.budget
	defer func() { out.budget = nil }() // scenarios compute side by side
	if !b.fits(sc.Pos, b.suite.Setup, sc.Steps, sc.Finally) || !b.spend(sc.Pos, b.effort(sc)) {
		return out
	}
	out.set = map[string]bool{}
	for _, steps := range [][]spec.Step{b.suite.Setup, sc.Steps, sc.Finally} {
		b.setBy(steps, out, 0)
	}
	b.bindVars(out)
	for _, cell := range row {
		if b.isTainted(out, cell.Value.Interpolations()) {
			learn(b.plan.masker, cell.Value.Value())
		}
	}
	target, ok := b.target(out)
	out.static["target"], out.aimless = target, !ok
	out.name = b.nameOf(out)
	b.bindEndpoints(out)
	if sc.Load != nil && !sc.Doubt.Wrong && b.computable(out, sc.Load.Uses) {
		var err error
		out.load, err = sc.Load.Bind(out.staticEnv())
		b.complain(sc.Load.Pos, err)
	}
	for _, v := range []*spec.Value[time.Duration]{&b.suite.Defaults.Timeout, &sc.Timeout} {
		compute(b, out, v, 0)
	}
	b.perhapsLater(out, b.suite.Defaults.Within.Uses())
	for _, d := range []*spec.Dialect{&b.suite.Dialect, &sc.Dialect} {
		for _, v := range d.Values {
			for _, t := range v.Value.Interpolations() {
				b.perhapsLater(out, t.Uses)
			}
		}
	}
	b.check(out)
	return out
}

// setBy notes the variables that steps give a value.
func (b *binder) setBy(steps []spec.Step, out *binding, depth int) {
	if depth > maxDepth {
		return // such sequences are complained of
	}
	for i := range steps {
		out.unclear = out.unclear || steps[i].Doubt.Unclear()
		switch a := steps[i].Action.(type) {
		case *spec.Set:
			for _, v := range a.Vars {
				out.set[v.Name] = true
			}
		case *spec.Use:
			if seq := b.suite.sequences[a.Sequence]; seq != nil {
				b.setBy(seq.Steps, out, depth+1)
			}
		}
		for _, block := range steps[i].Blocks() {
			b.setBy(block.Steps, out, depth+1)
		}
	}
}

// perhapsLater complains of what is certainly not there when a step uses a text,
// whether or not it is known before.
func (b *binder) perhapsLater(out *binding, uses value.Uses) {
	early := value.Uses{}
	for _, r := range uses.Refs {
		if r.Path[0] != "vars" || len(r.Path) < 2 || !out.set[r.Path[1]] && !out.unclear {
			early.Refs = append(early.Refs, r)
		}
	}
	b.computable(out, early)
}

// masker knows the secrets of all suites. Each scenario has its own, since it learns
// what is computed from them.
func (b *binder) masker() *mask.Masker {
	for _, name := range b.suite.Secrets {
		value, _ := b.values[name.Text].(string)
		if value == "" {
			continue
		}
		if _, err := mask.New([]string{value}); err != nil {
			b.out.Hintf(b.suite.Pos, "a short secret cannot be masked without hiding half of every report", "secrets: %v", err)
		}
	}
	return b.plan.masker.Child()
}

// bindVars computes the variables: of the suite, then of the scenario, then
// those of the command line.
func (b *binder) bindVars(out *binding) {
	env := out.envOf(expr.Map{"vars": expr.Map(out.vars), "env": out.static["env"], "matrix": out.static["matrix"]})
	names := []string{b.suite.Name, ""} // a variable of the suite is the same in its setup and in all scenarios
	for i, list := range [][]yamldoc.Entry[value.Data]{b.suite.Vars, out.scenario.Vars} {
		if i > 0 {
			names = []string{b.suite.Name, out.scenario.Name, out.row.Label(), "vars"}
		}
		env.Random = seeded(b.plan.options.Seed, names...)
		for _, v := range list {
			if b.spent > maxEffort { // there is a complaint
				return
			}
			if text, ok := b.plan.options.Vars[v.Name]; ok {
				out.vars[v.Name], out.known["vars"].names[v.Name] = text, true
				continue
			}
			out.drawn = slices.DeleteFunc(out.drawn, func(d drawn) bool { return d.Name == v.Name }) // that of the suite
			b.bindVar(out, v, env)
			if _, known := out.vars[v.Name]; known && isDrawn(out, v, env) {
				out.drawn = append(out.drawn, drawn{v, i == 0})
			}
		}
	}
	for name := range out.vars {
		b.plan.variables[name] = true
	}
}

// isDrawn reports whether a variable that could be computed needs chance, or a
// variable that does.
func isDrawn(out *binding, v yamldoc.Entry[value.Data], env expr.Env) bool {
	env.Random = nil
	if _, err := v.Value.Bind(env); err != nil {
		return true
	}
	return slices.ContainsFunc(v.Value.Interpolations(), func(t value.Interpolation) bool {
		return slices.ContainsFunc(t.Refs, func(r value.Reference) bool {
			return r.Path[0] == "vars" && slices.ContainsFunc(out.drawn, func(d drawn) bool { return len(r.Path) == 1 || d.Name == r.Path[1] })
		})
	})
}

// bindVar computes a variable. One that cannot be is there all the same.
func (b *binder) bindVar(out *binding, v yamldoc.Entry[value.Data], env expr.Env) {
	texts, k := v.Value.Interpolations(), out.known["vars"]
	k.perhaps[v.Name] = true
	for _, t := range texts {
		if !b.computable(out, t.Uses) {
			return
		}
	}
	bound, err := v.Value.Bind(env)
	if b.complain(v.Pos, err); err != nil {
		return
	}
	out.vars[v.Name], k.names[v.Name] = bound.Value(), true
	if text, ok := bound.Value().(string); ok {
		b.spend(v.Pos, len(text)/perOctets)
	}
	if b.isTainted(out, texts) {
		out.tainted[v.Name] = true
		learn(b.plan.masker, bound.Value())
	}
}

// isTainted reports whether one of these texts is computed from a secret.
func (b *binder) isTainted(out *binding, texts []value.Interpolation) bool {
	return slices.ContainsFunc(texts, func(t value.Interpolation) bool {
		return slices.ContainsFunc(t.Refs, func(r value.Reference) bool { return out.namesSecret(r.Path) })
	})
}

// target is what connect dials where it does not say so itself, "" where there
// is none, and whether that is so for certain.
func (b *binder) target(out *binding) (string, bool) {
	if b.plan.options.Target != "" {
		return b.plan.options.Target, true
	}
	if out.scenario.Target.IsSet() {
		b.ofTarget(out, &b.suite.Target) // which nobody dials here
	}
	v := out.target()
	if v == nil {
		return "", !b.suite.Doubt.Wrong && !out.scenario.Doubt.Wrong
	}
	if t := v.Template(); t != nil && !out.isStatic(t) {
		out.moving = b.ofTarget(out, v)
		return "", out.moving
	}
	target, ok := compute(b, out, v, "")
	if !ok {
		return "", false
	}
	if u, err := url.Parse(target); err != nil || !slices.Contains([]string{"ws", "wss", "builtin"}, u.Scheme) {
		b.out.Hintf(v.Pos, "such as ws://127.0.0.1:8080/path or builtin://echo", "%q is no address of a WebSocket server", target)
		return "", false
	}
	return target, true
}

// ofTarget checks what a target names that is known only when it is dialled.
func (b *binder) ofTarget(out *binding, v *spec.Value[string]) bool {
	before := b.out.Len()
	for _, r := range v.Uses().Refs {
		if root := r.Path[0]; out.known[root] == nil {
			b.out.Because("target names "+root, complaint(r.Pos, "a target can name vars, env, matrix and endpoints", "there is no %q here", root))
		}
	}
	b.perhapsLater(out, v.Uses())
	return b.out.Len() == before
}

// staticEnv is what can be computed before anything is dialled.
func (b *binding) staticEnv() expr.Env {
	names := expr.Map{"vars": expr.Map(b.vars)}
	maps.Copy(names, b.static)
	return b.envOf(names)
}

// nameOf is the testcase's name: with the row, unless the name speaks of it.
func (b *binder) nameOf(out *binding) string {
	name := out.scenario.Name
	b.spend(out.scenario.Pos, len(name)/perLetters)
	if !strings.Contains(name, "${") {
		if out.row == nil {
			return name
		}
		return name + " " + out.row.Label()
	}
	t, err := expr.Parse(name, expr.Scope{})
	if err != nil {
		b.out.Addf(out.scenario.Pos, "%v", err)
		return name
	}
	uses := value.Uses{}
	for _, r := range t.Refs() {
		uses.Refs = append(uses.Refs, value.Reference{Pos: out.scenario.Pos, Path: r.Path})
	}
	if !b.computable(out, uses) {
		return name
	}
	v, err := t.Eval(out.staticEnv())
	if err != nil {
		b.complain(out.scenario.Pos, err)
		return name
	}
	text, err := expr.Text(v)
	if err != nil {
		b.complain(out.scenario.Pos, err)
	}
	return text
}

// rows expands a matrix, from its file if it has one, and tells whether that
// could be done.
func (b *binder) rows(sc *spec.Scenario) ([]spec.Row, bool) {
	m := sc.Matrix
	switch {
	case m.Doubt.Wrong:
		return nil, false
	case m.File == "":
		return b.expand(sc)
	}
	data, err := b.plan.files.read(b.suite.File, m.File)
	if err != nil {
		b.out.Addf(m.Pos, "read %q: %v", m.File, err)
		return nil, false
	}
	rows, err := readRows(m, data)
	if err == nil && (len(rows) == 0 || len(rows) > spec.MaxRows) {
		err = fmt.Errorf("%d rows are not between 1 and %d", len(rows), spec.MaxRows)
	}
	if err != nil {
		b.out.Addf(m.Pos, "%q: %v", m.File, err)
	}
	return rows, err == nil
}

// expand computes the cells of a matrix, and its rows.
func (b *binder) expand(sc *spec.Scenario) ([]spec.Row, bool) {
	m, before := sc.Matrix, b.out.Len()
	out, env := b.beforeRows(sc)
	for _, t := range m.Texts {
		if !b.computable(out, t.Uses) {
			return nil, false
		}
	}
	bound, err := m.Bind(env)
	if b.complain(m.Pos, err); err != nil {
		return nil, false
	}
	rows := bound.Expand(b.out)
	return rows, b.out.Len() == before
}

// beforeRows is what cells of a matrix can name: the environment, and variables
// that need no row and no chance.
func (b *binder) beforeRows(sc *spec.Scenario) (*binding, expr.Env) {
	vars, k := expr.Map{}, newKnown("vars")
	k.doubt(b.suite.Doubt)
	k.doubt(sc.Doubt)
	env := expr.Env{Names: expr.Map{"env": b.values, "vars": vars}, Budget: &b.budget}
	chance := env
	chance.Random = rand.NewPCG(0, 0)
	late := map[string]bool{}
	for _, v := range slices.Concat(b.suite.Vars, sc.Vars) {
		if text, ok := b.plan.options.Vars[v.Name]; ok {
			vars[v.Name], k.names[v.Name] = text, true
			continue
		}
		bound, err := v.Value.Bind(env)
		_, never := v.Value.Bind(chance)
		switch {
		case err == nil:
			vars[v.Name], k.names[v.Name] = bound.Value(), true
		case never == nil || needsRow(v.Value, late):
			late[v.Name] = true
		default:
			k.perhaps[v.Name] = true // it is complained of where it is bound
		}
	}
	return &binding{known: map[string]*known{"vars": k, "env": b.env}}, env
}

// needsRow reports whether a variable depends on the row of a matrix, or on a
// variable that comes too late for it.
func needsRow(v value.Data, late map[string]bool) bool {
	return slices.ContainsFunc(v.Interpolations(), func(t value.Interpolation) bool {
		return slices.ContainsFunc(t.Refs, func(r value.Reference) bool {
			return r.Path[0] == "matrix" || r.Path[0] == "vars" && len(r.Path) > 1 && late[r.Path[1]]
		})
	})
}

// readRows reads rows of a JSON or CSV file. The cells of CSV are text.
func readRows(m *spec.Matrix, data []byte) ([]spec.Row, error) {
	var out []spec.Row
	if filepath.Ext(m.File) == ".csv" {
		records, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
		if err != nil || len(records) == 0 {
			return nil, err
		}
		for _, r := range records[1:] {
			var row spec.Row
			for i, cell := range r {
				row = append(row, yamldoc.Entry[value.Data]{Name: records[0][i], Pos: m.Pos, Value: value.Constant(m.Pos, cell)})
			}
			out = append(out, row)
		}
		return out, nil
	}
	rows, err := expr.DecodeJSON(data)
	list, ok := rows.([]any)
	if err == nil && !ok {
		err = errors.New("it is something else")
	}
	if err != nil {
		return nil, fmt.Errorf("a list of objects: %w", err)
	}
	for _, item := range list {
		object, ok := item.(*expr.Mapping)
		if !ok {
			return nil, errors.New("a list of objects: a row is something else")
		}
		var row spec.Row
		for name, v := range object.All() {
			row = append(row, yamldoc.Entry[value.Data]{Name: name, Pos: m.Pos, Value: value.Constant(m.Pos, v)})
		}
		out = append(out, row)
	}
	return out, nil
}
