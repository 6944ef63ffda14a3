// Package examples_test performs the examples: they teach, so they must be
// right.
package examples_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
)

var update = flag.Bool("update", false, "write golden files anew")

// Every suite passes, and those in _failing fail as their comments say.
func TestExamples(t *testing.T) {
	passing, failing := glob(t, "*.yaml"), glob(t, "_failing/*.yaml")
	suitetest.Check(t, "..", "testdata/golden.txt", *update, append(passing, failing...)...)
}

// Those in _services start programs of their own, so they are performed in real time.
func TestServices(t *testing.T) {
	o := suitetest.Options{Planning: plan.Options{Root: "..", AllowRun: true}}
	run := suitetest.Plan(t, o, glob(t, "_services/*.yaml")...).Run(t.Context())
	for _, s := range run.Suites {
		text, err := os.ReadFile(s.File)
		if err != nil {
			t.Fatal(err)
		}
		suitetest.Compare(t, &s, string(text))
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no suites match %s (%v)", pattern, err)
	}
	return files
}
