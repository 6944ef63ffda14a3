package match

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/duologue/duologue/internal/expr"
)

// maxExact is the most digits with which a float64 represents every decimal
// distinctly (IEEE 754, binary64). The library behind $path compares numbers as
// float64.
const maxExact = 15

// isExact reports whether no other number with up to [maxExact] digits becomes
// the same float64.
func (d decimal) isExact() bool {
	return len(d.digits) <= maxExact && d.exponent > -300 && d.exponent < 300
}

// document is a value in the form that the library behind $path takes.
type document struct {
	value   any
	size    int    // the number of values in it
	inexact string // a number that filters could confuse with another, or ""
}

// documentOf writes equal numbers in the same form, because the library compares
// those in lists and objects as text.
func documentOf(v any) *document {
	var d document
	d.value = d.convert(expr.Plain(v))
	return &d
}

func (d *document) convert(v any) any {
	d.size++
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = d.convert(item)
		}
		return out
	case *expr.Mapping:
		out := make(map[string]any, v.Len())
		for name, item := range v.All() {
			out[name] = d.convert(item)
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

// filters reports whether one of the queries has a filter.
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

// inexactLiteral gives a number in a query that is not compared exactly, or "".
func inexactLiteral(query string) string {
	for _, text := range numberText.FindAllString(namesText.ReplaceAllString(query, ""), -1) {
		if d, ok := parseDecimal(text); !ok || !d.isExact() {
			return text
		}
	}
	return ""
}

// maxSearch is the most values that a search may look at, which takes a few
// seconds.
const maxSearch = 1e8

// tooLong reports whether a query would look at too many of n values. Each descendant
// segment after the first looks at all values again, and so does a filter with a
// wildcard.
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
