package runner

import (
	"context"
	"sync"
	"time"

	"github.com/duologue/duologue/internal/memory"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/runner/scene"
	"github.com/duologue/duologue/trace"
)

// Engine performs the scenarios of a plan one by one, for those who decide themselves
// which comes when: [Run], the tests of another program, a load. Whatever a run has once
// it has once: one probe of lateness, one gate, one budget of memory, one setup for each
// suite. Its methods may be called from any goroutine.
type Engine struct {
	plan    *plan.Plan
	options Options
	stage   *scene.Stage
	gate    *gate
	setups  []setup // of the suites
	late    lateness.Chunks
}

// setup is that of one suite, which is performed once.
type setup struct {
	once   sync.Once
	result *scene.Result // nil: the suite has no setup
}

// Start gives an engine for a plan. [Engine.Stop] must be called.
func Start(p *plan.Plan, o Options) *Engine {
	o = o.withDefaults()
	start := time.Now()
	probe := lateness.Start(o.Clock.Wait, start)
	return &Engine{
		plan: p, options: o, gate: newGate(&o, probe), setups: make([]setup, len(p.Suites)),
		stage: &scene.Stage{
			Start: start, Clock: o.Clock, Dial: o.Dial, Listen: o.Listen, Inbound: o.Inbound,
			Lateness: lateness.Excuses{Probe: probe, Most: o.MaxLateness}, Budget: memory.New(o.Memory), Measuring: scene.NewMeasuring(),
			Strict: o.Strict, Events: o.Events, Audio: o.Audio,
		},
	}
}

// Stop ends the probe and gives how late this process was. No scenario may run by then.
func (e *Engine) Stop() trace.Lateness {
	e.stage.Lateness.Stop()
	return e.late.Sum(e.stage.Lateness.Between(0, e.now()))
}

// now is the time as an offset from the start of the engine.
func (e *Engine) now() time.Duration { return time.Since(e.stage.Start) }

// Setup performs the setup of a suite, if it has one that was not performed yet, and
// gives what came of it. It reports whether the scenarios of the suite can be performed.
func (e *Engine) Setup(ctx context.Context, suite int) (trace.Scenario, bool) {
	s := &e.setups[suite]
	s.once.Do(func() {
		if p := e.plan.Suites[suite].Setup; p != nil {
			s.result = e.once(ctx, p, plan.Turn{}, nil)
		}
	})
	if s.result == nil {
		return trace.Scenario{}, true
	}
	return s.result.Trace, served(&s.result.Trace)
}

// left gives what the setup of a suite has left; nil if there was none.
func (e *Engine) left(suite int) *scene.Left {
	if r := e.setups[suite].result; r != nil {
		return r.Left()
	}
	return nil
}

// Perform performs one scenario of a suite, as often as options, `retries` and `load` say,
// and gives what came of it as one. The first call performs the setup of the suite. If that
// did not pass, the scenario is an error. The observer is told.
func (e *Engine) Perform(ctx context.Context, suite, scenario int) trace.Scenario {
	p := e.plan.Suites[suite].Cases[scenario]
	var out trace.Scenario
	if setup, ok := e.Setup(ctx, suite); ok {
		out = e.performed(ctx, p, e.left(suite))
	} else {
		out = unperformed(p, trace.Errored, "the suite's setup did not pass")
		out.Start = setup.Start
	}
	e.observe(p.Suite, &out)
	return out
}

// performed performs a scenario of a suite whose setup has passed.
func (e *Engine) performed(ctx context.Context, p *plan.Scenario, left *scene.Left) trace.Scenario {
	defer e.gate.enter(ctx, p)()
	if o := e.options.Observer; o != nil {
		o.Started(p.Suite.Name, p.Name)
	}
	out := e.repeated(ctx, p, left)
	e.late.Add(&out)
	e.options.thin(&out)
	return out
}

// observe tells whoever looks on of a scenario that has ended.
func (e *Engine) observe(s *plan.Suite, sc *trace.Scenario) {
	if e.options.Observer != nil {
		e.options.Observer.Done(s.Name, sc)
	}
}

// Teardown performs the teardown of a suite. It is performed whatever came before it: also
// after a setup that did not pass, with as much as that left, and after an interruption. It
// reports whether there was one and it did what it should.
func (e *Engine) Teardown(ctx context.Context, suite int) (trace.Scenario, bool) {
	p := e.plan.Suites[suite].Teardown
	if p == nil {
		return trace.Scenario{}, true
	}
	out := e.once(ctx, p, plan.Turn{}, e.left(suite)).Trace
	return out, served(&out)
}

// served reports whether a setup or teardown did what it should. One whose steps have an
// `if` that does not hold had nothing to do, and did it.
func served(s *trace.Scenario) bool {
	return s.Verdict == trace.Passed || s.Verdict == trace.Skipped && (s.Reason == scene.NothingDone || s.Reason == scene.OnlyNoted)
}

// unperformed is the outcome of a scenario of which nothing was performed.
func unperformed(p *plan.Scenario, v trace.Verdict, reason string) trace.Scenario {
	out := trace.Scenario{Name: p.Name, Pos: p.Spec.Pos, Tags: p.Tags, Verdict: v, Reason: reason}
	p.Mask(&out)
	return out
}

// once performs a scenario one time. Its random values are those of its turn.
func (e *Engine) once(ctx context.Context, p *plan.Scenario, t plan.Turn, left *scene.Left) *scene.Result {
	return e.stage.Perform(ctx, p, scene.Occasion{Turn: t, Of: e.options.Repeat, Left: left})
}
