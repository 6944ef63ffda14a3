//go:build unix

package runner_test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
)

// A pipe in the place of a file is refused: nobody might ever write to it.
func TestPipesAreNoFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"pipe", "pipe.yaml", "pipe.wav"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Skip(err)
		}
	}
	suite := filepath.Join(dir, "suite.yaml")
	write(t, suite, []byte("target: builtin://echo\nscenarios:\n- name: a\n  steps: [connect, {send: {file: pipe}}]\n"+
		"- name: b\n  steps: [connect, {send_media: {from: pipe.wav, encoding: ULAW}}]\n  dialect: pipe.yaml\n"))
	var problems diag.List
	suitetest.Prepare([]plan.Selection{{File: suite}, {File: filepath.Join(dir, "pipe.yaml")}}, suitetest.Options{Planning: plan.Options{Root: dir}}, &problems)
	found := map[string]bool{}
	for _, d := range problems.Sorted() {
		if strings.Contains(d.Message, "it is no regular file") {
			found[d.Message] = true
		}
	}
	if len(found) != 4 {
		t.Errorf("complaints %v, want four of what is no regular file", problems.Sorted())
	}
}
