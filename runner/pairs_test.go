package runner_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/trace"
)

// Each scenario in testdata/pairs is a pair: it passes in one row of its matrix, against a right
// server, and fails in another, against one that is broken in just that way. Comments say where
// it fails, as in the other suites.
func TestPairs(t *testing.T) {
	files, err := filepath.Glob("testdata/pairs/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no suites in testdata/pairs (%v)", err)
	}
	var run *trace.Run
	suitetest.Fake(t, func(t *testing.T, o suitetest.Options) {
		o.Root = ".."
		o.LookupEnv = func(name string) (string, bool) { return "of " + name, name == "WORD" || name == "TICKET" }
		run = suitetest.Plan(t, o, files...).Run(context.Background())
	})
	comparePairs(t, run)
}

// The same over TLS and through a proxy, over sockets of the system.
func TestPairsOverSockets(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/pairs/sockets")); err != nil {
		t.Fatal(err)
	}
	authority(t, dir)
	var o suitetest.Options
	o.Root, o.Vars = dir, map[string]any{"proxy": "http://" + startProxy(t)}
	comparePairs(t, suitetest.Plan(t, o, filepath.Join(dir, "secured.yaml")).Run(t.Context()))
}

// comparePairs holds each suite against its comments, and looks whether each of its scenarios
// has passed and failed.
func comparePairs(t *testing.T, run *trace.Run) {
	t.Helper()
	for _, s := range run.Suites {
		t.Run(filepath.Base(s.File), func(t *testing.T) {
			texts := map[string]string{}
			verdicts := map[string]map[trace.Verdict]int{}
			var order []string
			for _, sc := range s.Scenarios {
				texts[sc.Pos.File] = run.Sources[sc.Pos.File]
				at := sc.Pos.String()
				if verdicts[at] == nil {
					verdicts[at] = map[trace.Verdict]int{}
					order = append(order, at)
				}
				verdicts[at][sc.Verdict]++
			}
			for file, text := range texts {
				of := trace.Suite{Name: s.Name, File: file}
				for _, sc := range s.Scenarios {
					if sc.Pos.File == file {
						if sc.Problems = everyCheck(&sc); sc.Verdict == trace.Flaky {
							sc.Verdict, sc.Problems = trace.Passed, nil
						}
						of.Scenarios = append(of.Scenarios, sc)
					}
				}
				suitetest.Compare(t, &of, text)
			}
			for _, at := range order {
				if v := verdicts[at]; v[trace.Passed]+v[trace.Flaky] == 0 || v[trace.Failed]+v[trace.Errored] == 0 {
					t.Errorf("%s is no pair: %s", at, fmt.Sprint(v))
				}
			}
		})
	}
}

// everyCheck gives the problems of a scenario, and one for each further check that has failed. An
// assert shows all of them as one.
func everyCheck(sc *trace.Scenario) []trace.Problem {
	out := slices.Clone(sc.Problems)
	told := map[int]bool{}
	for _, p := range out {
		told[p.Diagnostic.Pos.Line] = true
	}
	for _, step := range sc.Steps {
		for _, c := range step.Checks {
			if step.Verb == "assert" && c.Verdict == trace.Failed && !told[c.Pos.Line] {
				told[c.Pos.Line] = true
				out = append(out, trace.Problem{Diagnostic: diag.Diagnostic{Pos: c.Pos, Message: c.Subject + " is not as asked"}})
			}
		}
	}
	return out
}
