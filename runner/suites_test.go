package runner_test

import (
	"path/filepath"
	"testing"

	"github.com/duologue/duologue/internal/suitetest"
)

// Each suite in testdata is performed and held against its comments,
// and against what came of it before.
func TestSuites(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no suites in testdata (%v)", err)
	}
	suitetest.Check(t, "..", "testdata/golden/suites.txt", *update, files...)
}
