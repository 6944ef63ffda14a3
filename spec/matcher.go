package spec

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/theory/jsonpath"
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

	Regexp     *regexp.Regexp // of $matches
	Paths      []PathMatcher  // of $path
	Schema     *ValueSchema   // of $schema
	Expression *Expression    // of $where; the value is called it
	scope      expr.Env       // of $where, once bound
}

// PathMatcher is one JSONPath query (RFC 9535) of `$path`. A query that can
// select just one value is held against that value, any other against the list
// of what it selects.
type PathMatcher struct {
	Path     *jsonpath.Path
	Singular bool
	Matcher  Matcher
}

// maxRegexp bounds a regular expression, whose compiled form can be large.
const maxRegexp = 1 << 10

// operand is what a $ word takes.
type operand int

const (
	takesValue operand = iota
	takesPair
	takesList
	takesFlag
	takesText
	takesMatcher
	takesMatchers
	takesRegexp
	takesWord
	takesPaths
	takesSchema
	takesExpression
)

var matchWords = map[string]operand{
	"$eq": takesValue, "$ne": takesValue,
	"$gt": takesValue, "$gte": takesValue, "$lt": takesValue, "$lte": takesValue,
	"$between": takesPair, "$in": takesList, "$exists": takesFlag,
	"$contains": takesValue, "$starts_with": takesText, "$ends_with": takesText,
	"$approx": takesPair, "$matches": takesRegexp, "$length": takesMatcher, "$type": takesWord,
	"$not": takesMatcher, "$each": takesMatcher, "$json": takesMatcher,
	"$all_of": takesMatchers, "$any_of": takesMatchers, "$unordered": takesMatchers,
	"$exact": takesValue, "$schema": takesSchema, "$path": takesPaths, "$where": takesExpression,
}

// valueTypes are the words that $type takes.
var valueTypes = []string{"string", "number", "integer", "boolean", "null", "object", "array", "binary"}

// MatchWords gives the words of matchers, sorted.
func MatchWords() []string { return words(matchWords) }

// ValueTypes gives the words that $type takes.
func ValueTypes() []string { return slices.Clone(valueTypes) }

// scalarReader reads the scalars of a matcher in the unit of what is matched.
type scalarReader func(n *yamldoc.Node) (any, error)

func inUnit[T any](u unit[T]) scalarReader {
	return func(n *yamldoc.Node) (any, error) { return u.read(n.Text) }
}

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
	case isMatcher(n):
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
	case takesMatcher:
		if m.Op == "$length" || m.Op == "$json" {
			read = literal
		}
		m.Items = []Matcher{readMatcher(v, read, out)}
	case takesMatchers:
		if len(v.Items) == 0 {
			yamldoc.Expected(v, "a list of matchers", out)
			return m
		}
		for _, item := range v.Items {
			m.Items = append(m.Items, readMatcher(item, read, out))
		}
	case takesPaths:
		m.readPaths(v, read, out)
	case takesExpression:
		m.Expression = &Expression{}
		ExpressionShape(m.Expression).Decode(v, out)
	case takesSchema:
		m.Schema = readSchema(v, out)
	default:
		if checkOperand(takes, v, out) {
			m.readOperand(takes, v, read, out)
		}
	}
	return m
}

// checkOperand complains about an operand of the wrong form.
func checkOperand(takes operand, v *yamldoc.Node, out *diag.List) bool {
	want := ""
	switch takes {
	case takesFlag:
		if _, ok := yamldoc.Bool(v); !ok {
			want = "true or false"
		}
	case takesPair:
		if len(v.Items) != 2 {
			want = "a list of two"
		}
	case takesList:
		if v.Kind != yamldoc.Sequence && !strings.HasPrefix(v.Text, "${") {
			want = "a list"
		}
	case takesText, takesRegexp, takesWord:
		if v.Kind != yamldoc.Scalar || v.IsEmpty() {
			want = "text"
		}
	}
	if want != "" {
		yamldoc.Expected(v, want, out)
	}
	return want == ""
}

// readOperand reads an operand that is a value.
func (m *Matcher) readOperand(takes operand, v *yamldoc.Node, read scalarReader, out *diag.List) {
	switch takes {
	case takesFlag:
		read = literal
	case takesText:
		read = inUnit(textUnit)
	case takesRegexp:
		read = inUnit(textUnit)
		m.readRegexp(v, out)
	case takesWord:
		var word string
		yamldoc.Word(&word, valueTypes...).Decode(v, out)
	}
	m.Data = readData(v, read, out)
	if m.Op == "$between" && m.Data.reversed() {
		out.Hintf(v.Pos, "write the lower end first", "nothing lies between these, and its opposite is always so")
	}
}

// reversed reports whether the first of two constants is more than the second.
func (d Data) reversed() bool {
	switch low := d.list[0].literal.(type) {
	case json.Number:
		high, ok := d.list[1].literal.(json.Number)
		a, _ := low.Float64() // infinite if it is too large
		b, _ := high.Float64()
		return ok && a > b
	case time.Duration:
		high, ok := d.list[1].literal.(time.Duration)
		return ok && low > high
	}
	return false
}

func (m *Matcher) readRegexp(v *yamldoc.Node, out *diag.List) {
	var err error
	if strings.Contains(v.Text, "${") {
		out.Hintf(v.Pos, "a $ before a brace is written \\$", "a regular expression is not computed from ${…}")
		return
	}
	if len(v.Text) > maxRegexp {
		out.Addf(v.Pos, "a regular expression has at most %d octets", maxRegexp)
		return
	}
	if m.Regexp, err = regexp.Compile(v.Text); err != nil {
		out.Hintf(v.Pos, "the syntax is RE2's, as in Go", "%v", err)
	}
}

func (m *Matcher) readPaths(v *yamldoc.Node, read scalarReader, out *diag.List) {
	if len(v.Fields) == 0 {
		yamldoc.Expected(v, "a mapping of JSONPath queries to matchers", out)
		return
	}
	for _, f := range v.Fields {
		p, err := jsonpath.Parse(f.Key.Text)
		if err != nil {
			out.Hintf(f.Key.Pos, "a query of RFC 9535, such as $.items[0].id", "%v", err)
			continue
		}
		m.Paths = append(m.Paths, PathMatcher{p, p.Query().Singular() != nil, readMatcher(f.Value, read, out)})
	}
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
	m.Paths = slices.Clone(m.Paths)
	for i := range m.Paths {
		if m.Paths[i].Matcher, err = m.Paths[i].Matcher.Bind(env); err != nil {
			return m, err
		}
	}
	m.scope = env
	return m, nil
}

// Where evaluates the expression of $where for a value.
func (m Matcher) Where(value any) (bool, error) {
	env := m.scope
	env.Names = itScope{env.Names, value}
	return m.Expression.Holds(env)
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
