package runner

import (
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

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
	static    expr.Map        // env, matrix, target
	vars      map[string]any  // as they are at the start
	tainted   map[string]bool // variables that were computed from a secret
	dialects  map[string]*dialect.Dialect
	sequences map[string]*spec.StepSequence
	masker    *mask.Masker
	load      *spec.Load // bound; nil if it is performed once
	chunks    bool       // some step looks at single chunks of media
	frames    bool       // some step looks at single frames
	pongs     bool       // some step looks at Pongs
}

// binder binds the scenarios of one suite.
type binder struct {
	plan   *Plan
	suite  *suite
	out    *diag.List
	values expr.Map // of env
}

// complain of an error, if there is one, that stands at pos unless it has a place
// of its own.
func (b *binder) complain(pos diag.Pos, err error) {
	if err != nil {
		b.out.Add(diag.At(pos, err))
	}
}

// env looks up the environment variables that the suite names.
func (b *binder) env() {
	b.values = expr.Map{}
	for _, name := range slices.Concat(b.suite.Env, b.suite.Secrets) {
		var value string
		ok := false
		if b.plan.options.LookupEnv != nil {
			value, ok = b.plan.options.LookupEnv(name)
		}
		if !ok {
			b.out.Addf(b.suite.Pos, "the environment variable %s is not set", name)
		}
		b.values[name] = value
	}
}

// bindScenario gives a binding for each row of a scenario's matrix.
func (b *binder) bindScenario(sc *spec.Scenario) []*binding {
	rows := []spec.Row{nil}
	if sc.Matrix != nil {
		rows = b.rows(sc)
	}
	var out []*binding
	for _, row := range rows {
		out = append(out, b.bind(sc, row))
	}
	return out
}

func (b *binder) bind(sc *spec.Scenario, row spec.Row) *binding {
	out := &binding{
		suite: b.suite, files: b.plan.files, options: &b.plan.options, scenario: sc, row: row, tags: slices.Concat(b.suite.Tags, sc.Tags),
		vars: map[string]any{}, tainted: map[string]bool{}, dialects: map[string]*dialect.Dialect{}, sequences: b.suite.sequences,
	}
	matrix := expr.Map{}
	for _, cell := range row {
		matrix[cell.Name] = cell.Value.Value()
	}
	out.static = expr.Map{"env": b.values, "matrix": matrix}
	out.masker = b.masker()
	b.bindVars(out)
	for _, cell := range row {
		if b.isTainted(out, cell.Value.Interpolations()) {
			out.learn(cell.Value.Value())
		}
	}
	out.static["target"] = b.target(out)
	out.name = b.nameOf(out)
	b.bindEndpoints(out)
	if sc.Load != nil {
		var err error
		out.load, err = sc.Load.Bind(out.staticEnv())
		b.complain(sc.Load.Pos, err)
	}
	b.check(out)
	return out
}

// masker knows the suite's secrets. Each scenario has its own, since it learns
// what is computed from them.
func (b *binder) masker() *mask.Masker {
	if len(b.suite.Secrets) == 0 {
		return nil
	}
	var secrets []string
	for _, name := range b.suite.Secrets {
		if value, _ := b.values[name].(string); value != "" {
			secrets = append(secrets, value)
		}
	}
	m, err := mask.New(secrets)
	if err != nil {
		b.out.Hintf(b.suite.Pos, "a short secret cannot be masked without hiding half of every report", "secrets: %v", err)
	}
	return m
}

// bindVars computes the variables: of the suite, then of the scenario, then
// those of the command line.
func (b *binder) bindVars(out *binding) {
	env := expr.Env{Names: expr.Map{"vars": expr.Map(out.vars), "env": out.static["env"], "matrix": out.static["matrix"]},
		Random: seeded(b.plan.options.Seed, out, 0)}
	for _, list := range [][]yamldoc.Entry[value.Data]{b.suite.Vars, out.scenario.Vars} {
		for _, v := range list {
			if text, ok := b.plan.options.Vars[v.Name]; ok {
				out.vars[v.Name] = text
				continue
			}
			bound, err := v.Value.Bind(env)
			b.complain(v.Pos, err)
			out.vars[v.Name] = bound.Value()
			if b.isTainted(out, v.Value.Interpolations()) {
				out.tainted[v.Name] = true
				out.learn(bound.Value())
			}
		}
	}
	for name := range out.vars {
		b.plan.variables[name] = true
	}
}

// isTainted reports whether one of these texts is computed from a secret.
func (b *binder) isTainted(out *binding, texts []value.Interpolation) bool {
	return slices.ContainsFunc(texts, func(t value.Interpolation) bool { return out.secret(t) })
}

// secret reports whether a text is computed from a secret.
func (b *binding) secret(t value.Interpolation) bool {
	return slices.ContainsFunc(t.Refs, func(r value.Reference) bool { return b.namesSecret(r.Path) })
}

// namesSecret reports whether a chain of names is that of a secret, or of a
// variable that was computed from one.
func (b *binding) namesSecret(path []string) bool {
	if len(path) < 2 {
		return len(b.suite.Secrets) > 0 && len(path) == 1 && path[0] == "env"
	}
	return path[0] == "env" && slices.Contains(b.suite.Secrets, path[1]) || path[0] == "vars" && b.tainted[path[1]]
}

// learn masks what was computed from a secret. What is too short to be masked
// is too short to be told from other text.
func (b *binding) learn(v any) {
	if b.masker == nil {
		return
	}
	if text, err := expr.Text(v); err == nil {
		_ = b.masker.Add(text)
	}
}

// target is what connect dials where it does not say so itself, or "".
func (b *binder) target(out *binding) string {
	if b.plan.options.Target != "" {
		return b.plan.options.Target
	}
	for _, v := range []*spec.Value[string]{&out.scenario.Target, &b.suite.Target} {
		if !v.IsSet() {
			continue
		}
		target, err := v.In(out.staticEnv())
		if err != nil {
			b.complain(v.Pos, err)
			return ""
		}
		if u, err := url.Parse(target); err != nil || !slices.Contains([]string{"ws", "wss", "builtin"}, u.Scheme) {
			b.out.Hintf(v.Pos, "such as ws://127.0.0.1:8080/path or builtin://echo", "%q is no address of a WebSocket server", target)
			return ""
		}
		return target
	}
	return ""
}

// staticEnv is what can be computed before anything is dialled.
func (b *binding) staticEnv() expr.Env {
	names := expr.Map{"vars": expr.Map(b.vars)}
	maps.Copy(names, b.static)
	return expr.Env{Names: names}
}

// nameOf is the testcase's name: with the row, unless the name speaks of it.
func (b *binder) nameOf(out *binding) string {
	name := out.scenario.Name
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
	v, err := t.Eval(out.staticEnv())
	if err != nil {
		b.out.Addf(out.scenario.Pos, "%v", err)
		return name
	}
	text, err := expr.Text(v)
	if err != nil {
		b.out.Add(diag.At(out.scenario.Pos, err))
	}
	return text
}

// rows expands a matrix, from its file if it has one.
func (b *binder) rows(sc *spec.Scenario) []spec.Row {
	m := sc.Matrix
	if m.File == "" {
		bound, err := m.Bind(b.beforeRows(sc))
		if err != nil {
			b.out.Add(diag.At(m.Pos, err))
			return nil
		}
		return bound.Expand(b.out)
	}
	data, err := b.plan.files.read(b.suite.File, m.File)
	if err != nil {
		b.out.Addf(m.Pos, "read %q: %v", m.File, err)
		return nil
	}
	rows, err := readRows(m, data)
	if err == nil && (len(rows) == 0 || len(rows) > spec.MaxRows) {
		err = fmt.Errorf("%d rows are not between 1 and %d", len(rows), spec.MaxRows)
	}
	if err != nil {
		b.out.Addf(m.Pos, "%q: %v", m.File, err)
	}
	return rows
}

// beforeRows is what cells of a matrix can name: the environment, and variables
// that need no row and no chance.
func (b *binder) beforeRows(sc *spec.Scenario) expr.Env {
	vars := expr.Map{}
	env := expr.Env{Names: expr.Map{"env": b.values, "vars": vars}}
	for _, v := range slices.Concat(b.suite.Vars, sc.Vars) {
		if text, ok := b.plan.options.Vars[v.Name]; ok {
			vars[v.Name] = text
			continue
		}
		if bound, err := v.Value.Bind(env); err == nil {
			vars[v.Name] = bound.Value()
		}
	}
	return env
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
