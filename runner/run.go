package runner

import (
	"context"
	"sync"
	"time"

	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
)

// Run performs the plan and gives what happened. It returns when every
// scenario has ended; cancelling ctx ends those that run and skips the rest.
func (p *Plan) Run(ctx context.Context) *trace.Run {
	o := p.options
	if o.Jobs <= 0 {
		o.Jobs = 64
	}
	if o.Wait == nil {
		o.Wait = session.Timer
	}
	if o.MaxLateness <= 0 {
		o.MaxLateness = 5 * time.Millisecond
	}
	run := &trace.Run{Tool: o.Tool, Started: time.Now(), Warnings: p.warnings, Notices: p.notices, Sources: p.sources}
	probe := startProbe(o.Wait, run.Started)
	results := make([]trace.Scenario, len(p.cases))
	var all sync.WaitGroup
	slots := make(chan struct{}, o.Jobs)
	for i, b := range p.cases {
		slots <- struct{}{}
		all.Add(1)
		go func() {
			defer all.Done()
			defer func() { <-slots }()
			results[i] = perform(ctx, b, o, probe, run.Started)
			if o.Observer != nil {
				o.Observer.Done(b.suite.Name, &results[i])
			}
		}()
	}
	all.Wait()
	probe.stop()
	for i, s := range p.suites {
		suite := trace.Suite{Name: s.Name, File: s.File}
		for k, b := range p.cases {
			if b.index == i {
				suite.Scenarios = append(suite.Scenarios, results[k])
			}
		}
		run.Suites = append(run.Suites, suite)
	}
	run.Duration = time.Since(run.Started)
	run.Lateness = lateness(run.Suites, probe, 0, run.Duration)
	return run
}
