package assertions

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/trace"
)

// figure is the number that a value is, for comparing runs: every duration and
// every amount with a unit, and a plain number if it is held against a bound. A
// number that only has to equal another is a name, not a measure. Else it is nil.
func figure(value any, m match.Matcher) *trace.Figure {
	if match.KindOf(value) == match.Number && !m.Measures() {
		return nil
	}
	f := Figure(value)
	if f != nil {
		f.Worse = m.Worse()
	}
	return f
}

// Figure is the number that a value is, or nil; more of it is worse.
func Figure(value any) *trace.Figure {
	f := trace.Figure{Worse: "more"}
	switch v := value.(type) {
	case time.Duration:
		f.Value, f.Unit = float64(v), "ns"
	case match.Amount:
		f.Value, f.Unit = v.Number(), unitOf(v)
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
func unitOf(a match.Amount) string {
	return strings.TrimPrefix(a.String(), strconv.FormatFloat(a.Number(), 'f', -1, 64))
}
