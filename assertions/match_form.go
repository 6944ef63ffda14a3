package assertions

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

func matchAll(items []spec.Matcher, actual any, path string) []Mismatch {
	var out []Mismatch
	for _, item := range items {
		out = append(out, Match(item, actual, path)...)
	}
	return out
}

// matchEach holds every item of a list against one matcher. An empty list has
// nothing that could be held against it, and that is a mismatch.
func matchEach(m spec.Matcher, actual any, path string) []Mismatch {
	list, _ := actual.([]any)
	if len(list) == 0 {
		return []Mismatch{{Pos: m.Pos, Path: path, Expected: "a list that is not empty", Actual: show(actual)}}
	}
	var out []Mismatch
	for i, item := range list {
		out = append(out, Match(m.Items[0], item, fmt.Sprintf("%s[%d]", path, i))...)
	}
	return out
}

// matchLength holds the length of text (in code points), octets, a list or an
// object against a matcher.
func matchLength(m spec.Matcher, actual any, path string) []Mismatch {
	n, ok := lengthOf(actual)
	if !ok {
		return []Mismatch{{Pos: m.Pos, Path: path, Expected: "something with a length", Actual: show(actual)}}
	}
	return Match(m.Items[0], n, path+".length")
}

func lengthOf(v any) (n int, ok bool) {
	switch v := v.(type) {
	case string:
		return utf8.RuneCountInString(v), true
	case []byte:
		return len(v), true
	case []any:
		return len(v), true
	case map[string]any:
		return len(v), true
	}
	return 0, false
}

// matchJSON holds what text or octets hold as JSON against a matcher.
func matchJSON(m spec.Matcher, actual any, path string) []Mismatch {
	octets, _ := octetsOf(actual) // in none there is no JSON
	value, err := expr.DecodeJSON(octets)
	if err != nil {
		return []Mismatch{{Pos: m.Pos, Path: path, Expected: "JSON", Actual: show(actual)}}
	}
	return Match(m.Items[0], value, path+".json")
}

// selected gives what a query finds: its value if it can find only one, else
// the list of all.
func selected(p spec.PathMatcher, actual any) any {
	nodes := p.Path.Select(actual)
	switch {
	case !p.Singular:
		return []any(nodes)
	case len(nodes) == 1:
		return nodes[0]
	}
	return missing{}
}

// matchPaths holds what JSONPath queries select against their matchers.
func matchPaths(m spec.Matcher, actual any, path string) []Mismatch {
	var out []Mismatch
	for _, p := range m.Paths {
		out = append(out, Match(p.Matcher, selected(p, actual), path+" "+p.Path.String())...)
	}
	return out
}

// matchSchema holds a value against a JSON Schema; every violation is a
// mismatch of its own.
func matchSchema(m spec.Matcher, actual any, path string) []Mismatch {
	err := m.Schema.Validate(actual)
	if err == nil {
		return nil
	}
	var v *jsonschema.ValidationError
	if !errors.As(err, &v) {
		return []Mismatch{{Pos: m.Pos, Path: path, Expected: Describe(m), Actual: err.Error()}}
	}
	var out []Mismatch
	var leaves func(e *jsonschema.ValidationError)
	leaves = func(e *jsonschema.ValidationError) {
		for _, c := range e.Causes {
			leaves(c)
		}
		if len(e.Causes) == 0 {
			at := path
			if len(e.InstanceLocation) > 0 {
				at += "." + strings.Join(e.InstanceLocation, ".")
			}
			out = append(out, Mismatch{Pos: m.Pos, Path: at, Expected: Describe(m), Actual: e.ErrorKind.LocalizedString(english)})
		}
	}
	leaves(v)
	return out
}

var english = message.NewPrinter(language.English)

// approx holds a number or duration against [value, tolerance], if both of these
// are of its kind.
func approx(operand, actual any) (near, ok bool) {
	pair, _ := operand.([]any)
	if len(pair) != 2 {
		return false, false
	}
	if d, ok := actual.(time.Duration); ok {
		value, ok1 := durationOf(pair[0])
		tolerance, ok2 := durationOf(pair[1])
		return (d - value).Abs() <= tolerance, ok1 && ok2
	}
	a, ok1 := decimalOf(actual)
	value, ok2 := decimalOf(pair[0])
	tolerance, ok3 := decimalOf(pair[1])
	return a.distance(value).compare(tolerance) <= 0, ok1 && ok2 && ok3
}

// isType decides $type, in the words of JSON Schema and `binary`.
func isType(word, v any) bool {
	switch v := v.(type) {
	case nil:
		return word == "null"
	case string:
		return word == "string"
	case bool:
		return word == "boolean"
	case []any:
		return word == "array"
	case map[string]any:
		return word == "object"
	case []byte:
		return word == "binary"
	default:
		d, ok := decimalOf(v)
		return ok && (word == "number" || word == "integer" && d.isInteger())
	}
}

// isInteger reports whether a number has no fraction, however it is written.
func (d decimal) isInteger() bool { return int64(len(d.digits)) <= d.exponent }

// holdsUnordered reports whether the items of a list can be given to matchers
// one to one, in any order (augmenting paths, as in Kuhn 1955).
func holdsUnordered(items []spec.Matcher, actual any) bool {
	list, ok := actual.([]any)
	if !ok || len(list) != len(items) {
		return false
	}
	owner := make([]int, len(items)) // of each matcher: the item that it has, or -1
	for i := range owner {
		owner[i] = -1
	}
	var place func(value int, tried []bool) bool
	place = func(value int, tried []bool) bool {
		for i, m := range items {
			if tried[i] || len(Match(m, list[value], "")) > 0 {
				continue
			}
			tried[i] = true
			if owner[i] < 0 || place(owner[i], tried) {
				owner[i] = value
				return true
			}
		}
		return false
	}
	for value := range list {
		if !place(value, make([]bool, len(items))) {
			return false
		}
	}
	return true
}
