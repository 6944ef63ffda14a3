package conformance_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/duologue/duologue/conformance"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
)

// Exported suites can be prepared from the disk. Files that somebody changed are not
// overwritten.
func TestExport(t *testing.T) {
	dir := t.TempDir()
	for range 2 { // the second time everything exists
		if err := conformance.Export(dir); err != nil {
			t.Fatal(err)
		}
	}
	var selected []plan.Selection
	for _, file := range conformance.Suites() {
		selected = append(selected, plan.Selection{File: filepath.Join(dir, file)})
	}
	var problems diag.List
	prepared := suitetest.Prepare(selected, suitetest.Options{Planning: plan.Options{Root: dir}}, &problems)
	if !problems.Empty() {
		t.Errorf("prepare: %v", problems.Err())
	}
	if len(cases(prepared)) < 517 {
		t.Errorf("%d cases, want those of Autobahn at least", len(cases(prepared)))
	}
	mine := filepath.Join(dir, "suites", "common.yaml")
	if err := os.WriteFile(mine, []byte("changed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := conformance.Export(dir); err == nil || !strings.Contains(err.Error(), "common.yaml is there already and differs") {
		t.Errorf("Export() over a changed file = %v, want an error", err)
	}
	if text, err := os.ReadFile(mine); err != nil || string(text) != "changed" {
		t.Errorf("the changed file holds %q, %v", text, err)
	}
}
