package spec

import (
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Matcher is what a value is held against: a plain value means equality,
// objects match as subsets, lists item by item, a mapping of $ words is a
// matcher of which all must hold.
type Matcher struct {
	Pos    diag.Pos
	Op     string // a $ word, or "object", "list", "all"
	Data   Data   // the operand of a $ word that takes a value
	Items  []Matcher
	Fields []yamldoc.Entry[Matcher]
}

// operand is what a $ word takes.
type operand int

const (
	takesValue operand = iota
	takesPair
	takesList
	takesFlag
	takesText
	takesMatcher
)

var matchWords = map[string]operand{
	"$eq": takesValue, "$ne": takesValue,
	"$gt": takesValue, "$gte": takesValue, "$lt": takesValue, "$lte": takesValue,
	"$between": takesPair, "$in": takesList, "$exists": takesFlag,
	"$contains": takesValue, "$starts_with": takesText, "$ends_with": takesText,
	"$not": takesMatcher,
}

// scalarReader reads the scalars of a matcher in the unit of what is matched.
type scalarReader func(n *yamldoc.Node) (any, error)

func inUnit[T any](u unit[T]) scalarReader {
	return func(n *yamldoc.Node) (any, error) { return u.read(n.Text) }
}

// Match takes a matcher for JSON values.
func Match(m *Matcher) yamldoc.Shape { return matchShape(m, literal) }

func matchShape(m *Matcher, read scalarReader) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		*m = readMatcher(n, read, out)
	}, func(*yamldoc.Defs) *yamldoc.Schema { return &yamldoc.Schema{} })
}

func readMatcher(n *yamldoc.Node, read scalarReader, out *diag.List) Matcher {
	m := Matcher{Pos: n.Pos}
	switch {
	case n.Kind == yamldoc.Sequence:
		m.Op = "list"
		for _, item := range n.Items {
			m.Items = append(m.Items, readMatcher(item, read, out))
		}
	case n.Kind == yamldoc.Mapping && isMatcher(n):
		m.Op = "all"
		for _, f := range n.Fields {
			m.Items = append(m.Items, readWord(f, read, out))
		}
	case n.Kind == yamldoc.Mapping:
		m.Op = "object"
		for _, f := range n.Fields {
			name := strings.ReplaceAll(f.Key.Text, "$$", "$")
			m.Fields = append(m.Fields, yamldoc.Entry[Matcher]{Name: name, Pos: f.Key.Pos, Value: readMatcher(f.Value, read, out)})
		}
	default:
		m.Op, m.Data = "$eq", readData(n, read, out)
	}
	return m
}

// isMatcher reports whether a mapping's keys begin with $; $$ stands for $.
func isMatcher(n *yamldoc.Node) bool {
	return slices.ContainsFunc(n.Fields, func(f yamldoc.Field) bool {
		return strings.HasPrefix(f.Key.Text, "$") && !strings.HasPrefix(f.Key.Text, "$$")
	})
}

func readWord(f yamldoc.Field, read scalarReader, out *diag.List) Matcher {
	m := Matcher{Pos: f.Key.Pos, Op: f.Key.Text}
	takes, ok := matchWords[m.Op]
	if !ok {
		out.Hintf(f.Key.Pos, diag.DidYouMean(m.Op, words(matchWords)), "unknown matcher %q", m.Op)
		return m
	}
	v := f.Value
	switch takes {
	case takesFlag:
		if _, ok := yamldoc.Bool(v); !ok {
			yamldoc.Expected(v, "true or false", out)
		}
		m.Data = readData(v, literal, out)
	case takesPair:
		if v.Kind != yamldoc.Sequence || len(v.Items) != 2 {
			yamldoc.Expected(v, "a list of two, [least, most]", out)
			return m
		}
		m.Data = readData(v, read, out)
	case takesList:
		if v.Kind != yamldoc.Sequence {
			yamldoc.Expected(v, "a list", out)
			return m
		}
		m.Data = readData(v, read, out)
	case takesMatcher:
		m.Items = []Matcher{readMatcher(v, read, out)}
	default:
		if v.Kind != yamldoc.Scalar && takes == takesText {
			yamldoc.Expected(v, "text", out)
			return m
		}
		m.Data = readData(v, read, out)
	}
	return m
}

// words gives the words of a table, sorted.
func words[T any](table map[string]T) []string {
	out := make([]string, 0, len(table))
	for w := range table {
		out = append(out, w)
	}
	slices.Sort(out)
	return out
}

// Bind computes every ${…} of a matcher once.
func (m Matcher) Bind(env expr.Env) (Matcher, error) {
	var err error
	if m.Data, err = m.Data.Bind(env); err != nil {
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
	return m, nil
}
