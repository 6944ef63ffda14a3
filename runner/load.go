package runner

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner/scene"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// loading is a load while it is performed. It keeps the figures of its runs, and one run:
// the first of those that ended worst.
type loading struct {
	*spec.Load
	mu     sync.Mutex // guards what follows
	series series
	values []values // one for each check
	cut    int      // runs that were interrupted
}

// values are the figures of one check, over the runs that had one.
type values struct {
	assertions.Measured
	begun   bool
	without map[trace.Verdict]int // how the runs ended that had none
}

// load performs a scenario as often as its load says, several at once.
func (e *Engine) load(ctx context.Context, p *plan.Scenario, left scene.Occasion) trace.Scenario {
	times, _ := p.Load.Times.Known()
	atOnce, said := p.Load.AtOnce.Known()
	if !said {
		atOnce = times
	}
	atOnce = min(atOnce, times)
	ramp, _ := p.Load.Ramp.Known()
	l := &loading{Load: p.Load, series: series{start: e.now()}, values: make([]values, len(p.Load.Checks))}
	begin := time.Now()
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for run := range times {
		slots <- struct{}{}
		if run < atOnce && e.options.Clock.Wait(ctx, begin.Add(ramp*time.Duration(run)/time.Duration(atOnce))) != nil {
			break
		}
		if e.gate.pass(ctx, p); ctx.Err() != nil {
			break
		}
		all.Go(func() {
			defer func() { <-slots }()
			l.add(e.once(ctx, p, plan.Turn{Run: run}, left))
		})
	}
	all.Wait()
	return e.judgeLoad(ctx, p, l, times)
}

// add takes what one run measured. The run itself is forgotten, unless it is the first
// that ended so badly.
func (l *loading) add(result *scene.Result) {
	run := result.Trace
	measured := make([][]trace.Figure, len(l.Checks))
	for i, c := range l.Checks {
		measured[i] = result.Figures(c)
	}
	run.Attempts = 1
	l.mu.Lock()
	defer l.mu.Unlock()
	l.series.add(run)
	if result.Interrupted {
		l.cut++
	}
	for i, figures := range measured {
		v := &l.values[i]
		had := false
		for _, f := range figures {
			if v.begun && v.Unit != f.Unit {
				continue
			}
			v.begun, v.Unit, had = true, f.Unit, true
			v.Values = append(v.Values, f.Value)
			if l.Checks[i].Measure == "" { // else the run's own check has counted it
				l.series.tally.Note(l.Checks[i].Pos, l.Checks[i].Text, f)
			}
		}
		if !had {
			v.Missing++
			if v.without == nil {
				v.without = map[trace.Verdict]int{}
			}
			v.without[run.Verdict]++
		}
	}
}

// judgeLoad makes one scenario of all runs. What is asserted of them decides. If it fails,
// the run that was kept shows why.
func (e *Engine) judgeLoad(ctx context.Context, p *plan.Scenario, l *loading, times int) trace.Scenario {
	if l.series.kept == nil {
		out := unperformed(p, trace.Errored, "the run was interrupted")
		out.Start = l.series.start
		return out
	}
	end := e.now()
	out := l.series.scenario(end)
	out.Series.Load = true
	if out.Series.Verdicts[trace.Skipped] == out.Series.Runs {
		return out
	}
	late := max(out.Lateness.Woken.Max, out.Lateness.Read.Max)
	excuse := e.stage.Lateness.By(late, "meanwhile")
	if excuse == "" {
		late = 0
	}
	checks := l.checks(out.Series, late)
	if late > e.stage.Lateness.Standstill() { // after a standstill nothing is blamed on anybody
		for i := range checks {
			if checks[i].Verdict == trace.Failed {
				checks[i].Verdict = trace.Inconclusive
			}
		}
	}
	cut := ctx.Err() != nil && out.Series.Runs-l.cut < times
	if cut {
		checks = nil // they are about all runs
	}
	problem, wrong := loadProblem(p, checks, excuse)
	if problem.Verdict == trace.Errored && l.series.ours != nil {
		out = l.series.shownBy(l.series.ours, end)
		out.Series.Load = true
	}
	example := out.Problems
	out.Verdict, out.Reason, out.Problems = problem.Verdict, "", nil
	if wrong {
		out.Problems = append([]trace.Problem{problem}, example...)
	}
	if cut {
		out.Verdict, out.Reason = trace.Errored, cutAfter(out.Series.Runs-l.cut, times)
	}
	out.Steps = append([]trace.Step{{Pos: l.Pos, Verb: "load", Start: out.Start, End: end, Verdict: out.Verdict, Checks: checks}}, out.Steps...)
	p.Mask(&out)
	return out
}

// checks makes all checks over the runs.
func (l *loading) checks(s *trace.Series, late time.Duration) []trace.Check {
	checks := []trace.Check{assertions.Passed(l.Pos, &l.Passed, s)}
	for i, c := range l.Checks {
		v, without := l.values[i].Measured, l.values[i].without
		switch v.Missing {
		case 0:
		case without[trace.Inconclusive]:
			v.Excuse = trace.Inconclusive
		case without[trace.Inconclusive] + without[trace.Errored]:
			v.Excuse = trace.Errored
		}
		for _, of := range c.Of {
			checks = append(checks, assertions.Load(of.Pos, c.Text, of.Name, of.Value, v, late))
		}
	}
	return checks
}

// loadProblem makes one problem of all checks that failed. It is as bad as the worst of
// them. It reports whether there is one.
func loadProblem(of *plan.Scenario, checks []trace.Check, excuse string) (trace.Problem, bool) {
	p := trace.Problem{Verdict: trace.Passed}
	wrong := 0
	for _, c := range checks {
		if c.Verdict == trace.Passed {
			continue
		}
		wrong++
		if severity(c.Verdict) > severity(p.Verdict) {
			p.Verdict = c.Verdict
			p.Diagnostic.Pos, p.Diagnostic.Message = c.Pos, c.Subject+" is not as asked"
		}
		p.Diagnostic.Details = append(p.Diagnostic.Details,
			diag.Detail{Label: c.Subject, Text: fmt.Sprintf("expected %s\nactual   %s", c.Expected, c.Actual)})
	}
	if wrong == 0 {
		return p, false
	}
	if wrong > 1 {
		p.Diagnostic.Message = fmt.Sprintf("%s, and %d more", p.Diagnostic.Message, wrong-1)
	}
	if p.Verdict == trace.Inconclusive && excuse != "" {
		p.Diagnostic.Details = append(p.Diagnostic.Details, diag.Detail{Label: "but", Text: excuse})
	}
	p.Diagnostic.Context = of.Spec.Pos
	return p, true
}
