//go:build unix

package runner_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/duologue/duologue/internal/suitetest"
)

// The same with services and commands, in real time. This test plays the services.
func TestPairsOfPrograms(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/pairs/programs")); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no suites in testdata/pairs/programs (%v)", err)
	}
	var o suitetest.Options
	o.Root, o.AllowRun, o.Vars = dir, true, map[string]any{"program": os.Args[0]}
	comparePairs(t, suitetest.Plan(t, o, files...).Run(t.Context()))
}
