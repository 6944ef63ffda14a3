package assertions

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// Compare holds a value against a bound matcher. A value that could not be had
// fails it, with the reason. A difference of times that is negative fails,
// unless the matcher has a lower bound that allows it: "less than 900ms" is not
// said of an answer that came before its question.
func Compare(pos diag.Pos, subject string, m spec.Matcher, value any, err error) trace.Check {
	c := trace.Check{Pos: pos, Subject: subject, Verdict: trace.Passed, Expected: Describe(m)}
	if err != nil {
		c.Verdict, c.Actual = trace.Failed, reason(err)
		return c
	}
	c.Actual, c.Figure = show(value), figure(value, m)
	wrong := Match(m, value, subject)
	if d, _ := value.(time.Duration); d < 0 && len(wrong) == 0 && !hasLowerBound(m) {
		c.Verdict = trace.Failed
		c.Actual += " (the wrong way round, and no lower bound allows that)"
		return c
	}
	if len(wrong) > 0 {
		c.Verdict, c.Pos = trace.Failed, wrong[0].Pos
		if wrong[0].Path != subject {
			c.Actual += ", at " + strings.TrimPrefix(wrong[0].Path, subject)
		}
	}
	return c
}

// reason gives the message of an error without a place.
func reason(err error) string {
	var d diag.Diagnostic
	if errors.As(err, &d) {
		return d.Message
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}

// hasLowerBound reports whether a matcher says from where on values are right.
func hasLowerBound(m spec.Matcher) bool {
	switch m.Op {
	case "$eq", "$in", "$gt", "$gte", "$between", "$approx":
		return true
	case "all", "$all_of":
		return slices.ContainsFunc(m.Items, hasLowerBound)
	}
	return false
}
