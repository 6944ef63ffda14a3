// Package match holds values against matchers: it reads, computes and describes
// matchers, and asks them.
//
// [Read] reads a matcher and [Match] holds a value against it. Every word is one
// row of a table: the operand, the kinds of values of which it can be asked, how
// it answers and how it is described. The answer is yes, no, or that the
// question cannot be asked. So a word that turns answers around need not know
// the other words.
package match

import (
	"regexp"
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/theory/jsonpath"
)

// Matcher is what a value is held against. A plain value means equality. An
// object matches as a subset, a list item by item. A mapping of $ words matches
// if all of them do. The zero value is not set, and no value matches it.
type Matcher struct {
	Pos    diag.Pos
	Data   value.Data // the operand of a word that takes a value
	Items  []Matcher
	Fields []yamldoc.Entry[Matcher]
	Paths  []PathMatcher // of $path
	Schema *Schema       // of $schema
	Proto  *Proto        // of $protobuf

	row        *row
	at         *Position         // where Data was read; nil if that does not matter
	regexp     *regexp.Regexp    // of $matches
	expression *value.Expression // of $where; the value is called it
	scope      expr.Env          // of $where, after Bind
}

// PathMatcher is one JSONPath query (RFC 9535) of `$path`. If the query can
// select only one value, Matcher is held against that value, and otherwise
// against the list of all selected values.
type PathMatcher struct {
	Path     *jsonpath.Path
	Singular bool
	Matcher  Matcher
}

// IsSet reports whether there is a matcher.
func (m *Matcher) IsSet() bool { return m.row != nil }

// name gives the word or form of the matcher.
func (m *Matcher) name() string { return m.row.word }

// Shape takes a matcher of the values at a position.
func Shape(m *Matcher, at *Position) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		*m = Read(n, at, out)
	}, func(*yamldoc.Defs) *yamldoc.Schema { return &yamldoc.Schema{} })
}

// Read reads a matcher of the values at a position, and adds complaints to out.
func Read(n *yamldoc.Node, at *Position, out *diag.List) Matcher { return reader{at, out}.matcher(n) }

func (r reader) matcher(n *yamldoc.Node) Matcher {
	switch {
	case n.Kind == yamldoc.Sequence:
		return r.form(listRow, n)
	case value.IsMatcher(n):
		return r.form(allRow, n)
	case n.Kind == yamldoc.Mapping:
		return r.form(objectRow, n)
	}
	return r.form(plainRow, n)
}

// form reads a matcher that is written without a word.
func (r reader) form(row *row, n *yamldoc.Node) Matcher {
	m := Matcher{Pos: n.Pos, row: row}
	if r.allows(&m) {
		row.read(r, &m, n)
	}
	return m
}

// word reads a word and its operand.
func (r reader) word(f yamldoc.Field) Matcher {
	m := Matcher{Pos: f.Key.Pos, row: rowOf(f.Key.Text)}
	if r.allows(&m) {
		m.row.read(r, &m, f.Value)
	}
	return m
}

// Bind gives the matcher with every ${…} computed.
func (m Matcher) Bind(env expr.Env) (Matcher, error) {
	m.scope = env
	err := m.loadIn(env)
	if err != nil {
		return m, err
	}
	m.Items = slices.Clone(m.Items)
	for i := range m.Items {
		if m.Items[i], err = m.Items[i].Bind(env); err != nil {
			return m, err
		}
	}
	m.Fields = slices.Clone(m.Fields)
	for i := range m.Fields {
		if m.Fields[i].Value, err = m.Fields[i].Value.Bind(env); err != nil {
			return m, err
		}
	}
	m.Paths = slices.Clone(m.Paths)
	for i := range m.Paths {
		if m.Paths[i].Matcher, err = m.Paths[i].Matcher.Bind(env); err != nil {
			return m, err
		}
	}
	if m.Data, err = m.Data.Bind(env); err != nil {
		return m, err
	}
	if m.Data.Computed() == nil && value.Asks(m.Data.Value()) {
		return m.given(env)
	}
	if m.at != nil && m.at.Computed != nil {
		m.Data, err = m.Data.Map(m.at.Computed)
	}
	return m, err
}

// Visit calls visit for the matcher and for all matchers in it.
func (m *Matcher) Visit(visit func(*Matcher)) {
	if !m.IsSet() {
		return
	}
	visit(m)
	for i := range m.Items {
		m.Items[i].Visit(visit)
	}
	for i := range m.Fields {
		m.Fields[i].Value.Visit(visit)
	}
	for i := range m.Paths {
		m.Paths[i].Matcher.Visit(visit)
	}
}

// where evaluates the expression of $where for a value.
func (m *Matcher) where(v any) (bool, error) {
	env := m.scope
	env.Names = itScope{env.Names, v}
	return m.expression.Holds(env)
}

// itScope is a scope in which `it` is the value.
type itScope struct {
	expr.Object
	it any
}

// Member gives the value for `it`, and otherwise the member of the scope.
func (s itScope) Member(name string) (any, bool) {
	if name == "it" {
		return s.it, true
	}
	return s.Object.Member(name)
}
