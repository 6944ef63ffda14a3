package assertions

import (
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/spec"
)

// shown gives a measured value in a few digits. Where these would fit a matcher that the value does not fit, or
// the other way round, a duration keeps its microseconds: one that just missed what was
// asked for would puzzle.
func shown(m match.Matcher, v any) string {
	d, ok := v.(time.Duration)
	if !ok {
		return match.Show(v)
	}
	if r := diag.Rounded(d); fits(m, r) == fits(m, d) {
		return r.String()
	}
	return d.Round(time.Microsecond).String()
}

func fits(m match.Matcher, v any) bool { return len(match.Match(m, v, "")) == 0 }

// shownShare gives a share in a few digits, of which a little does not become nothing,
// nor all but a little the whole.
func shownShare(p spec.Percent) string {
	text := diag.Number(float64(p)) + "%"
	if text == "100%" && p < 100 {
		return p.String()
	}
	return text
}
