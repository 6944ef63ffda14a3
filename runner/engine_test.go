package runner_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/duologue/duologue/builtin"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
)

// witness notes what an observer is told.
type witness struct {
	mu   sync.Mutex
	told []string
}

func (w *witness) Started(_, name string) { w.note("start " + name) }

func (w *witness) Done(_ string, s *trace.Scenario) { w.note(string(s.Verdict) + " " + s.Name) }

func (w *witness) note(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told = append(w.told, what)
}

// engineFor prepares a suite that talks to an embedded echo, and starts an engine for it.
func engineFor(t *testing.T, text string, o runner.Options) *runner.Engine {
	t.Helper()
	server, err := builtin.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	var problems diag.List
	p := plan.Prepare([]plan.Selection{{File: "s.yaml"}}, plan.Options{
		Files: fstest.MapFS{"s.yaml": {Data: []byte(text)}}, Resolve: server.Resolve}, &problems)
	if !problems.Empty() {
		t.Fatal(problems.Err())
	}
	return runner.Start(p, o)
}

// Scenarios are performed by their index, in whatever order and as often as one likes. The
// setup of their suite is performed once, also if many ask at once.
func TestEngine(t *testing.T) {
	var w witness
	e := engineFor(t, `
target: builtin://echo
setup: [connect, {send: ticket}, {expect: {message: ticket}, as: ticket}]
teardown: [connect, {send: bye}, {expect: {message: bye}}]
scenarios:
- {name: right, steps: [connect, {send: "${ticket.text}"}, {expect: {message: ticket}}]}
- {name: wrong, steps: [connect, {send: a}, {expect: {message: b}}]}
`, runner.Options{Observer: &w})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if s := e.Perform(t.Context(), 0, 0); s.Verdict != trace.Passed {
				t.Errorf("the right one is %s: %v", s.Verdict, s.Problems)
			}
		})
	}
	all.Wait()
	if s := e.Perform(t.Context(), 0, 1); s.Verdict != trace.Failed || s.Name != "wrong" {
		t.Errorf("%q is %s, want the wrong one to fail", s.Name, s.Verdict)
	}
	setup, ok := e.Setup(t.Context(), 0)
	again, _ := e.Setup(t.Context(), 0)
	if !ok || setup.Name != "setup" || setup.Start != again.Start {
		t.Errorf("setup %q (%v) was performed at %s and %s", setup.Name, ok, setup.Start, again.Start)
	}
	if s, ok := e.Teardown(t.Context(), 0); !ok || s.Name != "teardown" {
		t.Errorf("teardown %q is %s: %v", s.Name, s.Verdict, s.Problems)
	}
	e.Stop()
	slices.Sort(w.told)
	want := []string{"failed wrong", "passed right", "passed right", "passed right", "passed right",
		"start right", "start right", "start right", "start right", "start wrong"}
	if !slices.Equal(w.told, want) {
		t.Errorf("the observer was told %q, want %q", w.told, want)
	}
}

// A scenario whose setup did not pass is an error and is not performed. The teardown is.
func TestEngineWhoseSetupFails(t *testing.T) {
	var w witness
	e := engineFor(t, `
target: builtin://echo
setup: [connect, {send: a}, {expect: {message: b}}]
teardown: [{wait: 1ms}]
scenarios: [{name: never, steps: [connect]}]
`, runner.Options{Observer: &w})
	defer e.Stop()
	if s := e.Perform(context.Background(), 0, 0); s.Verdict != trace.Errored || s.Reason != "the suite's setup did not pass" {
		t.Errorf("the scenario is %s (%s)", s.Verdict, s.Reason)
	}
	if s, ok := e.Setup(context.Background(), 0); ok || s.Verdict != trace.Failed || s.Part != trace.SetupPart {
		t.Errorf("the setup is %s, part %q, and passed: %v", s.Verdict, s.Part, ok)
	}
	if s, ok := e.Teardown(context.Background(), 0); !ok || s.Part != trace.TeardownPart {
		t.Errorf("the teardown is %s, part %q", s.Verdict, s.Part)
	}
	if want := []string{"error never"}; !slices.Equal(w.told, want) {
		t.Errorf("the observer was told %q, want %q", w.told, want)
	}
}
