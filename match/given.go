package match

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Given gives the bound matcher of a value that is known only now: of a matcher, or of
// what holds one, that was kept under a name. It is as if it were written at the position.
func Given(v any, pos diag.Pos, at *Position, env expr.Env) (Matcher, error) {
	var out diag.List
	m := reader{at, &out}.given(v, pos)
	if !out.Empty() {
		return m, usedAt(pos, out.Sorted()[0])
	}
	return m.Bind(env)
}

// usedAt tells where something is used that is wrong where it is written.
func usedAt(pos diag.Pos, d diag.Diagnostic) diag.Diagnostic {
	d.Details = append(slices.Clip(d.Details), inLine("used in line", pos, d.Pos)...)
	return d
}

// inLine tells a line, unless it is that of the complaint or unknown.
func inLine(label string, pos, of diag.Pos) []diag.Detail {
	switch {
	case pos.Line == 0, pos.Line == of.Line && pos.File == of.File:
		return nil
	case pos.File != of.File:
		return []diag.Detail{{Label: label, Text: fmt.Sprintf("%d of %s", pos.Line, pos.File)}}
	}
	return []diag.Detail{{Label: label, Text: strconv.Itoa(pos.Line)}}
}

// given gives the matcher for which the ${…} of m stands.
func (m Matcher) given(env expr.Env) (Matcher, error) {
	if m.row != plainRow {
		return m, diag.New(m.Data.Pos, misplaced, "%s takes a value, not a matcher", m.name())
	}
	return Given(m.Data.Value(), m.Pos, m.at, env)
}

func (r reader) given(v any, pos diag.Pos) Matcher {
	switch v := v.(type) {
	case *value.Condition:
		if v.IsTooDeep() {
			r.out.Addf(pos, "matchers stand inside each other more than %d deep", value.MaxConditions)
			return Matcher{}
		}
		m := r.matcher(v.Node())
		m.fill(v)
		return m
	case []any:
		m := Matcher{Pos: pos, row: listRow}
		if r.allows(&m) {
			for _, item := range v {
				m.Items = append(m.Items, r.in(r.at.inner()).given(item, pos))
			}
		}
		return m
	case *expr.Mapping:
		m := Matcher{Pos: pos, row: objectRow}
		if r.allows(&m) {
			r.members(&m, v)
		}
		return m
	}
	m := Matcher{Pos: pos, row: plainRow, at: r.at}
	if r.allows(&m) {
		m.Data = r.scalar(v, pos)
		r.constant(m.Data)
	}
	return m
}

// members gives the matchers of a mapping.
func (r reader) members(m *Matcher, of *expr.Mapping) {
	for name, item := range of.All() {
		at, ok := r.at.member(name)
		if !ok {
			r.unknown(m.Pos, name)
			continue
		}
		m.Fields = append(m.Fields, yamldoc.Entry[Matcher]{Name: name, Pos: m.Pos, Value: r.in(at).given(item, m.Pos)})
	}
}

// scalar gives the data of a scalar. What can be written is read as the position reads it.
func (r reader) scalar(v any, pos diag.Pos) value.Data {
	n := &yamldoc.Node{Kind: yamldoc.Scalar, Pos: pos}
	switch v := v.(type) {
	case string:
		n.Text, n.Quoted = v, true
	case json.Number, int, int64, float64, bool, nil:
		if isEndless(v) {
			return value.Constant(pos, v)
		}
		n.Text = Show(v)
	default:
		return value.Constant(pos, v)
	}
	read, err := r.at.Read(n)
	if err != nil {
		r.out.Add(diag.At(pos, err))
	}
	return value.Constant(pos, read)
}

// fill gives the ${…} of a matcher, which was read from a condition, the values that these
// have there.
func (m *Matcher) fill(from *value.Condition) {
	m.Visit(func(m *Matcher) {
		m.Data = from.Filled(m.Data)
		if m.Proto != nil {
			m.Proto.from = from
		}
	})
}

// IsPlain reports whether the matcher is a plain value, which may turn out to be a matcher.
func (m *Matcher) IsPlain() bool { return m.row == plainRow }

// ReadKept gives the matcher that is kept under the name in a matcher, and complains if it
// cannot stand there. If the matcher is certainly asked, a scalar that can never be equal is
// a complaint, too.
func (m *Matcher) ReadKept(d value.Data, certain bool, out *diag.List) Matcher {
	var read Matcher
	var own diag.List
	r := reader{m.at, &own}
	v, scalar := d.Written()
	switch {
	case m.at == nil:
	case scalar && certain && m.row.compares():
		r.suits(v, d.Pos)
	case scalar:
	case m.row == plainRow:
		read = r.matcher(d.Node())
	case d.HoldsCondition():
		r.out.Hintf(m.Data.Pos, misplaced, "%s takes a value, not a matcher", m.name())
	}
	for _, c := range own.Sorted() {
		if d.Pos.IsZero() {
			c.Hint = "it is given by the command line: --var gives text, and --var-json other values"
		}
		switch {
		case c.Pos != d.Pos:
			out.Add(usedAt(m.Data.Pos, c))
		case value.IsShared(m.Data.Kept()): // it may be right elsewhere
			c.Pos = m.Data.Pos
			c.Details = append(slices.Clip(c.Details), inLine("written in line", d.Pos, c.Pos)...)
			out.Because(d.Misfit(), c)
		default:
			out.Because(d.Misfit(), usedAt(m.Data.Pos, c))
		}
	}
	return read
}

const misplaced = "write the matcher directly in the place of the value that it checks"

// compares reports whether the operand is compared with values.
func (r *row) compares() bool {
	switch r.sense.(type) {
	case plain, equality, inequality:
		return true
	}
	return false
}

// suits complains about a scalar that is known beforehand and can never be equal.
func (r reader) suits(v any, pos diag.Pos) {
	if r.at.Computed != nil {
		var err error
		if v, err = r.at.Computed(v); err != nil {
			r.out.Add(diag.At(pos, err))
			return
		}
	}
	if _, ok := durationOf(v); ok && r.at.canBe(Duration) {
		return
	}
	r.constant(value.Constant(pos, v))
}

// CheckWords complains about what cannot be a matcher in a value that is kept under a name.
// What the operands mean is known only where the matcher is asked.
func CheckWords(n *yamldoc.Node, out *diag.List) {
	if !value.IsMatcher(n) {
		for _, item := range n.Items {
			CheckWords(item, out)
		}
		for _, f := range n.Fields {
			CheckWords(f.Value, out)
		}
		return
	}
	for _, f := range words(n, out) {
		switch rowOf(f.Key.Text).sense.(type) {
		case not, allOf, anyOf, each, unordered, length, inJSON, unpacked, tag:
			CheckWords(f.Value, out)
		case byPath:
			for _, query := range f.Value.Fields {
				CheckWords(query.Value, out)
			}
		case equality, inequality, among, part:
			value.NoMatchers(f.Value, out)
		case bySchema:
			if f.Value.Kind == yamldoc.Scalar {
				out.Hintf(f.Value.Pos, "write the schema itself here, or $schema where it is asked", "the file of a schema is not kept under a name")
			}
		}
	}
}
