package runner_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
)

// written prepares and performs a suite that is written down in a test.
func written(t *testing.T, text string, o suitetest.Options) []trace.Scenario {
	t.Helper()
	file := filepath.Join(t.TempDir(), "suite.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Root, o.Resolve = filepath.Dir(file), suitetest.Serve(t).Resolve
	return suitetest.Plan(t, o, file).Run(context.Background()).Suites[0].Scenarios
}

const repeatedSuite = `suite: Repeated
target: builtin://echo
scenarios:
  - name: always
    steps:
      - connect
      - send: hello
        as: asked
      - expect: {message: hello}
        as: answer
      - assert: {answer.at - asked.at: {$lt: 60s}}
      - repeat:
          times: 2
          steps:
            - assert: {index: {$gte: 0}, asked.text: hello}
      - assert: {answer.at - asked.at: {$gte: 0s}}
  - name: now and then
    steps:
      - set: {n: "${random_int(1, 3)}"}
      - assert: {vars.n: {$lt: 3}}
  - name: not here
    skip: no reason
    steps: [connect]
  - name: allowed now and then
    steps:
      - connect
      - send: "${random_int(1, 3)}"
      - expect:
          one_of:
            usual: {message: "1"}
            allowed: {message: "2", outcome: informational}
            hardly: {message: "3", outcome: non_strict}
`

func TestRepeat(t *testing.T) {
	scenarios := written(t, repeatedSuite, suitetest.Options{Planning: plan.Options{Seed: 7}, Performing: runner.Options{Repeat: 40}})
	always, sometimes, skipped := scenarios[0], scenarios[1], scenarios[2]
	if always.Verdict != trace.Passed || always.Series == nil || always.Series.Runs != 40 || always.Series.Verdicts[trace.Passed] != 40 {
		t.Fatalf("%q is %s: %+v", always.Name, always.Verdict, always.Series)
	}
	var names []string
	for _, f := range always.Series.Figures {
		names = append(names, f.Name)
		if want := map[string]int{"index": 80}[f.Name]; want > 0 && f.Count != want || f.Missing > 0 || f.P50 > f.P95 || f.P95 > f.Max || f.Min > f.P50 {
			t.Errorf("figure %+v", f)
		}
	}
	if len(names) != 3 || names[0] != "answer.at - asked.at" || names[1] != "index" || names[2] != "answer.at - asked.at #2" {
		t.Errorf("figures are %q", names)
	}
	if f := always.Series.Figures; f[0].Worse != "more" || f[2].Worse != "less" || f[0].Unit != "ns" {
		t.Errorf("figures are %+v", f)
	}
	// One run that failed fails the whole, and is the one that is shown.
	if s := sometimes.Series; sometimes.Verdict != trace.Failed || len(sometimes.Problems) != 1 || s.Verdicts[trace.Failed] == 0 || s.Verdicts[trace.Passed] == 0 ||
		s.Verdicts[trace.Failed]+s.Verdicts[trace.Passed] != 40 {
		t.Errorf("%q is %s: %+v", sometimes.Name, sometimes.Verdict, s)
	}
	if skipped.Verdict != trace.Skipped || skipped.Series != nil {
		t.Errorf("%q is %s: %+v", skipped.Name, skipped.Verdict, skipped.Series)
	}
	// Of those that all passed the one that did so least well is shown.
	if s := scenarios[3]; s.Verdict != trace.Passed || s.Outcome != trace.NonStrict || s.Series.Verdicts[trace.Passed] != 40 ||
		s.Series.Outcomes[trace.Informational] == 0 || s.Series.Outcomes[trace.NonStrict] == 0 || s.Series.Outcomes[""] != 0 {
		t.Errorf("%q is %s, %q: %+v", s.Name, s.Verdict, s.Outcome, s.Series)
	}
	if again := written(t, repeatedSuite, suitetest.Options{Planning: plan.Options{Seed: 7}, Performing: runner.Options{Repeat: 40}})[1]; again.Series.Verdicts[trace.Failed] != sometimes.Series.Verdicts[trace.Failed] {
		t.Errorf("the same seed gives %v, then %v", sometimes.Series.Verdicts, again.Series.Verdicts)
	}
}

// What a load cannot be is said before anything is dialled.
func TestLoadComplaints(t *testing.T) {
	text := `suite: Loads
target: builtin://echo
vars: {none: 0}
scenarios:
  - name: bounds
    load: {times: "${vars.none}"} # want "a load has 1 to 100000 runs"
    steps: [connect]
  - name: too many at once
    load: {times: 5, at_once: 100001} # want "a load has 1 to 100000 runs"
    steps: [connect]
  - name: labels
    load: {times: 1, assert: {answer.at - opened.at: {$max: {$lt: 1s}}}} # want "no step before this one has the label \"answer\""
    steps: [{connect: , as: opened}]
  - name: names
    load: {times: 1, assert: {len(answer.text): {$max: 5}}} # want "no step before this one has the label \"answer\""
    steps: [connect]
  - name: the index is there
    load: {times: 1}
    steps: [connect, {send: "${index}"}]
  - name: the index is not there
    steps: [connect, {send: "${index}"}] # want "exists only inside a repeat"
`
	file := filepath.Join(t.TempDir(), "loads.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var problems diag.List
	suitetest.Prepare([]plan.Selection{{File: file}}, suitetest.Options{Planning: plan.Options{Root: filepath.Dir(file)}}, &problems)
	suitetest.Complaints(t, &problems, text)
}

// Of a load one run is kept, and no more run at once than was said.
func TestLoadKeepsOneRun(t *testing.T) {
	const text = `suite: Loads
target: builtin://echo
scenarios:
  - name: one fails
    load: {times: 50, at_once: 5}
    steps:
      - connect
      - send: "${index}"
      - expect: {message: {text: {$ne: "7"}}}
`
	s := written(t, text, suitetest.Options{Performing: runner.Options{Repeat: 3, Events: true}})[0]
	if s.Verdict != trace.Failed || s.Series.Runs != 50 || s.Series.Verdicts[trace.Passed] != 49 || len(s.Connections) != 1 || len(s.Problems) != 2 {
		t.Fatalf("%s with %d problems and %d connections: %+v", s.Verdict, len(s.Problems), len(s.Connections), s.Series)
	}
	if m, ok := s.Connections[0].Events[1].Detail.(*trace.Message); !ok || string(m.Data) != "7" {
		t.Errorf("the run that was kept said %v, want the one that failed", s.Connections[0].Events[1].Line())
	}
	if s.Steps[0].Verb != "load" || s.Steps[0].Checks[0].Actual != "98% (49 of 50 runs)" {
		t.Errorf("its first step is %+v", s.Steps[0])
	}
}

// An interrupted load has not been performed.
func TestLoadInterrupted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "loads.yaml")
	text := "suite: Loads\ntarget: builtin://echo\nscenarios:\n  - name: waits\n    load: {times: 9, at_once: 2}\n    steps: [connect, wait: 50s]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	prepared := suitetest.Plan(t, suitetest.Options{Planning: plan.Options{Root: filepath.Dir(file), Resolve: suitetest.Serve(t).Resolve}}, file)
	s := prepared.Run(ctx).Suites[0].Scenarios[0]
	if s.Verdict != trace.Errored || s.Series.Runs > 3 {
		t.Errorf("%s (%s): %+v", s.Verdict, s.Reason, s.Series)
	}
}

// A load of which every run has begun is interrupted too, whatever it asserts. What
// is over when the interruption comes is judged.
func TestLoadInterruptedInAllRuns(t *testing.T) {
	for _, tt := range []struct{ says, steps, load, want string }{
		{"y", "[connect, {wait: 50s}]", "{times: 3}", "error the run was interrupted after 0 of 3 runs"},
		{"y", "[connect, {wait: 50s}]", "{times: 3, assert: {passed: {$lt: 50%}}}", "error the run was interrupted after 0 of 3 runs"},
		{"y", "[connect, {expect: {message: y}}, {wait: \"${index * 40}ms\"}, {wait: \"${index * 990}ms\"}]", "{times: 3}", "error the run was interrupted after 1 of 3 runs"},
		{"y", "[connect, {expect: {message: y}}]", "{times: 3}", "passed"},
		{"n", "[connect, {expect: {message: y}}]", "{times: 3}", "failed 3: passed is not as asked"},
	} {
		fake(t, func(p *peer) { p.say(tt.says) }, func(s *stage) {
			prepared := s.prepare("scenarios:\n- name: it\n  load: " + tt.load + "\n  steps: " + tt.steps + "\n  finally: [{wait: 10ms}]\n")
			for name, run := range map[string]*trace.Run{"interrupted": s.interrupted(prepared), "out of time": s.outOfTime(prepared)} {
				sc := run.Suites[0].Scenarios[0]
				if got := verdict(&sc); got != tt.want {
					t.Errorf("%s, %s, %s: got %s, want %s", name, tt.steps, tt.load, got, tt.want)
				}
			}
		})
	}
}

// The echo of a last message comes although a Close follows the message at
// once: that nobody expected it is seen every time.
func TestTheLastEchoComes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "suite.yaml")
	text := "target: builtin://echo\nscenarios: [{name: it, steps: [connect, {send: a}]}]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	const runs = 300
	var run *trace.Run
	suitetest.Fake(t, func(t *testing.T, o suitetest.Options) {
		o.Root, o.Repeat = filepath.Dir(file), runs
		run = suitetest.Plan(t, o, file).Run(context.Background())
	})
	s := run.Suites[0].Scenarios[0]
	if n := s.Series.Verdicts[trace.Failed]; n != runs {
		t.Errorf("an echo that nobody expected failed %d of %d runs", n, runs)
	}
}
