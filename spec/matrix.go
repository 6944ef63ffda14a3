package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// MaxRows bounds the rows of one matrix.
const MaxRows = 10_000

// Matrix is axes of which every combination is a row, a list of rows, or a file
// with rows.
type Matrix struct {
	Pos     diag.Pos
	Axes    []yamldoc.Entry[[]value.Data]
	Exclude []value.Data
	Rows    []value.Data
	File    string
}

// Row is one combination: values by name, in order.
type Row []yamldoc.Entry[value.Data]

func matrixShape(m *Matrix) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		m.Pos = n.Pos
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
	})
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
		value.NoMatchers(item, out)
		m.Rows = append(m.Rows, value.Read(item, value.Literal, out))
	}
}

func (m *Matrix) readAxes(n *yamldoc.Node, out *diag.List) {
	for _, f := range n.Fields {
		if len(f.Value.Items) == 0 {
			yamldoc.Expected(f.Value, "a list of values", out)
			continue
		}
		value.NoMatchers(f.Value, out)
		var values []value.Data
		for _, item := range f.Value.Items {
			values = append(values, value.Read(item, value.Literal, out))
		}
		if f.Key.Text == "exclude" {
			m.Exclude = values
			continue
		}
		m.Axes = append(m.Axes, yamldoc.Entry[[]value.Data]{Name: f.Key.Text, Pos: f.Key.Pos, Value: values})
	}
	if len(m.Axes) == 0 {
		out.Addf(n.Pos, "a matrix without axes performs nothing")
	}
}

// Expand gives the rows of axes or a list, and complains when there are none
// or too many. Rows of a file are the caller's.
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
		var next []Row
		for _, row := range rows {
			for _, v := range axis.Value {
				next = append(next, append(slices.Clip(row), yamldoc.Entry[value.Data]{Name: axis.Name, Pos: v.Pos, Value: v}))
			}
		}
		if len(next) > MaxRows {
			out.Addf(m.Pos, "the matrix has more than %d rows", MaxRows)
			return nil
		}
		rows = next
	}
	rows = slices.DeleteFunc(rows, m.excluded)
	if len(rows) == 0 && (m.Axes != nil || m.Rows != nil) { // else the decoder has complained
		out.Addf(m.Pos, "the matrix has no rows")
	}
	return rows
}

// excluded reports whether a row has all values of one of the exclusions.
func (m *Matrix) excluded(row Row) bool {
	return slices.ContainsFunc(m.Exclude, func(e value.Data) bool {
		fields, _ := e.Fields()
		return len(fields) > 0 && !slices.ContainsFunc(fields, func(f yamldoc.Entry[value.Data]) bool {
			return !slices.ContainsFunc(row, func(c yamldoc.Entry[value.Data]) bool {
				return c.Name == f.Name && fmt.Sprint(c.Value.Value()) == fmt.Sprint(f.Value.Value())
			})
		})
	})
}

// Label names a row for a testcase: "[axis: value, …]".
func (r Row) Label() string {
	parts := make([]string, len(r))
	for i, c := range r {
		parts[i] = c.Name + ": " + c.Value.Label()
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
