package runner

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/trace"
)

// Run performs a plan and gives what happened. It returns when every scenario has ended.
// If ctx is cancelled, the scenarios that run end, and the rest is skipped.
func Run(ctx context.Context, p *plan.Plan, o Options) *trace.Run {
	e := Start(p, o)
	run := &trace.Run{Tool: o.Tool, Started: e.stage.Start, Seed: p.Seed, Waiting: e.options.Clock.Name, Warnings: p.Warnings, Notices: p.Notices,
		Shard: p.Share, Sources: p.Sources(), Suites: make([]trace.Suite, len(p.Suites))}
	slots := make(chan struct{}, e.options.Jobs)
	var all sync.WaitGroup
	for i := range p.Suites {
		all.Go(func() { run.Suites[i] = e.suite(ctx, i, slots) })
		if e.options.Jobs == 1 {
			all.Wait() // one after the other
		}
	}
	all.Wait()
	if n := e.unbegun.Load(); n > 0 {
		run.Notices = append(slices.Clip(run.Notices), fmt.Sprintf("not performed, since %d had failed: %d of %d scenarios", e.bad.Load(), n, p.Total()))
	}
	run.Lateness = e.Stop()
	run.Duration = e.now()
	return run
}

// suite performs the setup, the scenarios and the teardown of one suite. Each scenario
// takes a slot while it runs. They begin in their order.
func (e *Engine) suite(ctx context.Context, i int, slots chan struct{}) trace.Suite {
	s := e.plan.Suites[i]
	out := trace.Suite{Name: s.Name, File: s.File}
	if len(s.Cases) == 0 {
		return out
	}
	if e.enough(0) { // nor its setup
		for k := range s.Cases {
			out.Scenarios = append(out.Scenarios, e.Perform(ctx, i, k))
		}
		return out
	}
	setup, ok := e.Setup(ctx, i)
	if !ok { // it is shown if it does not pass, and so is the teardown
		out.Scenarios = append(out.Scenarios, setup)
		e.observe(s, &setup)
	}
	scenarios := make([]trace.Scenario, len(s.Cases))
	var all sync.WaitGroup
	for k := range s.Cases {
		slots <- struct{}{}
		perform := func() {
			defer func() { <-slots }()
			scenarios[k] = e.Perform(ctx, i, k)
		}
		if s.Serial || !ok {
			perform()
			continue
		}
		all.Go(perform)
	}
	all.Wait()
	out.Scenarios = append(out.Scenarios, scenarios...)
	if teardown, ok := e.Teardown(ctx, i); !ok {
		out.Scenarios = append(out.Scenarios, teardown)
		e.observe(s, &teardown)
	}
	programs, fallen := e.StopServices(i)
	out.Programs = programs
	if fallen != nil {
		out.Scenarios = append(out.Scenarios, *fallen)
		e.observe(s, fallen)
	}
	return out
}

// thin leaves out of a scenario that has ended what nobody wants to see.
func (o *Options) thin(sc *trace.Scenario) {
	if o.Events || o.Audio { // audio is heard when its chunks are
		return
	}
	for i := range sc.Connections {
		for k := range sc.Connections[i].Streams {
			sc.Connections[i].Streams[k].Chunks = nil
		}
	}
}
