package runner

import (
	"context"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/memory"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// performance is one run of a plan.
type performance struct {
	*Plan
	start time.Time
	probe *lateness.Probe
	gate  *gate
	slots chan struct{} // one for each scenario that may run

	measuring measuring
	budget    *memory.Budget
	late      lateness.Chunks
}

// Run performs the plan and gives what happened. It returns when every
// scenario has ended; cancelling ctx ends those that run and skips the rest.
func (p *Plan) Run(ctx context.Context) *trace.Run {
	run := &trace.Run{Tool: p.options.Tool, Started: time.Now(), Seed: p.options.Seed, Waiting: p.options.Clock.Name, Warnings: p.warnings, Notices: p.notices, Sources: p.sources}
	f := &performance{Plan: p, start: run.Started, slots: make(chan struct{}, p.options.Jobs), measuring: make(measuring, 1), budget: memory.New(p.options.Memory)}
	f.probe = lateness.Start(p.options.Clock.Wait, run.Started)
	f.gate = newGate(&p.options, f.probe)
	run.Suites = make([]trace.Suite, len(p.suites))
	var all sync.WaitGroup
	for i, s := range p.suites {
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
func (f *performance) suite(ctx context.Context, s *suite) trace.Suite {
	out := trace.Suite{Name: s.Name, File: f.Mask(s.File), Scenarios: make([]trace.Scenario, len(s.cases))}
	if len(s.cases) == 0 {
		return out
	}
	inherit := func(*scene) {}
	if s.setup != nil {
		result, setup := f.once(ctx, s.setup, turn{}, inherit)
		inherit = func(to *scene) { setup.scene.names.bequeath(to.names) }
		if !served(result) {
			return f.teardown(ctx, s, f.refused(s, out, result), inherit)
		}
	}
	var all sync.WaitGroup
	for i, b := range s.cases {
		perform := func() {
			if f.options.Observer != nil {
				f.options.Observer.Started(s.Name, b.name)
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
func (f *performance) teardown(ctx context.Context, s *suite, out trace.Suite, inherit func(*scene)) trace.Suite {
	if s.teardown == nil {
		return out
	}
	result, _ := f.once(ctx, s.teardown, turn{}, inherit)
	if !served(result) {
		out.Scenarios = append(out.Scenarios, result)
		f.observe(s, &result)
	}
	return out
}

// refused gives the outcome of a suite whose setup did not pass: the setup as
// a scenario, and every scenario in error.
func (f *performance) refused(s *suite, out trace.Suite, setup trace.Scenario) trace.Suite {
	f.observe(s, &setup)
	for i, b := range s.cases {
		out.Scenarios[i] = b.hidden(trace.Scenario{Name: b.name, Pos: b.scenario.Pos, Tags: b.tags, Verdict: trace.Errored,
			Reason: "the suite's setup did not pass", Start: setup.Start})
		f.observe(s, &out.Scenarios[i])
	}
	out.Scenarios = append([]trace.Scenario{setup}, out.Scenarios...)
	return out
}

func (f *performance) observe(s *suite, sc *trace.Scenario) {
	if f.options.Observer != nil {
		f.options.Observer.Done(s.Name, sc)
	}
}

func (f *performance) inSlot(ctx context.Context, b *binding, perform func()) {
	f.slots <- struct{}{}
	defer func() { <-f.slots }()
	defer f.gate.enter(ctx, b)()
	perform()
}

// scenario performs one scenario, again if it may be retried.
func (f *performance) scenario(ctx context.Context, b *binding, run int, inherit func(*scene)) trace.Scenario {
	skipped := trace.Scenario{Name: b.name, Pos: b.scenario.Pos, Tags: b.tags, Verdict: trace.Skipped, Start: time.Since(f.start)}
	if b.scenario.Skip != "" {
		skipped.Reason = b.scenario.Skip
		return b.hidden(skipped)
	}
	if ctx.Err() != nil {
		skipped.Verdict, skipped.Reason = trace.Errored, "the run was interrupted"
		return b.hidden(skipped)
	}
	if b.load != nil {
		return knownFailure(b, f.load(ctx, b, inherit))
	}
	var out trace.Scenario
	for attempt := range 1 + b.scenario.Retries {
		again, _ := f.once(ctx, b, turn{run, attempt}, inherit)
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
func knownFailure(b *binding, out trace.Scenario) trace.Scenario {
	sc := b.scenario
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
	return b.hidden(out)
}

// once performs a scenario one time and gives its main script, which knows its
// labels. Its random values are those of its turn.
func (f *performance) once(ctx context.Context, b *binding, t turn, inherit func(*scene)) (trace.Scenario, *script) {
	s := newScene(b, f, t)
	inherit(s)
	main := &script{scene: s, on: spec.MainConnection, cursor: map[string]reached{}}
	main.place = f.runPlace(b, t)
	if b.load != nil {
		main.local = expr.Map{"index": t.run}
	}
	if err := s.draw(t); err != nil {
		return s.publish(nil, []*problem{main.brokenAt(b.scenario.Pos, "", err)}), main
	}
	limit := &b.scenario.Timeout
	if !limit.IsSet() {
		limit = &b.suite.Defaults.Timeout
	}
	timeout, err := limit.Or(b.staticEnv(), spec.DefaultTimeout)
	if err != nil {
		return s.publish(nil, []*problem{main.brokenAt(b.scenario.Pos, "", err)}), main
	}
	return s.perform(ctx, main, timeout), main
}

// runPlace is the place of all that a scenario does in one of several runs; nil in
// the only one.
func (f *performance) runPlace(b *binding, t turn) *place {
	switch {
	case b.load != nil:
		times, _ := b.load.Times.Known()
		return &place{name: "run " + ordinal(t.run, times), pos: b.load.Pos, index: t.run}
	case f.options.Repeat > 1 && b.scenario.Pos.Line > 0:
		return &place{name: "run " + ordinal(t.run, f.options.Repeat), index: -1}
	}
	return nil
}

// turn is one performance of a scenario among others of it, which draw other
// random values.
type turn struct {
	run     int // of a series or a load, from 0
	attempt int // of the run, from 0
}

// draw computes the variables anew that hold random values, where this is not the
// turn for which the plan has. Those of the suite that a setup had are as it left
// them.
func (s *scene) draw(t turn) error {
	if t == (turn{}) {
		return nil
	}
	vars := s.names.variables()
	names := expr.Map{"vars": vars, "env": s.static["env"], "matrix": s.static["matrix"]}
	env := expr.Env{Names: names, Random: s.sounds.random, Computed: s.taint(names, s.masker)}
	for _, v := range s.drawn {
		if s.suite.setup != nil && v.ofSuite {
			continue
		}
		bound, err := v.Value.Bind(env)
		if err != nil {
			return diag.At(v.Pos, err)
		}
		vars[v.Name] = bound.Value()
		s.names.set(v.Name, bound.Value())
		if s.tainted[v.Name] {
			learn(s.masker, bound.Value())
		}
	}
	return nil
}

// seeded gives the source of random numbers of what has these names: the same
// whatever else runs, and another one for other names.
func seeded(seed uint64, names ...string) rand.Source {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.Join(names, "\x00"))) // a hash does not fail
	return &lockedSource{source: rand.NewPCG(seed, h.Sum64())}
}

// names are those of the random numbers of one turn of a scenario.
func (t turn) names(b *binding) []string {
	names := []string{b.suite.Name, b.name}
	if t != (turn{}) {
		names = append(names, strconv.Itoa(t.run), strconv.Itoa(t.attempt))
	}
	return names
}
