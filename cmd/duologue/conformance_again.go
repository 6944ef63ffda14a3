package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/duologue/duologue/conformance"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
)

// pulse asks a server again and again whether it is there, and knows when it was late.
type pulse struct {
	probe probe

	mu   sync.Mutex
	late []lateProbe
}

// lateProbe is a probe for which the server was late.
type lateProbe struct {
	from, to time.Time
	took     time.Duration
}

// interval is how long the pulse waits between two probes.
const interval = 500 * time.Millisecond

// beat begins to ask, and gives the function that ends it and waits.
func (p *pulse) beat(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	all.Go(func() {
		for tick := time.NewTicker(interval); ctx.Err() == nil; {
			p.once(ctx)
			select {
			case <-tick.C:
			case <-ctx.Done():
				tick.Stop()
			}
		}
	})
	return func() {
		cancel()
		all.Wait()
	}
}

func (p *pulse) once(ctx context.Context) {
	from := time.Now()
	s, err := p.probe.ask(ctx)
	if err != nil || ctx.Err() != nil {
		return
	}
	if took, late := conformance.Late(s); late {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.late = append(p.late, lateProbe{from, time.Now(), took})
	}
}

// during gives how long the slowest probe took that was under way with a scenario of a run; 0 if the server was in time.
func (p *pulse) during(run *trace.Run, s *trace.Scenario) (most time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	begin := run.Started.Add(s.Start)
	for _, l := range p.late {
		if l.from.Before(begin.Add(s.Duration)) && begin.Before(l.to) {
			most = max(most, l.took)
		}
	}
	return most
}

// again performs cases of a run that failed, each alone.
type again struct {
	plan    *plan.Plan
	options runner.Options
	pulse   *pulse
	retries int // of what failed though the server was in time
}

// settle gives a run in which a failure is inconclusive if the server was late for a plain echo at the same time and passes the
// case alone, and flaky if it passes one of the retries.
func (a again) settle(ctx context.Context, run *trace.Run) *trace.Run {
	out := run.Clone()
	for s := range out.All() {
		if s.Verdict != trace.Failed || ctx.Err() != nil {
			continue
		}
		if took := a.pulse.during(run, s); took > 0 {
			if a.alone(ctx, s).Verdict == trace.Passed {
				starved(s, took)
			}
			continue
		}
		for attempt := range a.retries {
			if next := a.alone(ctx, s); next.Verdict == trace.Passed {
				*s = flaky(s, next, attempt+2)
				break
			}
		}
	}
	return out
}

// alone performs the case of a scenario and nothing beside it.
func (a again) alone(ctx context.Context, s *trace.Scenario) trace.Scenario {
	id := conformance.CaseOf(s.Name, s.Tags).ID
	o := a.options
	o.Observer, o.Repeat = nil, 1
	run := runner.Run(ctx, a.plan.Only(func(k plan.Case) bool { return conformance.CaseOf(k.Name, k.Tags).ID == id }), o)
	for next := range run.All() {
		return *next
	}
	return trace.Scenario{}
}

// starved makes a failure inconclusive.
func starved(s *trace.Scenario, took time.Duration) {
	s.Verdict, s.Reason = trace.Inconclusive, "the server was late for everybody, and alone the case passes"
	s.Problems = slices.Clone(s.Problems)
	first := &s.Problems[0]
	first.Verdict = trace.Inconclusive
	first.Diagnostic.Details = append(slices.Clip(first.Diagnostic.Details),
		diag.Detail{Label: "but", Text: fmt.Sprintf("a plain echo took %s at the same time", diag.Round(took))})
}

// flaky is a case that failed first and passed at an attempt.
func flaky(first *trace.Scenario, passed trace.Scenario, attempt int) trace.Scenario {
	passed.Verdict, passed.Attempts = trace.Flaky, attempt
	passed.Start = first.Start
	passed.Reason = "it failed first, and passed when it was performed again, alone"
	passed.Earlier = append(slices.Clip(first.Earlier), trace.Attempt{Verdict: first.Verdict, Start: first.Start, Duration: first.Duration, Problems: first.Problems})
	return passed
}
