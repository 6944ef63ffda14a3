package match

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/duologue/duologue/internal/expr"
)

// maxExact is how many digits of any decimal a float64 tells apart (IEEE 754,
// binary64). The library behind $path compares numbers as such.
const maxExact = 15

// isExact reports whether a float64 tells a number from every other of so many
// digits.
func (d decimal) isExact() bool {
	return len(d.digits) <= maxExact && d.exponent > -300 && d.exponent < 300
}

// document is a value as the library behind $path takes it.
type document struct {
	value   any
	size    int    // how many values are in it
	inexact string // a number that filters would take for another, or ""
}

// documentOf writes every number in one way: within lists and objects the library
// compares them as text.
func documentOf(v any) *document {
	var d document
	d.value = d.take(expr.Plain(v))
	return &d
}

func (d *document) take(v any) any {
	d.size++
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = d.take(item)
		}
		return out
	case *expr.Mapping:
		out := make(map[string]any, v.Len())
		for name, item := range v.All() {
			out[name] = d.take(item)
		}
		return out
	}
	if KindOf(v) != Number {
		return v
	}
	n, ok := decimalOf(v)
	if !ok || !n.isExact() {
		d.inexact = Show(v)
		return v
	}
	return json.Number(n.String())
}

// filters reports whether a query has a filter.
func (m *Matcher) filters() bool {
	for i := range m.Paths {
		if strings.Contains(m.Paths[i].Path.String(), "?") {
			return true
		}
	}
	return false
}

var (
	namesText  = regexp.MustCompile(`"(\\.|[^"\\])*"|'(\\.|[^'\\])*'|\.[\pL_][\pL\pN_]*`)
	numberText = regexp.MustCompile(`-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?`)
)

// inexactLiteral gives a number of a query that is not compared exactly, or "".
func inexactLiteral(query string) string {
	for _, text := range numberText.FindAllString(namesText.ReplaceAllString(query, ""), -1) {
		if d, ok := parseDecimal(text); !ok || !d.isExact() {
			return text
		}
	}
	return ""
}

// maxSearch is how many values a search may look at: a few seconds' work.
const maxSearch = 1e8

// tooLong reports whether a query looks at too many of n values: every further
// descendant segment, and every one in a filter, looks at all again.
func (m *Matcher) tooLong(n int) bool {
	for i := range m.Paths {
		query := m.Paths[i].Path.String()
		cost := float64(n)
		for range strings.Count(query, "..") - 1 {
			cost *= float64(n)
		}
		if _, filter, _ := strings.Cut(query, "?"); strings.Contains(filter, "*") {
			cost *= float64(n)
		}
		if cost > maxSearch {
			return true
		}
	}
	return false
}
