package scene

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// assert holds what has happened against matchers. It makes all of its checks and shows
// all that fail.
func assert(t *task, a *spec.Assert) *problem {
	var checks []trace.Check
	var untold *problem
	byTime := true // whether our own lateness may be why those that do not hold do not
	for _, c := range a.Comparisons {
		made, err := compare(t, c)
		if err != nil {
			return t.broken(err)
		}
		if made.untold != "" && untold == nil {
			untold = t.fails(c.Pos, fmt.Sprintf("nobody can tell whether %s is as asked", c.Text), diag.Detail{Label: "but", Text: made.untold})
			untold.verdict = trace.Inconclusive
		}
		checks = append(checks, made.check)
		byTime = byTime && (made.timed || made.check.Verdict != trace.Failed)
	}
	p := verdict(t, checks)
	if p != nil && byTime {
		p.timing = &lateness.Window{From: t.begin, To: t.now()}
	}
	if p == nil {
		p = untold
	}
	all := []*problem{p}
	if a.Audio != nil {
		all = append(all, assertAudio(t, a.Audio))
	}
	if a.Turn != nil {
		all = append(all, assertTurn(t, a.Turn))
	}
	return joined(all)
}

// joined makes one problem of those that are not nil. It is as bad as the worst of them,
// which gives it its place.
func joined(all []*problem) *problem {
	all = slices.DeleteFunc(all, func(p *problem) bool { return p == nil })
	if len(all) == 0 {
		return nil
	}
	worst := slices.MaxFunc(all, func(a, b *problem) int { return a.weight() - b.weight() })
	for _, p := range all {
		if p != worst {
			worst.diagnostic.Details = append(worst.diagnostic.Details, p.diagnostic.Details...)
		}
	}
	return worst
}

// verdict records checks. The first that fails gives the problem its place.
func verdict(t *task, checks []trace.Check) *problem {
	var p *problem
	for _, c := range checks {
		t.note(c)
		if c.Verdict != trace.Failed {
			continue
		}
		if p == nil {
			p = t.fails(c.Pos, fmt.Sprintf("%s is not as asked", c.Subject))
		}
		p.diagnostic.Details = append(p.diagnostic.Details,
			diag.Detail{Label: c.Subject, Text: fmt.Sprintf("expected %s\nactual   %s", c.Expected, c.Actual)})
	}
	return p
}

// perhapsLate says why nobody knows whether a difference of times is as asked, and marks
// its check, or gives "". What came while this process did nothing may have come at any
// time since that began. A latency that must be short was even shorter then, and stays as
// asked.
func perhapsLate(t *task, of expr.Difference, d time.Duration, matcher match.Matcher, check *trace.Check) string {
	if check.Verdict != trace.Passed {
		return ""
	}
	low, high := d-readLate(t, of.A), d+readLate(t, of.B)
	if d >= 0 { // which of them came first is known
		low = max(low, 0)
	} else {
		high = min(high, 0)
	}
	holds := func(d time.Duration) bool { return len(match.Match(matcher, d, "")) == 0 }
	if holds(low) && holds(high) {
		return ""
	}
	check.Verdict = trace.Inconclusive
	return fmt.Sprintf("it may be from %s to %s: this machine stood still when one of them came", diag.Round(low), diag.Round(high))
}

// readLate is how long before a moment its event may have come: for as long as this
// process had done nothing. It is 0 for what we did ourselves.
func readLate(t *task, m expr.Moment) time.Duration {
	l, ok := t.names.labelled(m.Label)
	at, err := t.names.resolve(m)
	if err != nil || !ok {
		return 0
	}
	if _, ours := l.(momentLabel); ours {
		return 0
	}
	if ev, ok := eventOf(l); ok && ev.Sent {
		return 0
	}
	if st, ok := l.stream(); ok && st.Sent {
		return 0
	}
	at -= m.Offset
	for _, still := range t.excuses.Longer(t.excuses.Most, t.begin) {
		if at >= still.From && at <= still.To+lateness.Beat {
			return at - still.From
		}
	}
	return 0
}

// comparison is a comparison that was made.
type comparison struct {
	check  trace.Check
	timed  bool   // it failed for times that would do if they were further apart or closer by no more than we were late
	untold string // why nobody knows whether it holds
}

// compare makes one comparison. It fails if its moment has not come.
func compare(t *task, c spec.Comparison) (comparison, error) {
	matcher, err := c.Matcher.Bind(t.env())
	if err != nil {
		return comparison{}, err
	}
	if c.Difference != nil {
		d, err := t.names.difference(*c.Difference)
		made := comparison{check: assertions.Compare(c.Pos, c.Text, matcher, d, err)}
		made.untold = perhapsLate(t, *c.Difference, d, matcher, &made.check)
		made.timed = made.check.Verdict == trace.Failed && (err != nil || assertions.Nearly(matcher, d, t.excuses.apart()))
		return made, nil
	}
	v, err := c.Expression.Lookup(t.env())
	var absent *expr.Absence
	if errors.As(err, &absent) { // whether it is there may be the question
		v, err = match.NothingSince(absent), nil
	}
	made := comparison{check: assertions.Compare(c.Pos, c.Text, matcher, v, err)}
	if d, ok := v.(time.Duration); ok && err == nil && isTook(t, c.Expression) {
		made.timed = made.check.Verdict == trace.Failed && assertions.Nearly(matcher, d, t.excuses.apart())
	}
	return made, nil
}

// isTook reports whether an expression is the time that an answer over plain HTTP took.
func isTook(t *task, e *value.Expression) bool {
	refs := e.Uses().Refs
	if len(refs) != 1 || len(refs[0].Path) != 2 || refs[0].Path[1] != "took" {
		return false
	}
	l, _ := t.names.labelled(refs[0].Path[0])
	ev, ok := eventOf(l)
	return ok && ev.Kind() == "answer"
}
