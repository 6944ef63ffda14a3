package scene

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/duologue/duologue/builtin"
	"github.com/duologue/duologue/internal/pipenet"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/trace"
)

// slowly is a value that takes its time to be named.
type slowly time.Duration

func (s slowly) Member(name string) (any, bool) {
	time.Sleep(time.Duration(s)) // in fake time
	return "bad", name == "word"
}

func (s slowly) Members() []string { return []string{"word"} }

// A step decides by when events came, not by when it looked at them: while it is
// busy with the first message, the second comes in time. A look at one event that takes
// a second longer than the step has says nothing about the peer.
func TestSlowLook(t *testing.T) {
	const look = 400 * time.Millisecond
	for _, tt := range []struct {
		step string
		look time.Duration
		want trace.Verdict
	}{
		{`{absent: {message: {text: {$where: "vars.slow.word == it"}}}, within: 600ms}`, look, trace.Failed},
		{`{await: {message: {text: {$where: "vars.slow.word == it"}}}, within: 600ms}`, look, trace.Passed},
		{`{absent: {message: {text: {$where: "vars.slow.word == it"}}}, within: 300ms}`, look, trace.Passed},
		{`{await: {message: {text: {$where: "vars.slow.word == it"}}}, within: 300ms}`, look, trace.Failed},
		{`{absent: {message: {text: {$where: "vars.slow.word == it"}}}, within: 600ms}`, 900 * time.Millisecond, trace.Failed},
		{`{absent: {message: {text: {$where: "vars.slow.word == it"}}}, within: 600ms}`, 1700 * time.Millisecond, trace.Errored},
		{`{await: {message: {text: {$where: "vars.slow.word == it"}}}, within: 600ms}`, 1700 * time.Millisecond, trace.Errored},
		{`{expect: {message: {text: {$where: "vars.slow.word == it"}}}, within: 600ms}`, 1700 * time.Millisecond, trace.Errored},
	} {
		synctest.Test(t, func(t *testing.T) {
			n := pipenet.New()
			server, err := builtin.StartOn(n.Listen, "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			got := slowScenario(t, server, n, tt.look, `
target: builtin://slow?delay=500ms
vars: {slow: {}}
scenarios:
  - name: slow
    unexpected: ignore
    steps: [connect, {send: first}, {wait: 490ms}, {send: bad}, {wait: 20ms}, `+tt.step+`]
`)
			if got.Verdict != tt.want {
				t.Errorf("%s, looking for %s: %s, want %s (%v)", tt.step, tt.look, got.Verdict, tt.want, got.Problems)
			}
			if err := server.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A listener that cannot tell in time whether it takes a message ends the scenario:
// everything else waits for it.
func TestSlowListener(t *testing.T) {
	server, err := builtin.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	sc := slowScenario(t, server, nil, 3*slowMatch, `
target: builtin://echo
vars: {slow: {}}
scenarios:
  - name: slow
    listeners: [{name: slow, when: {message: {text: {$where: "vars.slow.word == it"}}}}]
    steps: [connect, {send: {repeat: x, size: 100KiB}}, {wait: 20s}]
`)
	const want = `comparing this message with listener "slow" took longer than 1s`
	if sc.Verdict != trace.Errored || sc.Problems[0].Diagnostic.Message != want || sc.Duration > 10*time.Second {
		t.Errorf("%s after %s: %v, want error: %s", sc.Verdict, sc.Duration, sc.Problems, want)
	}
}

// slowScenario performs a scenario whose variable slow takes its time.
func slowScenario(t *testing.T, server *builtin.Server, n *pipenet.Network, look time.Duration, text string) trace.Scenario {
	t.Helper()
	s := stageFor(t, n).scene(only(t, text, server), plan.Turn{}, nil)
	s.names.set("slow", slowly(look))
	r := &Result{main: s.main()}
	s.perform(t.Context(), r)
	return r.Trace
}
