package runner_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
)

// written prepares and performs a suite that is written down in a test.
func written(t *testing.T, text string, o runner.Options) []trace.Scenario {
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
`

func TestRepeat(t *testing.T) {
	scenarios := written(t, repeatedSuite, runner.Options{Repeat: 40, Seed: 7})
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
	if again := written(t, repeatedSuite, runner.Options{Repeat: 40, Seed: 7})[1]; again.Series.Verdicts[trace.Failed] != sometimes.Series.Verdicts[trace.Failed] {
		t.Errorf("the same seed gives %v, then %v", sometimes.Series.Verdicts, again.Series.Verdicts)
	}
}
