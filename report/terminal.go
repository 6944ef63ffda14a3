// Package report shows a run: live on a terminal, as JUnit for CI. A report is
// a function over a [trace.Run] that reads it and changes nothing.
package report

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// Terminal shows a run as it goes: a line a scenario, and failures in full.
// Its methods may be called from any goroutine. It satisfies the runner's
// Observer.
type Terminal struct {
	Out     io.Writer
	Palette diag.Palette
	Sources diag.Sources
	Verbose bool // show every event

	mu    sync.Mutex
	suite string
}

// maxRecent is how many of the last events a failure shows.
const maxRecent = 8

// Done shows one scenario that has ended.
func (t *Terminal) Done(suite string, s *trace.Scenario) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if suite != t.suite {
		fmt.Fprintf(t.Out, "%s\n", t.Palette.Paint(t.Palette.Bold, diag.Visible(suite)))
		t.suite = suite
	}
	word, colour := sign(s.Verdict, t.Palette)
	line := fmt.Sprintf("  %s %s", t.Palette.Paint(colour, word), diag.Visible(s.Name))
	fmt.Fprintf(t.Out, "%s %s\n", line, t.Palette.Paint(t.Palette.Dim, "("+trace.Round(s.Duration)+")"))
	if s.Reason != "" {
		fmt.Fprintf(t.Out, "       %s\n", diag.Visible(s.Reason))
	}
	if t.Verbose {
		for _, c := range s.Connections {
			t.events(c.Name+" "+c.URL, c.Events)
		}
	}
	for _, p := range s.Problems {
		t.problem(p)
	}
}

func (t *Terminal) problem(p trace.Problem) {
	var b strings.Builder
	_ = diag.Render(&b, p.Diagnostic, t.Sources, t.Palette) // into memory
	fmt.Fprintf(t.Out, "\n%s\n", indent(b.String(), "    "))
	if len(p.Recent) > 0 {
		t.events("last events", p.Recent[max(0, len(p.Recent)-maxRecent):])
	}
	fmt.Fprintln(t.Out)
}

func (t *Terminal) events(title string, events []trace.Event) {
	fmt.Fprintf(t.Out, "    %s\n", t.Palette.Paint(t.Palette.Dim, diag.Visible(title)))
	for _, e := range events {
		fmt.Fprintf(t.Out, "      %s\n", e.Line())
	}
}

// Summary shows the figures of a whole run.
func (t *Terminal) Summary(r *trace.Run) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var parts []string
	for _, v := range []trace.Verdict{trace.Passed, trace.Flaky, trace.Failed, trace.Errored, trace.Inconclusive, trace.Skipped} {
		if n := r.Count(v); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	fmt.Fprintf(t.Out, "\n%s in %s\n", strings.Join(parts, ", "), trace.Round(r.Duration))
	if l := r.Lateness; l.Woken.Count > 0 {
		fmt.Fprintf(t.Out, "%s\n", t.Palette.Paint(t.Palette.Dim, fmt.Sprintf(
			"lateness (p99): %s woken, %s blocked in writes, %s read", trace.Round(l.Woken.P99), trace.Round(l.Blocked.P99), trace.Round(l.Read.P99))))
	}
	for _, n := range r.Notices {
		fmt.Fprintf(t.Out, "note: %s\n", diag.Visible(n))
	}
}

// sign gives the word and colour of a verdict.
func sign(v trace.Verdict, p diag.Palette) (word, colour string) {
	switch v {
	case trace.Passed:
		return "pass", p.Green
	case trace.Failed:
		return "FAIL", p.Red
	case trace.Errored:
		return "ERR ", p.Red
	case trace.Inconclusive:
		return "????", p.Blue
	case trace.Flaky:
		return "flak", p.Blue
	}
	return "skip", p.Dim
}

func indent(s, by string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(by+l, " ")
	}
	return strings.Join(lines, "\n")
}
