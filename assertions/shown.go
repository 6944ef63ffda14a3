package assertions

import (
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/spec"
)

// shown gives a measured value in a few digits. If rounding would change whether a duration fits the matcher, it keeps
// its microseconds, or all digits if these do not show it either: a value that just missed its bound would puzzle the
// reader otherwise.
func shown(m match.Matcher, v any) string {
	d, ok := v.(time.Duration)
	if !ok {
		return match.Show(v)
	}
	for _, r := range []time.Duration{diag.Rounded(d), d.Round(time.Microsecond)} {
		if fits(m, r) == fits(m, d) {
			return r.String()
		}
	}
	return d.String()
}

func fits(m match.Matcher, v any) bool { return len(match.Match(m, v, "")) == 0 }

// shownShare gives a share in a few digits. A little is not shown as 0 %, and all but a little is not shown as 100 %.
func shownShare(p spec.Percent) string {
	text := diag.Number(float64(p)) + "%"
	if text == "100%" && p < 100 {
		return p.String()
	}
	return text
}
