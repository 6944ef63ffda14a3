// Package examples_test performs the examples: they teach, so they must be
// right.
package examples_test

import (
	"flag"
	"path/filepath"
	"testing"

	"github.com/duologue/duologue/internal/suitetest"
)

var update = flag.Bool("update", false, "write golden files anew")

// Every suite passes, and those in _failing fail as their comments say.
func TestExamples(t *testing.T) {
	passing, failing := glob(t, "*.yaml"), glob(t, "_failing/*.yaml")
	suitetest.Check(t, "..", "testdata/golden.txt", *update, append(passing, failing...)...)
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no suites match %s (%v)", pattern, err)
	}
	return files
}
