package assertions

import (
	"slices"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
)

// undecidable reports whether a matcher asks something of a value that cannot
// be asked of it: whether text is more than a number, what an object begins
// with, an expression that cannot be evaluated. Then its opposite is not so,
// either: `$not: {$gt: 5}` is no statement about "6".
func undecidable(m spec.Matcher, actual any) bool {
	if _, absent := actual.(missing); absent {
		return false
	}
	switch m.Op {
	case "object":
		return undecidableObject(m, actual)
	case "list", "$each", "$unordered":
		return undecidableList(m, actual)
	case "$path":
		return slices.ContainsFunc(m.Paths, func(p spec.PathMatcher) bool { return undecidable(p.Matcher, selected(p, actual)) })
	case "$json":
		octets, ok := octetsOf(actual)
		value, err := expr.DecodeJSON(octets)
		return !ok || err == nil && undecidable(m.Items[0], value)
	case "$length":
		n, ok := lengthOf(actual)
		return !ok || undecidable(m.Items[0], n)
	case "$where":
		_, err := m.Where(actual)
		return err != nil
	case "$gt", "$gte", "$lt", "$lte", "$between", "$approx":
		return !canCompare(m.Op, m.Data.Value(), actual)
	case "$eq", "$ne", "$exact":
		return whole(actual)
	case "$in": // what is computed need not be a list
		_, ok := m.Data.Value().([]any)
		return !ok || whole(actual)
	case "$contains", "$starts_with", "$ends_with", "$matches":
		_, text := actual.(string)
		_, part := m.Data.Value().(string)
		_, list := actual.([]any)
		return !(text && part) && !(list && m.Op == "$contains")
	}
	return slices.ContainsFunc(m.Items, func(item spec.Matcher) bool { return undecidable(item, actual) })
}

func undecidableObject(m spec.Matcher, actual any) bool {
	get := memberOf(actual)
	if get == nil {
		return false
	}
	for _, f := range m.Fields {
		if v, ok := get(f.Name); ok && undecidable(f.Value, v) {
			return true
		}
	}
	return false
}

// undecidableList looks at every item with the matcher that stands in its
// place, or, where no place is said, with each: that asks for a list.
func undecidableList(m spec.Matcher, actual any) bool {
	list, ok := actual.([]any)
	if !ok && m.Op != "list" {
		return true
	}
	for i, v := range list {
		for k, item := range m.Items {
			if (m.Op != "list" || i == k) && undecidable(item, v) {
				return true
			}
		}
	}
	return false
}

// whole reports whether a value is something of which only the members can be
// compared: the headers of a handshake, an event.
func whole(v any) bool {
	_, ok := v.(expr.Object)
	return ok
}

// canCompare reports whether a value can be held against the numbers,
// durations or texts of an operand, and between its ends there is something.
func canCompare(op string, operand, actual any) bool {
	if op == "$approx" {
		_, ok := approx(operand, actual)
		return ok
	}
	ends, ok := operand.([]any)
	if !ok {
		ends = []any{operand}
	}
	if !between(ends[0], ends[0], ends[len(ends)-1]) { // computed ends need not be in order
		return false
	}
	return !slices.ContainsFunc(ends, func(end any) bool { _, ok := order(actual, end); return !ok })
}

// octetsOf gives the octets in which a value may hold JSON: those of text, or
// octets themselves.
func octetsOf(v any) ([]byte, bool) {
	switch v := v.(type) {
	case string:
		return []byte(v), true
	case []byte:
		return v, true
	}
	return nil, false
}
