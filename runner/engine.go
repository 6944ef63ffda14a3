package runner

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
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
	bad     atomic.Int32 // scenarios and parts of suites that failed or ended in error
	unbegun atomic.Int32 // scenarios that were not performed because of these
}

// setup is that of one suite, which is performed once, after its services have started.
type setup struct {
	once     sync.Once
	services *scene.Services // nil: the suite has none
	unserved *trace.Scenario // why they did not start; nil if they did
	result   *scene.Result   // nil: the suite has no setup
}

// Start gives an engine for a plan. [Engine.StopServices] must be called for each of its
// suites, and then [Engine.Stop].
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

// Setup starts the services of a suite and performs its setup, if it has any and that was
// not done yet, and gives what came of it. It reports whether the scenarios of the suite can be performed.
func (e *Engine) Setup(ctx context.Context, suite int) (trace.Scenario, bool) {
	s := &e.setups[suite]
	s.once.Do(func() {
		if p := e.plan.Suites[suite].Services; p != nil {
			services, started := e.stage.Serve(ctx, p)
			s.services = services
			if started.Verdict != trace.Passed {
				started.Part = trace.ServicesPart
				s.unserved = &started
				return
			}
		}
		if p := e.plan.Suites[suite].Setup; p != nil {
			s.result = e.once(ctx, p, plan.Turn{}, scene.Occasion{Services: s.services})
		}
	})
	if s.unserved != nil {
		return *s.unserved, false
	}
	if s.result == nil {
		return trace.Scenario{}, true
	}
	out := s.result.Trace
	out.Part = trace.SetupPart
	return out, served(&out)
}

// left gives what the services and the setup of a suite have left for its scenarios.
func (e *Engine) left(suite int) scene.Occasion {
	s := &e.setups[suite]
	out := scene.Occasion{Services: s.services}
	if s.result != nil {
		out.Left = s.result.Left()
	}
	return out
}

// isBad reports whether a verdict counts for MaxFailures.
func isBad(v trace.Verdict) bool { return v == trace.Failed || v == trace.Errored }

// enough reports whether so much has failed that nothing further begins. more is what nobody was told of yet.
func (e *Engine) enough(more int) bool {
	return e.options.MaxFailures > 0 && int(e.bad.Load())+more >= e.options.MaxFailures
}

// Perform performs one scenario of a suite, as often as options, `retries` and `load` say,
// and gives what came of it as one. The first call performs the setup of the suite. If that
// did not pass, the scenario is an error. The observer is told. After MaxFailures it is
// skipped, which the observer is not told.
func (e *Engine) Perform(ctx context.Context, suite, scenario int) trace.Scenario {
	p := e.plan.Suites[suite].Cases[scenario]
	var out trace.Scenario
	if e.enough(0) {
		e.unbegun.Add(1)
		out = unperformed(p, trace.Skipped, fmt.Sprintf("not performed, since %d had failed", e.bad.Load()))
		out.Start = e.now()
		e.number(p, &out)
		return out
	}
	if setup, ok := e.Setup(ctx, suite); ok {
		left := e.left(suite)
		if p.Suite.Setup == nil { // it is of a suite that is imported
			left.Left = nil
		}
		out = e.performed(ctx, p, left)
	} else {
		reason := "the suite's setup did not pass"
		if e.setups[suite].unserved != nil {
			reason = "the suite's services did not start"
		}
		out = unperformed(p, trace.Errored, reason)
		out.Start = setup.Start
	}
	e.number(p, &out)
	e.observe(p.Suite, &out)
	return out
}

// number gives a scenario its place among all that are selected, if this is a part of them.
func (e *Engine) number(p *plan.Scenario, out *trace.Scenario) {
	if e.plan.Share != nil {
		out.Number = p.Number
	}
}

// performed performs a scenario of a suite whose setup has passed.
func (e *Engine) performed(ctx context.Context, p *plan.Scenario, left scene.Occasion) trace.Scenario {
	defer e.gate.enter(ctx, p)()
	if o := e.options.Observer; o != nil {
		o.Started(p.Suite.Name, p.Name)
	}
	out := e.repeated(ctx, p, left)
	e.late.Add(&out)
	e.options.thin(&out)
	return out
}

// observe counts a scenario that has ended, and tells whoever looks on of it.
func (e *Engine) observe(s *plan.Suite, sc *trace.Scenario) {
	if isBad(sc.Verdict) {
		e.bad.Add(1)
	}
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
	out.Part = trace.TeardownPart
	return out, served(&out)
}

// StopServices ends the services of a suite. It comes last, also after an interruption. It
// gives what they were, and a scenario that tells of one that has ended by itself when no
// scenario was performed that could tell it; nil if there is none.
func (e *Engine) StopServices(suite int) ([]trace.Program, *trace.Scenario) {
	s := &e.setups[suite]
	if s.services == nil {
		return nil, nil
	}
	programs, fallen := s.services.Stop()
	if fallen != nil {
		fallen.Part = trace.ServicesPart
	}
	return programs, fallen
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
func (e *Engine) once(ctx context.Context, p *plan.Scenario, t plan.Turn, left scene.Occasion) *scene.Result {
	left.Turn, left.Of = t, e.options.Repeat
	return e.stage.Perform(ctx, p, left)
}
