package assertions

import (
	"errors"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/trace"
)

// Compare holds a value against a bound matcher. If err says why there is no
// value, the check fails with that reason. A negative difference of times fails,
// unless the matcher has a lower bound that allows it: an answer that came
// before its question is not "less than 900ms" after it.
func Compare(pos diag.Pos, subject string, m match.Matcher, value any, err error) trace.Check {
	c := trace.Check{Pos: pos, Subject: subject, Verdict: trace.Passed, Expected: match.Describe(m)}
	if err != nil {
		c.Verdict, c.Actual = trace.Failed, reason(err)
		return c
	}
	c.Actual, c.Figure = shown(m, value), figure(value, m)
	wrong := match.Match(m, value, subject)
	if d, _ := value.(time.Duration); len(wrong) == 0 && wrongWayRound(m, d) {
		c.Verdict = trace.Failed
		c.Actual += " (the wrong way round, and no lower bound allows that)"
		return c
	}
	if len(wrong) > 0 {
		c.Verdict, c.Pos = trace.Failed, wrong[0].Pos
		if wrong[0].Path != subject {
			c.Actual += ", at " + strings.TrimPrefix(wrong[0].Path, subject)
		}
		if wrong[0].Why != "" {
			c.Actual += " (" + wrong[0].Why + ")"
		}
	}
	return c
}

func wrongWayRound(m match.Matcher, d time.Duration) bool { return d < 0 && !m.HasLowerBound() }

// Nearly reports whether the matcher would hold for a difference of times that
// is longer or shorter by up to most.
func Nearly(m match.Matcher, d, most time.Duration) bool {
	return nearly(d, most, func(d time.Duration) bool { return len(match.Match(m, d, "")) == 0 && !wrongWayRound(m, d) })
}

// reason gives the message of an error without its place.
func reason(err error) string {
	var d diag.Diagnostic
	if errors.As(err, &d) {
		return d.Message
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}
