package runner_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/fstest"
	"testing/synctest"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
)

// Scenarios begin in the order of the file. With one job a suite begins when the one before has ended.
func TestOrder(t *testing.T) {
	suite := func(name string) *fstest.MapFile {
		text := "suite: " + name + "\nsetup: [{wait: 1s}]\nteardown: [{wait: 1s}]\nscenarios:\n"
		for k := range 20 {
			text += fmt.Sprintf("- {name: %s%02d, steps: [{wait: %dms}]}\n", name, k, 100-k)
		}
		return &fstest.MapFile{Data: []byte(text)}
	}
	files := fstest.MapFS{"a.yaml": suite("a"), "b.yaml": suite("b")}
	for _, jobs := range []int{1, 3, 64} {
		synctest.Test(t, func(t *testing.T) {
			var problems diag.List
			p := plan.Prepare([]plan.Selection{{File: "a.yaml"}, {File: "b.yaml"}}, plan.Options{Files: files}, &problems)
			if !problems.Empty() {
				t.Fatal(problems.Err())
			}
			var w starts
			run := runner.Run(t.Context(), p, runner.Options{Jobs: jobs, Observer: &w})
			for _, s := range run.Suites {
				for k, sc := range s.Scenarios[1:] {
					if sc.Start < s.Scenarios[k].Start {
						t.Errorf("jobs %d: %s began before %s", jobs, sc.Name, s.Scenarios[k].Name)
					}
				}
			}
			if jobs == 1 && !slices.IsSorted(w.told) {
				t.Errorf("one job: they began in the order %v", w.told)
			}
		})
	}
}

// starts notes in which order scenarios begin.
type starts struct{ witness }

func (w *starts) Started(_, name string) { w.note(name) }

func (*starts) Done(string, *trace.Scenario) {}
