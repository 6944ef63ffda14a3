package runner

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/session"
)

// gate holds back scenarios that are about to start while this process is late. It does so
// only if a scenario with media runs or is to start, since its time matters and one more
// scenario would make it inconclusive. It asks the probe, which waits on the same thread
// as streams do and reads as late as connections do.
type gate struct {
	wait  session.Wait
	probe *lateness.Probe
	most  time.Duration // lateness beyond which nothing starts
	calls atomic.Int32  // scenarios with media that run

	mu     sync.Mutex    // held while one waits; all others queue behind it
	budget time.Duration // of waiting that is left: a machine that is always late must get to its end
}

// recently is the time whose lateness counts. A machine has to be in time for as long
// before the next scenario starts.
const recently = 100 * time.Millisecond

// holdBack is how long a run waits for a machine that is late, all in all.
const holdBack = 5 * time.Second

func newGate(o *Options, p *lateness.Probe) *gate {
	return &gate{wait: o.Clock.Wait, probe: p, most: o.MaxLateness / 2, budget: holdBack}
}

// enter lets a scenario start. The caller calls leave at its end.
func (g *gate) enter(ctx context.Context, p *plan.Scenario) (leave func()) {
	g.pass(ctx, p)
	if !p.HasMedia() {
		return func() {}
	}
	g.calls.Add(1)
	return func() { g.calls.Add(-1) }
}

// pass returns when a run of a scenario may start, or ctx has ended.
func (g *gate) pass(ctx context.Context, p *plan.Scenario) {
	if !p.HasMedia() && g.calls.Load() == 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.budget > 0 && g.probe.Recent(recently) > g.most {
		begin := time.Now()
		if g.wait(ctx, begin.Add(recently/5)) != nil {
			return
		}
		g.budget -= time.Since(begin)
	}
}
