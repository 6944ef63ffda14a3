package report_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/duologue/duologue/baseline"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/trace"
)

// What is drawn of a trace that was written and read is what was drawn of the run, whatever its texts are. Only
// octets that are not UTF-8 are no longer known.
func TestDrawnLater(t *testing.T) {
	runs := []*trace.Run{sample()}
	for _, s := range hostile {
		if !utf8.ValidString(s) {
			continue
		}
		s = diag.Clip(s, 300) // the longest take long to draw
		r := infested(s)
		for sc := range r.All() {
			if sc.Verdict == trace.Verdict(s) { // no run has such a verdict
				sc.Verdict = trace.Errored
			}
			if sc.Series != nil {
				delete(sc.Series.Verdicts, trace.Verdict(s))
			}
			for i := range sc.Problems {
				sc.Problems[i].Verdict = trace.Failed
			}
			for i := range sc.Earlier {
				sc.Earlier[i].Verdict = trace.Failed
				for k := range sc.Earlier[i].Problems {
					sc.Earlier[i].Problems[k].Verdict = trace.Failed
				}
			}
		}
		runs = append(runs, r)
	}
	drawings := map[string]func(io.Writer, *trace.Run) error{
		"JUnit": report.JUnit, "CTRF": report.CTRF, "HTML": report.HTML, "trace": trace.Write,
		"terminal": func(w io.Writer, r *trace.Run) error {
			screen := &report.Terminal{Out: w, Verbose: true, Sources: r.Sources}
			screen.Failures(r)
			screen.Summary(r)
			return nil
		},
		"annotations": func(w io.Writer, r *trace.Run) error { return report.Annotations(w, r, baseline.Comparison{}, inCI) },
		"summary":     func(w io.Writer, r *trace.Run) error { return report.Markdown(w, r, baseline.Comparison{}) },
	}
	for i, r := range runs {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			var text strings.Builder
			if err := trace.Write(&text, r); err != nil {
				t.Fatal(err)
			}
			read, err := trace.Read(strings.NewReader(text.String()))
			if err != nil {
				t.Fatal(err)
			}
			for name, draw := range drawings {
				var now, later strings.Builder
				if err := draw(&now, r); err != nil {
					t.Fatal(err)
				}
				if err := draw(&later, read); err != nil {
					t.Fatal(err)
				}
				if now.String() != later.String() {
					t.Errorf("%s was\n%.2000s\nand is\n%.2000s", name, now.String(), later.String())
				}
			}
		})
	}
}

// Attempts of several runs: one that passed is no failure in JUnit, though the last failed.
func TestJUnitOfAttemptsThatPassed(t *testing.T) {
	r := &trace.Run{Suites: []trace.Suite{{Name: "s", Scenarios: []trace.Scenario{{Name: "it", Verdict: trace.Failed, Reason: "no", Attempts: 3,
		Earlier: []trace.Attempt{{Verdict: trace.Passed}, {Verdict: trace.Failed}}}}}}}
	if text := junit(t, r); strings.Count(text, "<rerunFailure") != 1 || strings.Contains(text, "<rerunError") || !strings.Contains(text, "<failure") {
		t.Errorf("JUnit is\n%s", text)
	}
}
