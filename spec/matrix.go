package spec

import (
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// MaxRows is the most rows of one matrix.
const MaxRows = 10_000

// Matrix is a list of rows, a file with rows, or axes: with axes every
// combination of their values is a row.
type Matrix struct {
	Pos     diag.Pos
	Axes    []yamldoc.Entry[[]value.Data]
	Exclude []value.Data
	Rows    []value.Data
	File    string
	Doubt   diag.Doubt
	Texts   []value.Interpolation
}

// Row is one combination: values by name, in order.
type Row []yamldoc.Entry[value.Data]

func matrixShape(m *Matrix) yamldoc.Shape {
	return yamldoc.Doubted(&m.Doubt, yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		m.Pos, m.Texts = n.Pos, value.InterpolationsOf(n)
		switch {
		case n.Kind == yamldoc.Sequence:
			m.readRows(n, out)
		case n.Kind != yamldoc.Mapping:
			yamldoc.Expected(n, "axes, a list of rows, or {file: rows.csv}", out)
		case len(n.Fields) == 1 && n.Fields[0].Key.Text == "file":
			yamldoc.Text(&m.File).Decode(n.Fields[0].Value, out)
		default:
			m.readAxes(n, out)
		}
	}, func(*yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Type: "object"}, {Type: "array"}}}
	}))
}

func (m *Matrix) readRows(n *yamldoc.Node, out *diag.List) {
	if len(n.Items) == 0 {
		out.Addf(n.Pos, "a matrix without rows performs nothing")
	}
	for _, item := range n.Items {
		if item.Kind != yamldoc.Mapping {
			yamldoc.Expected(item, "a row, such as {code: 1000}", out)
			continue
		}
		m.Rows = append(m.Rows, readKept(item, out))
	}
}

func (m *Matrix) readAxes(n *yamldoc.Node, out *diag.List) {
	before := out.Len()
	for _, f := range n.Fields {
		if len(f.Value.Items) == 0 {
			yamldoc.Expected(f.Value, "a list of values", out)
			continue
		}
		var values []value.Data
		for _, item := range f.Value.Items {
			values = append(values, readKept(item, out))
		}
		if f.Key.Text == "exclude" {
			m.Exclude = values
			continue
		}
		m.Axes = append(m.Axes, yamldoc.Entry[[]value.Data]{Name: f.Key.Text, Pos: f.Key.Pos, Value: values})
	}
	if len(m.Axes) == 0 && out.Len() == before {
		out.Addf(n.Pos, "a matrix without axes performs nothing")
	}
}

// Expand gives the rows of a list, or of axes without those that are excluded.
// It complains if there are no rows or too many. The rows of a file are read by
// the caller.
func (m *Matrix) Expand(out *diag.List) []Row {
	var rows []Row
	for _, r := range m.Rows {
		fields, _ := r.Fields()
		rows = append(rows, fields)
	}
	if m.Axes != nil {
		rows = []Row{nil}
	}
	for _, axis := range m.Axes {
		if len(rows)*len(axis.Value) > MaxRows {
			out.Addf(m.Pos, "the matrix has more than %d rows", MaxRows)
			return nil
		}
		var next []Row
		for _, row := range rows {
			for _, v := range axis.Value {
				next = append(next, append(slices.Clip(row), yamldoc.Entry[value.Data]{Name: axis.Name, Pos: v.Pos, Value: v}))
			}
		}
		rows = next
	}
	rows = m.exclude(rows, out)
	if len(rows) == 0 && (m.Axes != nil || m.Rows != nil) { // the decoder has complained of all others
		out.Addf(m.Pos, "the matrix has no rows")
	}
	return rows
}

// Bind gives the matrix with every ${…} of its cells and exclusions computed.
func (m *Matrix) Bind(env expr.Env) (*Matrix, error) {
	b := *m
	b.Axes = slices.Clone(m.Axes)
	for i := range b.Axes {
		values, err := bindList(b.Axes[i].Value, env)
		if err != nil {
			return nil, err
		}
		b.Axes[i].Value = values
	}
	var err error
	if b.Exclude, err = bindList(m.Exclude, env); err != nil {
		return nil, err
	}
	b.Rows, err = bindList(m.Rows, env)
	return &b, err
}

func bindList(list []value.Data, env expr.Env) ([]value.Data, error) {
	out := slices.Clone(list)
	for i := range out {
		var err error
		if out[i], err = out[i].Bind(env); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// exclude gives the rows without those that have all values of one of the
// exclusions. It complains of an exclusion that matches no row, because that is
// misspelled or not needed.
func (m *Matrix) exclude(rows []Row, out *diag.List) []Row {
	if len(m.Exclude) == 0 {
		return rows
	}
	cells, gone := make([]map[cell]bool, len(rows)), make([]bool, len(rows))
	for i, row := range rows {
		cells[i] = map[cell]bool{}
		for _, c := range cellsOf(row) {
			cells[i][c] = true
		}
	}
	for _, e := range m.Exclude {
		fields, _ := e.Fields()
		asked, some := cellsOf(fields), false
		for i := range rows {
			if len(asked) > 0 && !slices.ContainsFunc(asked, func(c cell) bool { return !cells[i][c] }) {
				gone[i], some = true, true
			}
		}
		if len(rows) > 0 && !some {
			out.Hintf(e.Pos, "use names and values of the axes", "this excludes no row")
		}
	}
	var left []Row
	for i, row := range rows {
		if !gone[i] {
			left = append(left, row)
		}
	}
	return left
}

// cell is one value of a row, in the form in which cells are compared.
type cell struct{ name, text string }

func cellsOf(entries []yamldoc.Entry[value.Data]) []cell {
	out := make([]cell, len(entries))
	for i, e := range entries {
		out[i] = cell{e.Name, e.Value.Text()}
	}
	return out
}

// Label gives the name of the row in the name of a testcase: "[axis: value, …]".
func (r Row) Label() string {
	parts := make([]string, len(r))
	for i, c := range r {
		parts[i] = c.Name + ": " + c.Value.Label()
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
