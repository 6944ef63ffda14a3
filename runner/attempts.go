package runner

import (
	"context"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner/scene"
	"github.com/duologue/duologue/trace"
)

// scenario performs one run of a scenario, again if it may be retried.
func (e *Engine) scenario(ctx context.Context, p *plan.Scenario, run int, left scene.Occasion) trace.Scenario {
	start := e.now()
	switch {
	case p.Spec.Skip != "":
		out := unperformed(p, trace.Skipped, p.Spec.Skip)
		out.Start = start
		return out
	case ctx.Err() != nil:
		out := unperformed(p, trace.Errored, "the run was interrupted")
		out.Start = start
		return out
	case p.Load != nil:
		return knownFailure(p, e.load(ctx, p, left))
	}
	var out trace.Scenario
	for attempt := range 1 + p.Spec.Retries.Times {
		again := e.once(ctx, p, plan.Turn{Run: run, Attempt: attempt}, left).Trace
		if attempt > 0 && again.Verdict == trace.Skipped { // it takes no failure back
			break
		}
		if attempt > 0 {
			again.Earlier = append(out.Earlier, trace.Attempt{Verdict: out.Verdict, Start: out.Start, Duration: out.Duration, Problems: out.Problems})
		}
		out, out.Attempts = again, attempt+1
		if out.Verdict == trace.Passed || out.Verdict == trace.Skipped || !p.Spec.Retries.After(string(out.Verdict)) || ctx.Err() != nil {
			break
		}
	}
	if out.Verdict == trace.Passed && out.Attempts > 1 {
		out.Verdict = trace.Flaky
	}
	return knownFailure(p, out)
}

// knownFailure turns a failure that is known into a skip. A scenario that passes although
// its failure is known fails.
func knownFailure(p *plan.Scenario, out trace.Scenario) trace.Scenario {
	sc := p.Spec
	if sc.KnownFailure == "" {
		return out
	}
	switch out.Verdict {
	case trace.Failed:
		out.Verdict, out.Reason, out.Problems = trace.Skipped, "known failure: "+sc.KnownFailure, nil
	case trace.Passed, trace.Flaky:
		out.Verdict = trace.Failed
		out.Problems = []trace.Problem{{Verdict: trace.Failed, Diagnostic: diag.Diagnostic{
			Pos: sc.Pos, Message: "a known failure passes", Hint: "remove `known_failure: " + sc.KnownFailure + "`"}}}
	}
	p.Mask(&out)
	return out
}
