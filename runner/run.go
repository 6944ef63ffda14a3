package runner

import (
	"context"
	"sync"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/memory"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// performance is one run of a plan.
type performance struct {
	plan    *plan.Plan
	options Options
	start   time.Time
	probe   *lateness.Probe
	gate    *gate
	slots   chan struct{} // one for each scenario that may run

	measuring measuring
	budget    *memory.Budget
	late      lateness.Chunks
}

// Run performs a plan and gives what happened. It returns when every scenario has
// ended; cancelling ctx ends those that run and skips the rest.
func Run(ctx context.Context, p *plan.Plan, o Options) *trace.Run {
	o = o.withDefaults()
	run := &trace.Run{Tool: o.Tool, Started: time.Now(), Seed: p.Seed, Waiting: o.Clock.Name, Warnings: p.Warnings, Notices: p.Notices, Sources: p.Sources()}
	f := &performance{plan: p, options: o, start: run.Started, slots: make(chan struct{}, o.Jobs), measuring: make(measuring, 1), budget: memory.New(o.Memory)}
	f.probe = lateness.Start(o.Clock.Wait, run.Started)
	f.gate = newGate(&o, f.probe)
	run.Suites = make([]trace.Suite, len(p.Suites))
	var all sync.WaitGroup
	for i, s := range p.Suites {
		all.Go(func() { run.Suites[i] = f.suite(ctx, s) })
	}
	all.Wait()
	f.probe.Stop()
	run.Duration = time.Since(run.Started)
	run.Lateness = f.late.Sum(f.probe.Between(0, run.Duration))
	return run
}

// excuses are those of the run.
func (f *performance) excuses() lateness.Excuses {
	return lateness.Excuses{Probe: f.probe, Most: f.options.MaxLateness}
}

// suite performs the setup, the scenarios and the teardown of one suite.
func (f *performance) suite(ctx context.Context, s *plan.Suite) trace.Suite {
	out := trace.Suite{Name: s.Name, File: s.File, Scenarios: make([]trace.Scenario, len(s.Cases))}
	if len(s.Cases) == 0 {
		return out
	}
	inherit := func(*scene) {}
	if s.Setup != nil {
		result, setup := f.once(ctx, s.Setup, plan.Turn{}, inherit)
		inherit = func(to *scene) { setup.scene.names.bequeath(to.names) }
		if !served(result) {
			return f.teardown(ctx, s, f.refused(s, out, result), inherit)
		}
	}
	var all sync.WaitGroup
	for i, b := range s.Cases {
		perform := func() {
			if f.options.Observer != nil {
				f.options.Observer.Started(s.Name, b.Name)
			}
			out.Scenarios[i] = f.repeated(ctx, b, inherit)
			f.late.Add(&out.Scenarios[i])
			f.options.thin(&out.Scenarios[i])
			f.observe(s, &out.Scenarios[i])
		}
		if s.Serial {
			f.inSlot(ctx, b, perform)
			continue
		}
		all.Go(func() { f.inSlot(ctx, b, perform) })
	}
	all.Wait()
	return f.teardown(ctx, s, out, inherit)
}

// served reports whether a setup or teardown did what it should: one that had
// nothing to do, since its steps have an `if` that did not hold, did.
func served(result trace.Scenario) bool {
	return result.Verdict == trace.Passed || result.Verdict == trace.Skipped && result.Reason == nothingDone
}

// teardown performs the teardown of a suite, whatever came before it: also
// after a setup that did not pass, with as much as it left, and after an
// interruption. It is shown where it does not pass.
func (f *performance) teardown(ctx context.Context, s *plan.Suite, out trace.Suite, inherit func(*scene)) trace.Suite {
	if s.Teardown == nil {
		return out
	}
	result, _ := f.once(ctx, s.Teardown, plan.Turn{}, inherit)
	if !served(result) {
		out.Scenarios = append(out.Scenarios, result)
		f.observe(s, &result)
	}
	return out
}

// refused gives the outcome of a suite whose setup did not pass: the setup as
// a scenario, and every scenario in error.
func (f *performance) refused(s *plan.Suite, out trace.Suite, setup trace.Scenario) trace.Suite {
	f.observe(s, &setup)
	for i, b := range s.Cases {
		out.Scenarios[i] = hidden(b, trace.Scenario{Name: b.Name, Pos: b.Spec.Pos, Tags: b.Tags, Verdict: trace.Errored,
			Reason: "the suite's setup did not pass", Start: setup.Start})
		f.observe(s, &out.Scenarios[i])
	}
	out.Scenarios = append([]trace.Scenario{setup}, out.Scenarios...)
	return out
}

func (f *performance) observe(s *plan.Suite, sc *trace.Scenario) {
	if f.options.Observer != nil {
		f.options.Observer.Done(s.Name, sc)
	}
}

func (f *performance) inSlot(ctx context.Context, b *plan.Scenario, perform func()) {
	f.slots <- struct{}{}
	defer func() { <-f.slots }()
	defer f.gate.enter(ctx, b)()
	perform()
}

// scenario performs one scenario, again if it may be retried.
func (f *performance) scenario(ctx context.Context, b *plan.Scenario, run int, inherit func(*scene)) trace.Scenario {
	skipped := trace.Scenario{Name: b.Name, Pos: b.Spec.Pos, Tags: b.Tags, Verdict: trace.Skipped, Start: time.Since(f.start)}
	if b.Spec.Skip != "" {
		skipped.Reason = b.Spec.Skip
		return hidden(b, skipped)
	}
	if ctx.Err() != nil {
		skipped.Verdict, skipped.Reason = trace.Errored, "the run was interrupted"
		return hidden(b, skipped)
	}
	if b.Load != nil {
		return knownFailure(b, f.load(ctx, b, inherit))
	}
	var out trace.Scenario
	for attempt := range 1 + b.Spec.Retries {
		again, _ := f.once(ctx, b, plan.Turn{Run: run, Attempt: attempt}, inherit)
		if attempt > 0 && again.Verdict == trace.Skipped { // takes no failure back
			break
		}
		if attempt > 0 {
			again.Earlier = append(out.Earlier, trace.Attempt{Verdict: out.Verdict, Start: out.Start, Duration: out.Duration, Problems: out.Problems})
		}
		out, out.Attempts = again, attempt+1
		if out.Verdict == trace.Passed || out.Verdict == trace.Skipped || ctx.Err() != nil {
			break
		}
	}
	if out.Verdict == trace.Passed && out.Attempts > 1 {
		out.Verdict = trace.Flaky
	}
	return knownFailure(b, out)
}

// knownFailure turns a known failure into a skip, and a pass that was not to be into
// a failure.
func knownFailure(b *plan.Scenario, out trace.Scenario) trace.Scenario {
	sc := b.Spec
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
	return hidden(b, out)
}

// once performs a scenario one time and gives its main script, which knows its
// labels. Its random values are those of its turn.
func (f *performance) once(ctx context.Context, b *plan.Scenario, t plan.Turn, inherit func(*scene)) (trace.Scenario, *script) {
	s := newScene(b, f, t)
	inherit(s)
	main := &script{scene: s, on: spec.MainConnection, cursor: map[string]reached{}}
	main.place = f.runPlace(b, t)
	if b.Load != nil {
		main.local = expr.Map{"index": t.Run}
	}
	if err := s.draw(t); err != nil {
		return s.publish(nil, []*problem{main.brokenAt(b.Spec.Pos, "", err)}), main
	}
	timeout, err := b.Timeout()
	if err != nil {
		return s.publish(nil, []*problem{main.brokenAt(b.Spec.Pos, "", err)}), main
	}
	return s.perform(ctx, main, timeout), main
}

// runPlace is the place of all that a scenario does in one of several runs; nil in
// the only one.
func (f *performance) runPlace(b *plan.Scenario, t plan.Turn) *place {
	switch {
	case b.Load != nil:
		times, _ := b.Load.Times.Known()
		return &place{name: "run " + ordinal(t.Run, times), pos: b.Load.Pos, index: t.Run}
	case f.options.Repeat > 1 && b.Spec.Pos.Line > 0:
		return &place{name: "run " + ordinal(t.Run, f.options.Repeat), index: -1}
	}
	return nil
}

// draw computes the variables anew that hold random values.
func (s *scene) draw(t plan.Turn) error {
	values, err := s.Draw(t, s.names.variables(), s.sounds.random)
	for name, v := range values {
		s.names.set(name, v)
	}
	return err
}
