package runner

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner/scene"
	"github.com/duologue/duologue/trace"
)

// repeated performs a scenario as often as the options say, one run after the other: side
// by side they would measure each other. A load repeats by itself.
func (e *Engine) repeated(ctx context.Context, p *plan.Scenario, left scene.Occasion) trace.Scenario {
	if e.options.Repeat <= 1 || p.Spec.Skip != "" || p.Load != nil {
		return e.scenario(ctx, p, 0, left)
	}
	s := series{start: e.now()}
	for run := range e.options.Repeat {
		e.gate.pass(ctx, p)
		s.add(e.scenario(ctx, p, run, left))
		if ctx.Err() != nil || e.enough(s.bad()) {
			break
		}
	}
	out := s.scenario(e.now())
	switch n := out.Series.Runs; {
	case n == e.options.Repeat || isBad(out.Verdict):
	case ctx.Err() != nil:
		out.Verdict, out.Reason = trace.Errored, cutAfter(n, e.options.Repeat)
	case out.Verdict != trace.Inconclusive: // a part of what was asked for is no pass
		out.Verdict, out.Reason = trace.Skipped, fmt.Sprintf("stopped after %d of %d runs, since %d had failed", n, e.options.Repeat, e.bad.Load())
	}
	return out
}

// bad counts a series as one scenario that failed, if a run of it did.
func (s *series) bad() int {
	if isBad(s.kept.Verdict) {
		return 1
	}
	return 0
}

// series joins the runs of one scenario. It keeps the first of those that ended worst, and
// only the figures of all others.
type series struct {
	start time.Duration
	tally trace.Tally
	late  trace.Lateness
	kept  *trace.Scenario
	ours  *trace.Scenario // the first that ended in error
}

func (s *series) add(run trace.Scenario) {
	s.tally.Add(&run)
	s.late = s.late.Worst(run.Lateness)
	if s.kept == nil || worse(&run, s.kept) {
		s.kept = &run
	}
	if s.ours == nil && run.Verdict == trace.Errored {
		s.ours = &run
	}
}

// scenario is the whole series as one scenario. It passed if every run did.
func (s *series) scenario(end time.Duration) trace.Scenario { return s.shownBy(s.kept, end) }

// shownBy is the whole series as one scenario, which shows one run as its example.
func (s *series) shownBy(run *trace.Scenario, end time.Duration) trace.Scenario {
	out := *run
	out.Start, out.Duration, out.Lateness = s.start, end-s.start, s.late
	out.Series = s.tally.Series()
	return out
}

// cutAfter is why a scenario that was performed less often than asked did not pass.
func cutAfter(runs, asked int) string {
	return fmt.Sprintf("the run was interrupted after %d of %d runs", runs, asked)
}

// worse reports whether a run ended worse than another: by its verdict or, if both passed,
// by its outcome.
func worse(a, b *trace.Scenario) bool {
	outcomes := []trace.Outcome{"", trace.Informational, trace.NonStrict}
	by := cmp.Compare(severity(a.Verdict), severity(b.Verdict))
	return cmp.Or(by, cmp.Compare(slices.Index(outcomes, a.Outcome), slices.Index(outcomes, b.Outcome))) > 0
}

// severity orders verdicts as exit codes do.
func severity(v trace.Verdict) int {
	switch v {
	case trace.Failed:
		return 5
	case trace.Errored:
		return 4
	case trace.Inconclusive:
		return 3
	case trace.Flaky:
		return 2
	case trace.Passed:
		return 1
	}
	return 0
}
