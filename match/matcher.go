// Package match is what a value is held against: matchers as they are written,
// computed, described, and asked.
//
// [Read] reads one and [Match] asks a value. Every word is one row of a table:
// what it takes, of which kinds of value it can be asked, how it answers and how
// it is described. An answer is yes, no, or that it cannot be asked; a word that
// turns answers around need not know the others.
package match

import (
	"regexp"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/theory/jsonpath"
)

// Matcher is what a value is held against: a plain value means equality,
// objects match as subsets, lists item by item, a mapping of $ words is a
// matcher of which all must hold. The zero value asks for nothing, and so nothing
// holds against it.
type Matcher struct {
	Pos    diag.Pos
	Data   value.Data // the operand of a word that takes a value
	Items  []Matcher
	Fields []yamldoc.Entry[Matcher]
	Paths  []PathMatcher // of $path
	Schema *Schema       // of $schema

	row        *row
	regexp     *regexp.Regexp           // of $matches
	expression *value.Expression        // of $where; the value is called it
	scope      expr.Env                 // of $where, once bound
	computed   func(v any) (any, error) // of Data, see [Position]
	step       int                      // of parts of text, see [Position]
}

// PathMatcher is one JSONPath query (RFC 9535) of `$path`. A query that can
// select just one value is held against that value, any other against the list
// of what it selects.
type PathMatcher struct {
	Path     *jsonpath.Path
	Singular bool
	Matcher  Matcher
}

// IsSet reports whether anything is asked.
func (m *Matcher) IsSet() bool { return m.row != nil }

// name is what a person calls the matcher.
func (m *Matcher) name() string { return m.row.word }

// Shape takes a matcher of a value at a position.
func Shape(m *Matcher, at *Position) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		*m = Read(n, at, out)
	}, func(*yamldoc.Defs) *yamldoc.Schema { return &yamldoc.Schema{} })
}

// Read reads a matcher of a value at a position.
func Read(n *yamldoc.Node, at *Position, out *diag.List) Matcher { return reading{at, out}.matcher(n) }

func (r reading) matcher(n *yamldoc.Node) Matcher {
	switch {
	case n.Kind == yamldoc.Sequence:
		return r.form(listRow, n)
	case IsMatcher(n):
		return r.form(allRow, n)
	case n.Kind == yamldoc.Mapping:
		return r.form(objectRow, n)
	}
	return r.form(plainRow, n)
}

// form reads a matcher that is no word.
func (r reading) form(row *row, n *yamldoc.Node) Matcher {
	m := Matcher{Pos: n.Pos, row: row}
	if r.allows(&m) {
		row.read(r, &m, n)
	}
	return m
}

// IsMatcher reports whether a mapping's keys begin with $; $$ stands for $.
func IsMatcher(n *yamldoc.Node) bool {
	return slices.ContainsFunc(n.Fields, func(f yamldoc.Field) bool {
		return strings.HasPrefix(f.Key.Text, "$") && value.Key(f.Key.Text) == f.Key.Text
	})
}

// word reads one word and its operand, if it is one.
func (r reading) word(f yamldoc.Field) (Matcher, bool) {
	row := rowOf(f.Key.Text)
	if row == nil {
		return Matcher{}, false
	}
	m := Matcher{Pos: f.Key.Pos, row: row}
	if r.allows(&m) {
		row.read(r, &m, f.Value)
	}
	return m, true
}

// Bind computes every ${…} of a matcher once.
func (m Matcher) Bind(env expr.Env) (Matcher, error) {
	var err error
	m.scope = env
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
	if m.Data, err = m.Data.Bind(env); err != nil || m.computed == nil {
		return m, err
	}
	m.Data, err = m.Data.Map(m.computed)
	return m, err
}

// Visit calls visit with a matcher and with all those in it.
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

// itScope adds the name of the matched value to a scope.
type itScope struct {
	expr.Object
	it any
}

// Member gives the value for its name.
func (s itScope) Member(name string) (any, bool) {
	if name == "it" {
		return s.it, true
	}
	return s.Object.Member(name)
}
