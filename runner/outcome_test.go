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
	want := []trace.Outcome{"", trace.Informational, trace.NonStrict}
	for i, s := range perform(false).Scenarios {
		if s.Verdict != trace.Passed || s.Outcome != want[i] {
			t.Errorf("%q is %s with the outcome %q, want %q", s.Name, s.Verdict, s.Outcome, want[i])
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	strict := perform(true)
	suitetest.Compare(t, &strict, strings.ReplaceAll(string(text), "# strict", "# want"))
}
