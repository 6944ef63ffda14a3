package conformance

import (
	"slices"

	"github.com/duologue/duologue/trace"
)

// Doubt takes back what a client may have passed by not being there: a handshake that it has to refuse is refused by one
// that hangs up on everything, too. Such cases, which have [TagBlind], end in error unless another one was passed.
// The run that it gives says so; the one that it was given stays as it is.
func Doubt(run *trace.Run) *trace.Run {
	out := run.Clone()
	var blind []*trace.Scenario
	for s := range out.All() {
		if s.Verdict != trace.Passed && s.Verdict != trace.Flaky {
			continue
		}
		if !slices.Contains(s.Tags, TagBlind) {
			return run
		}
		blind = append(blind, s)
	}
	for _, s := range blind {
		s.Verdict, s.Reason = trace.Errored, "in no case has the client shown that it is there; perform others, too, such as --case H13.1"
	}
	return out
}
