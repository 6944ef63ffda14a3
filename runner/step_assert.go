package runner

import (
	"errors"
	"fmt"
	"slices"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// assert holds what has happened against matchers. All of its checks are made,
// and all that do not hold are shown.
func (s *script) assert(step *spec.Step, a *spec.Assert) *problem {
	var checks []trace.Check
	byTime := true // whether our own lateness may be why those that do not hold do not
	for _, c := range a.Comparisons {
		check, timed, err := s.compare(c)
		if err != nil {
			return s.broken(step, err)
		}
		checks = append(checks, check)
		byTime = byTime && (timed || check.Verdict != trace.Failed)
	}
	p := s.verdict(step, checks)
	if p != nil && byTime {
		p.timing = &window{s.scene.begin, s.now()}
	}
	all := []*problem{p}
	if a.Audio != nil {
		all = append(all, s.assertAudio(step, a.Audio))
	}
	if a.Turn != nil {
		all = append(all, s.assertTurn(step, a.Turn))
	}
	return joined(all)
}

// joined makes one problem of those that are not nil. It is as bad as the worst,
// which names the place.
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

// weight orders problems: what our own lateness may excuse is lighter than what
// it cannot.
func (p *problem) weight() int {
	switch {
	case p.verdict == trace.Errored:
		return 3
	case p.verdict == trace.Failed && p.timing == nil:
		return 2
	case p.verdict == trace.Failed:
		return 1
	}
	return 0
}

// verdict records checks; the first that does not hold names the place.
func (s *script) verdict(step *spec.Step, checks []trace.Check) *problem {
	var p *problem
	for _, c := range checks {
		s.note(c)
		if c.Verdict != trace.Failed {
			continue
		}
		if p == nil {
			p = s.fails(step, c.Pos, fmt.Sprintf("%s is not as asked", c.Subject), nil)
		}
		p.diagnostic.Details = append(p.diagnostic.Details,
			diag.Detail{Label: c.Subject, Text: fmt.Sprintf("expected %s\nactual   %s", c.Expected, c.Actual)})
	}
	return p
}

// compare makes one comparison. A moment that has not come fails it. It is timed
// if it looks at times that would do if they were further apart or closer by no
// more than we were late.
func (s *script) compare(c spec.Comparison) (check trace.Check, timed bool, err error) {
	matcher, err := c.Matcher.Bind(s.env())
	if err != nil {
		return trace.Check{}, false, err
	}
	if c.Difference != nil {
		d, err := s.difference(*c.Difference)
		check := assertions.Compare(c.Pos, c.Text, matcher, d, err)
		return check, check.Verdict == trace.Failed && (err != nil || assertions.Nearly(matcher, d, s.lateInAll())), nil
	}
	v, err := c.Expression.Lookup(s.env())
	var absent *expr.Absence
	if errors.As(err, &absent) { // whether it is there may be the question
		v, err = match.NothingSince(absent), nil
	}
	return assertions.Compare(c.Pos, c.Text, matcher, v, err), false, nil
}
