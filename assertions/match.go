package assertions

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
)

// Mismatch is one path at which a value is not what was asked for.
type Mismatch struct {
	Pos      diag.Pos // of the matcher
	Path     string
	Expected string
	Actual   string
}

// missing is the value of a key that is not there.
type missing struct{}

// Match holds a value against a bound matcher and gives every path at which
// they differ; none means that it matches.
func Match(m spec.Matcher, actual any, path string) []Mismatch {
	switch m.Op {
	case "object":
		return matchObject(m, actual, path)
	case "list":
		return matchList(m, actual, path)
	case "all":
		return matchAll(m.Items, actual, path)
	}
	if _, absent := actual.(missing); !absent {
		switch m.Op {
		case "$all_of":
			return matchAll(m.Items, actual, path)
		case "$each":
			return matchEach(m, actual, path)
		case "$length":
			return matchLength(m, actual, path)
		case "$json":
			return matchJSON(m, actual, path)
		case "$path":
			return matchPaths(m, actual, path)
		case "$schema":
			return matchSchema(m, actual, path)
		}
	}
	if ok := holds(m, actual); ok {
		return nil
	}
	return []Mismatch{{Pos: m.Pos, Path: path, Expected: Describe(m), Actual: show(actual)}}
}

func matchObject(m spec.Matcher, actual any, path string) []Mismatch {
	get := memberOf(actual)
	if get == nil {
		return []Mismatch{{Pos: m.Pos, Path: path, Expected: "an object", Actual: show(actual)}}
	}
	var out []Mismatch
	for _, f := range m.Fields {
		value, ok := get(f.Name)
		if !ok {
			value = missing{}
		}
		out = append(out, Match(f.Value, value, join(path, f.Name))...)
	}
	return out
}

// memberOf gives what looks up the members of an object, or nil.
func memberOf(actual any) func(string) (any, bool) {
	switch o := actual.(type) {
	case map[string]any:
		return func(name string) (any, bool) { v, ok := o[name]; return v, ok }
	case expr.Object:
		return o.Member
	}
	return nil
}

func matchList(m spec.Matcher, actual any, path string) []Mismatch {
	list, ok := actual.([]any)
	if !ok {
		return []Mismatch{{Pos: m.Pos, Path: path, Expected: "a list", Actual: show(actual)}}
	}
	if len(list) != len(m.Items) {
		return []Mismatch{{Pos: m.Pos, Path: path, Expected: fmt.Sprintf("a list of %d", len(m.Items)), Actual: fmt.Sprintf("a list of %d", len(list))}}
	}
	var out []Mismatch
	for i, item := range m.Items {
		out = append(out, Match(item, list[i], fmt.Sprintf("%s[%d]", path, i))...)
	}
	return out
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// holds decides one $ word. A missing value holds for nothing but
// $exists: false, $ne and $not.
func holds(m spec.Matcher, actual any) bool {
	_, absent := actual.(missing)
	operand := m.Data.Value()
	switch m.Op {
	case "$exists":
		return operand == !absent
	case "$ne":
		return !whole(actual) && !equal(operand, actual)
	case "$not":
		return !undecidable(m.Items[0], actual) && len(Match(m.Items[0], actual, "")) > 0
	}
	if absent {
		return false
	}
	switch m.Op {
	case "$eq":
		return equal(operand, actual)
	case "$in":
		list, _ := operand.([]any)
		return slices.ContainsFunc(list, func(v any) bool { return equal(v, actual) })
	case "$gt", "$gte", "$lt", "$lte":
		c, ok := order(actual, operand)
		return ok && within(m.Op, c)
	case "$between":
		ends, _ := operand.([]any)
		return len(ends) == 2 && between(actual, ends[0], ends[1])
	case "$approx":
		near, ok := approx(operand, actual)
		return ok && near
	case "$contains", "$starts_with", "$ends_with":
		return holdsText(m.Op, operand, actual)
	}
	return holdsForm(m, operand, actual)
}

// holdsForm decides the words that look at the form of a value.
func holdsForm(m spec.Matcher, operand, actual any) bool {
	switch m.Op {
	case "$matches":
		text, ok := actual.(string)
		return ok && m.Regexp.MatchString(text)
	case "$type":
		return isType(operand, actual)
	case "$any_of":
		return slices.ContainsFunc(m.Items, func(item spec.Matcher) bool { return len(Match(item, actual, "")) == 0 })
	case "$exact":
		return equal(operand, actual)
	case "$unordered":
		return holdsUnordered(m.Items, actual)
	case "$where":
		ok, _ := m.Where(actual) // what cannot be evaluated does not hold
		return ok
	}
	return false
}

func between(v, low, high any) bool {
	above, ok1 := order(v, low)
	below, ok2 := order(v, high)
	return ok1 && ok2 && above >= 0 && below <= 0
}

func within(op string, c int) bool {
	switch op {
	case "$gt":
		return c > 0
	case "$gte":
		return c >= 0
	case "$lt":
		return c < 0
	}
	return c <= 0
}

func holdsText(op string, operand, actual any) bool {
	if list, ok := actual.([]any); ok && op == "$contains" {
		return slices.ContainsFunc(list, func(v any) bool { return equal(operand, v) })
	}
	text, ok := actual.(string)
	part, ok2 := operand.(string)
	if !ok || !ok2 {
		return false
	}
	switch op {
	case "$contains":
		return strings.Contains(text, part)
	case "$starts_with":
		return strings.HasPrefix(text, part)
	}
	return strings.HasSuffix(text, part)
}

// equal compares by value; a number is never equal to text.
func equal(a, b any) bool {
	if x, ok := decimalOf(a); ok {
		y, ok := decimalOf(b)
		return ok && x.compare(y) == 0
	}
	switch a := a.(type) {
	case []byte:
		b, ok := b.([]byte)
		return ok && bytes.Equal(a, b)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k, v := range a {
			w, ok := b[k]
			if !ok || !equal(v, w) {
				return false
			}
		}
		return true
	case time.Duration:
		b, ok := durationOf(b)
		return ok && a == b
	case string:
		if d, ok := b.(time.Duration); ok {
			return equal(d, a)
		}
		b, ok := b.(string)
		return ok && a == b
	case bool:
		b, ok := b.(bool)
		return ok && a == b
	}
	return a == nil && b == nil
}

// durationOf gives a duration, also one that is written as text: beside an
// expression a matcher cannot know what it will be held against.
func durationOf(v any) (time.Duration, bool) {
	switch v := v.(type) {
	case time.Duration:
		return v, true
	case string:
		d, err := expr.ParseDuration(v)
		return d, err == nil
	}
	return 0, false
}

// order compares two numbers, two durations or two texts.
func order(a, b any) (int, bool) {
	if x, ok := decimalOf(a); ok {
		y, ok := decimalOf(b)
		return x.compare(y), ok
	}
	switch a := a.(type) {
	case time.Duration:
		b, ok := durationOf(b)
		return cmp.Compare(a, b), ok
	case string:
		b, ok := b.(string)
		return cmp.Compare(a, b), ok
	}
	return 0, false
}
