package runner

import (
	"context"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/duologue/duologue/builtin"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/pipenet"
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
// busy with the first message, the second comes in time.
func TestSlowLook(t *testing.T) {
	for step, want := range map[string]trace.Verdict{
		`{absent: {message: {text: {$where: "vars.slow.word == it"}}}, within: 600ms}`: trace.Failed,
		`{await: {message: {text: {$where: "vars.slow.word == it"}}}, within: 600ms}`:  trace.Passed,
		`{absent: {message: {text: {$where: "vars.slow.word == it"}}}, within: 300ms}`: trace.Passed,
		`{await: {message: {text: {$where: "vars.slow.word == it"}}}, within: 300ms}`:  trace.Failed,
	} {
		synctest.Test(t, func(t *testing.T) {
			n := pipenet.New()
			server, err := builtin.StartOn(n.Listen, "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			tree := fstest.MapFS{"a.yaml": {Data: []byte(`
target: builtin://slow?delay=500ms
vars: {slow: {}}
scenarios:
  - name: slow
    unexpected: ignore
    steps: [connect, {send: first}, {wait: 490ms}, {send: bad}, {wait: 20ms}, ` + step + `]
`)}}
			var problems diag.List
			plan := Prepare([]Selection{{File: "a.yaml"}}, Options{Files: tree, Resolve: server.Resolve, Dial: n.Dial, Listen: n.Listen, MaxLateness: time.Hour}, &problems)
			if !problems.Empty() {
				t.Fatal(problems.Sorted())
			}
			for _, s := range plan.suites {
				for _, b := range s.cases {
					b.vars["slow"] = slowly(400 * time.Millisecond)
				}
			}
			run := plan.Run(context.Background())
			if got := run.Suites[0].Scenarios[0]; got.Verdict != want {
				t.Errorf("%s: %s, want %s (%v)", step, got.Verdict, want, got.Problems)
			}
			if err := server.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
