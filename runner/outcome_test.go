package runner_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
)

// A choice may say how well a scenario passes; under Strict what is merely
// allowed fails, at the line of the choice.
func TestOutcomes(t *testing.T) {
	const file = "testdata/outcomes.yaml"
	server := suitetest.Serve(t)
	perform := func(strict bool) trace.Suite {
		o := suitetest.Options{Planning: plan.Options{Root: "..", Resolve: server.Resolve}, Performing: runner.Options{Strict: strict}}
		return suitetest.Plan(t, o, file).Run(context.Background()).Suites[0]
	}
	want := []struct {
		outcome      trace.Outcome
		reason, came string
	}{
		{}, {trace.Informational, "", "nothing"}, {trace.NonStrict, "", "message b"}, {trace.NonStrict, "b is late", "message b"},
	}
	lenient := perform(false)
	for i, w := range want {
		s := lenient.Scenarios[i]
		if s.Verdict != trace.Passed || s.Outcome != w.outcome || s.Reason != w.reason || s.Came != w.came {
			t.Errorf("%q is %s with the outcome %q because %q, of %q, want %+v", s.Name, s.Verdict, s.Outcome, s.Reason, s.Came, w)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	suitetest.Compare(t, &lenient, string(text))
	strict := perform(true)
	suitetest.Compare(t, &strict, strings.ReplaceAll(string(text), "# strict", "# want"))
}
