package spec_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
)

// The suites of the project use only known words: parsing them gives no
// complaints, whatever happens when they are performed. Suites with wrong words
// are called complaints.yaml.
func TestSuitesAreKnown(t *testing.T) {
	read := 0
	for _, dir := range []string{"../runner/testdata", "../examples"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() && d.Name() == "node_modules" {
				return fs.SkipDir
			}
			if d.IsDir() || filepath.Ext(path) != ".yaml" || d.Name() == "complaints.yaml" {
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if !strings.Contains(string(text), "\nscenarios:") {
				return nil // a dialect, or a file of sequences
			}
			read++
			var out diag.List
			spec.Parse(path, string(text), &out)
			for _, c := range out.Sorted() {
				t.Errorf("%v", c)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 30 {
		t.Errorf("%d suites were read; is this the top of the module?", read)
	}
}

// A suite without scenarios is refused, unless it has sequences.
func TestEmptySuite(t *testing.T) {
	for text, want := range map[string]string{
		"suite: x\n": "t.yaml:1:1: the suite has no scenarios",
		"suite: x\nsequences: {a: {steps: [connect]}}\n":        "",
		"suite: x\nscenarios: [{name: a, steps: [connect]}]\n":  "",
		"suite: x\nscenarios: [{name: '', steps: [connect]}]\n": "",
		"suite: x\nunknown: 1\n":                                `t.yaml:2:1: unknown key "unknown"`,
	} {
		var out diag.List
		spec.Parse("t.yaml", text, &out)
		got := ""
		if !out.Empty() {
			got = out.Err().Error()
		}
		if got != want {
			t.Errorf("Parse(%q) complains %q, want %q", text, got, want)
		}
	}
}
