package runner

import (
	"fmt"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// assert holds what has happened against matchers; all of its checks are made.
func (s *scene) assert(step *spec.Step, a *spec.Assert) *problem {
	if a.Audio == nil {
		return nil
	}
	l, ok := s.labels[a.Audio.During]
	if !ok || l.stream == nil {
		return s.fails(step, step.Pos, fmt.Sprintf("the label %q is no received stream", a.Audio.During), nil)
	}
	var first *problem
	for _, c := range assertions.Audio(a.Audio, l.stream()) {
		s.note(c)
		if c.Verdict == trace.Failed && first == nil {
			first = s.fails(step, c.Pos, fmt.Sprintf("%s is not as asked", c.Subject), nil)
		}
		if c.Verdict == trace.Failed {
			first.diagnostic.Details = append(first.diagnostic.Details, mismatchDetails([]assertions.Mismatch{{Path: c.Subject, Expected: c.Expected, Actual: c.Actual}})...)
		}
	}
	return first
}
