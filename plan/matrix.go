package plan

import (
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/spec"
)

// rows gives the rows of a matrix, from its file if it has one. It reports whether that
// could be done.
func (b *binder) rows(sc *spec.Scenario) ([]spec.Row, bool) {
	m := sc.Matrix
	switch {
	case m.Doubt.Wrong:
		return nil, false
	case m.File == "":
		return b.expand(sc)
	}
	data, err := b.files.Read(b.suite.spec.File, m.File)
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
			b.needs(func(name string) bool { return out.known["env"].asked[name] }) // which rows there are depends on them
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

// beforeRows gives what the cells of a matrix can name: the environment, and variables
// that depend on no row, no chance and no clock.
func (b *binder) beforeRows(sc *spec.Scenario) (*draft, expr.Env) {
	vars, k := expr.Map{}, newKnown("vars")
	k.doubt(b.suite.spec.Doubt)
	k.doubt(sc.Doubt)
	env := expr.Env{Names: expr.Map{"env": b.values, "vars": vars}, Budget: &b.budget}
	chance := env
	chance.Random, chance.Clock = rand.NewPCG(0, 0), time.Now
	k.barred = map[string]bar{}
	for _, v := range slices.Concat(b.suite.spec.Vars, sc.Vars) {
		if said, ok := b.options.variable(v.Name); ok {
			vars[v.Name], k.names[v.Name] = said, true
			continue
		}
		delete(vars, v.Name) // that of the suite
		delete(k.names, v.Name)
		delete(k.barred, v.Name)
		bound, err := v.Value.Bind(env)
		_, never := v.Value.Bind(chance)
		switch {
		case err == nil:
			vars[v.Name], k.names[v.Name] = bound.Value(), true
		case never == nil:
			k.barred[v.Name] = bar{"is random, or a time of the clock, and a row of a matrix is the same in every run", "name it in a step"}
		case needsRow(v.Value, k.barred):
			k.barred[v.Name] = bar{"depends on a cell of the matrix, or on what no cell can name, so it is computed after the rows", "name it in a step"}
		default:
			k.perhaps[v.Name] = true // it is complained of where it is bound
		}
	}
	envs := b.env.clone()
	envs.asked = map[string]bool{}
	return &draft{known: map[string]*known{"vars": k, "env": envs}}, env
}

// needsRow reports whether a variable depends on the row of a matrix, or on a
// variable that comes too late for it.
func needsRow(v value.Data, late map[string]bar) bool {
	return slices.ContainsFunc(v.Interpolations(), func(t value.Interpolation) bool {
		return slices.ContainsFunc(t.Refs, func(r value.Reference) bool {
			if r.Path[0] != "vars" || len(r.Path) < 2 {
				return r.Path[0] == "matrix"
			}
			_, tooLate := late[r.Path[1]]
			return tooLate
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
