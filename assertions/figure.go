package assertions

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// figure is the number that a value is, for comparing runs: every duration and
// every amount with a unit, and a plain number if it is held against a bound. A
// number that only has to equal another is a name, not a measure. Else it is nil.
func figure(value any, m spec.Matcher) *trace.Figure {
	f := trace.Figure{Worse: worse(m)}
	switch v := value.(type) {
	case time.Duration:
		f.Value, f.Unit = float64(v), "ns"
		return &f
	case spec.Amount:
		f.Value, f.Unit = v.Number(), unitOf(v)
		return &f
	}
	if !has(m, "$gt", "$gte", "$lt", "$lte", "$between", "$approx") {
		return nil
	}
	switch v := value.(type) {
	case int:
		f.Value = float64(v)
	case int64:
		f.Value = float64(v)
	case float64:
		f.Value = v
	case json.Number:
		number, err := v.Float64()
		if err != nil {
			return nil
		}
		f.Value = number
	default:
		return nil
	}
	return &f
}

// unitOf is what an amount writes behind its number.
func unitOf(a spec.Amount) string {
	return strings.TrimPrefix(a.String(), strconv.FormatFloat(a.Number(), 'f', -1, 64))
}

// worse is the direction in which a value fails a matcher.
func worse(m spec.Matcher) string {
	up := has(m, "$lt", "$lte")
	down := has(m, "$gt", "$gte")
	switch {
	case has(m, "$eq", "$ne", "$between", "$approx", "$in", "$not", "$any_of") || up == down:
		return "either"
	case up:
		return "more"
	}
	return "less"
}

// has reports whether one of some words stands in a matcher.
func has(m spec.Matcher, ops ...string) bool {
	return slices.Contains(ops, m.Op) || slices.ContainsFunc(m.Items, func(item spec.Matcher) bool { return has(item, ops...) })
}
