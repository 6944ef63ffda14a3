package conformance

import (
	"slices"

	"github.com/duologue/duologue/trace"
)

// Doubt gives a run without the verdicts that a client may owe to not being there: a client that hangs up on everything
// also refuses the handshakes that it must refuse. Such cases have [TagBlind]. They become errors, unless a case without
// that tag was passed.
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
