package runner

import (
	"fmt"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// assert holds what has happened against matchers. All of its checks are made,
// and all that do not hold are shown.
func (s *script) assert(step *spec.Step, a *spec.Assert) *problem {
	var checks []trace.Check
	for _, c := range a.Comparisons {
		check, err := s.compare(c)
		if err != nil {
			return s.broken(step, err)
		}
		checks = append(checks, check)
	}
	if a.Audio != nil {
		more, p := s.audio(step, a.Audio)
		if p != nil {
			return p
		}
		checks = append(checks, more...)
	}
	return s.verdict(step, checks)
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

// compare makes one comparison. A moment that has not come fails it.
func (s *script) compare(c spec.Comparison) (trace.Check, error) {
	matcher, err := c.Matcher.Bind(s.env())
	if err != nil {
		return trace.Check{}, err
	}
	if c.Difference != nil {
		d, err := s.difference(*c.Difference)
		return assertions.Compare(c.Pos, c.Text, matcher, d, err), nil
	}
	v, err := c.Expression.Value(s.env())
	return assertions.Compare(c.Pos, c.Text, matcher, v, err), nil
}

// audio makes the checks of one stream.
func (s *script) audio(step *spec.Step, a *spec.Audio) ([]trace.Check, *problem) {
	s.mu.Lock()
	l, ok := s.labels[a.During]
	s.mu.Unlock()
	if !ok {
		return nil, s.fails(step, step.Pos, fmt.Sprintf("the label %q does not exist: its step was not carried out", a.During), nil)
	}
	stream, ok := l.stream()
	if !ok {
		return nil, s.fails(step, step.Pos, fmt.Sprintf("the label %q is no stream", a.During), nil)
	}
	return assertions.Audio(a, stream), nil
}
