package assertions

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/trace"
)

// figure gives the number of a value for the comparison of runs: of a duration,
// of a quantity with a unit, and of a plain number that is held against a bound.
// It gives nil for anything else, as for a number that has to equal another:
// that is a name and not a measure.
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

// Figure gives the number of a value, or nil if it has none. It takes more for
// worse.
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

// unitOf gives the unit that an amount writes after its number.
func unitOf(a match.Amount) string {
	return strings.TrimPrefix(a.String(), strconv.FormatFloat(a.Number(), 'f', -1, 64))
}
