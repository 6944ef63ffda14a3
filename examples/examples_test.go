// Package examples_test performs the examples: they teach, so they must be
// right.
package examples_test

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/duologue/duologue/baseline"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/trace"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files anew")

// Every suite passes, and those in _failing fail as their comments say.
func TestExamples(t *testing.T) {
	passing, failing := glob(t, "*.yaml"), glob(t, "_failing/*.yaml")
	suitetest.Check(t, "..", "testdata/golden.txt", *update, append(passing, failing...)...)
}

// What is drawn later of the trace of a run is what was drawn of the run, to the octet.
func TestReportsDrawnLater(t *testing.T) {
	var run *trace.Run
	suitetest.Fake(t, func(t *testing.T, o suitetest.Options) {
		o.Root, o.Events = "..", true
		run = suitetest.Plan(t, o, append(glob(t, "*.yaml"), glob(t, "_failing/*.yaml")...)...).Run(t.Context())
	})
	if run.Count(trace.Passed) == 0 || run.Count(trace.Failed) == 0 {
		t.Fatalf("%d passed, %d failed", run.Count(trace.Passed), run.Count(trace.Failed))
	}
	draw := func(r *trace.Run) map[string]string {
		out := map[string]string{}
		for name, draw := range map[string]func(io.Writer, *trace.Run) error{
			"JUnit": report.JUnit, "CTRF": report.CTRF, "the trace": trace.Write,
			"the terminal": func(w io.Writer, r *trace.Run) error {
				screen := &report.Terminal{Out: w, Verbose: true, Sources: r.Sources}
				screen.Failures(r)
				screen.Summary(r)
				return nil
			},
			"annotations": func(w io.Writer, r *trace.Run) error {
				return report.Annotations(w, r, baseline.Comparison{}, func(file string) string { return file })
			},
			"the summary": func(w io.Writer, r *trace.Run) error { return report.Markdown(w, r, baseline.Comparison{}) },
		} {
			var b strings.Builder
			if err := draw(&b, r); err != nil {
				t.Fatal(err)
			}
			out[name] = b.String()
		}
		return out
	}
	now := draw(run)
	read, err := trace.Read(strings.NewReader(now["the trace"]))
	if err != nil {
		t.Fatal(err)
	}
	for name, later := range draw(read) {
		if later != now[name] || len(later) < 1000 {
			t.Errorf("%s differs (-now +later):\n%s", name, cmp.Diff(now[name], later))
		}
	}
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
