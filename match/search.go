package match

import (
	"encoding/json"
	"regexp"
	"strings"
)

// maxExact is how many digits of any decimal a float64 tells apart (IEEE 754,
// binary64). The library behind $path compares numbers as such.
const maxExact = 15

// isExact reports whether a float64 tells a number from every other of so many
// digits.
func (d decimal) isExact() bool {
	return len(d.digits) <= maxExact && d.exponent > -300 && d.exponent < 300
}

// inexact gives a number in a value that filters of JSONPath would take for
// another, or "".
func inexact(v any) string {
	switch v := v.(type) {
	case json.Number:
		if d, ok := decimalOf(v); !ok || !d.isExact() {
			return string(v)
		}
	case []any:
		for _, item := range v {
			if number := inexact(item); number != "" {
				return number
			}
		}
	case map[string]any:
		for _, item := range v {
			if number := inexact(item); number != "" {
				return number
			}
		}
	}
	return ""
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
	quotedText = regexp.MustCompile(`"(\\.|[^"\\])*"|'(\\.|[^'\\])*'`)
	numberText = regexp.MustCompile(`-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?`)
)

// inexactLiteral gives a number of a query that is not compared exactly, or "".
func inexactLiteral(query string) string {
	for _, text := range numberText.FindAllString(quotedText.ReplaceAllString(query, ""), -1) {
		if d, ok := parseDecimal(text); ok && !d.isExact() {
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
		if _, filter, ok := strings.Cut(query, "?"); ok && strings.Contains(filter, "*") {
			cost *= float64(n)
		}
		if cost > maxSearch {
			return true
		}
	}
	return false
}

// sizeOf counts the values in a value.
func sizeOf(v any) int {
	n := 1
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			n += sizeOf(item)
		}
	case map[string]any:
		for _, item := range v {
			n += sizeOf(item)
		}
	}
	return n
}
