// Package report shows a run: live on a terminal, and as JUnit for CI. A report is a function
// over a [trace.Run] that reads it and does not change it.
package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// Terminal shows a run while it goes on. Each scenario is a line when it ends, and one that did
// not pass is shown in full. Each line names its suite, because suites run side by side. The
// methods may be called from any goroutine. Terminal satisfies the runner's Observer.
type Terminal struct {
	Out     io.Writer
	Palette diag.Palette
	Sources diag.Sources
	Verbose bool       // show every event and note of every scenario
	Quiet   bool       // Done shows nothing; [Terminal.Failures] is called later
	Skipped string     // the word for what was skipped; "" stands for skipped
	Recent  int        // lines of the last events of a problem; 0 stands for 8
	Width   func() int // the current columns of the screen; nil, or 0, for no limit

	mu   sync.Mutex
	live *live   // the status line, or nil
	gone refused // servers that are not there, as far as they were shown
}

// Started notes a scenario that begins.
func (t *Terminal) Started(suite, name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.live != nil {
		t.live.started(title(suite, name))
	}
}

// Done shows one scenario that has ended.
func (t *Terminal) Done(suite string, s *trace.Scenario) {
	var b strings.Builder
	t.scenario(&b, suite, s)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.live != nil {
		t.live.ended(title(suite, s.Name), s.Verdict)
	}
	if !t.Quiet {
		t.write(b.String())
	}
}

// Failures shows in full the scenarios that did not pass, in the order of the run.
func (t *Terminal) Failures(r *trace.Run) {
	var b strings.Builder
	for _, suite := range r.Suites {
		for i := range suite.Scenarios {
			if s := &suite.Scenarios[i]; len(s.Problems) > 0 || s.Verdict == trace.Errored {
				t.scenario(&b, suite.Name, s)
			}
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.write(b.String())
}

// Scenario shows one scenario in full.
func (t *Terminal) Scenario(suite string, s *trace.Scenario) {
	var b strings.Builder
	t.scenario(&b, suite, s)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.write(b.String())
}

// write puts a finished block above the status line, in one write.
func (t *Terminal) write(block string) {
	block = diag.Inert(block)
	if t.live != nil && t.live.drawn {
		block = eraseLine + block + t.statusLine()
	}
	_, _ = io.WriteString(t.Out, block) // a terminal that has gone cannot be told
}

func (t *Terminal) scenario(b *strings.Builder, suite string, s *trace.Scenario) {
	word, colour := sign(s.Verdict, t.Palette)
	fmt.Fprintf(b, "%s %s", t.Palette.Paint(colour, fmt.Sprintf("%-5s", word)), title(suite, s.Name))
	switch {
	case s.Verdict == trace.Flaky:
		fmt.Fprintf(b, ": passed on attempt %d", s.Attempts)
	case s.Outcome != "":
		fmt.Fprintf(b, ": %s", t.Palette.Paint(t.Palette.Yellow, outcomes[s.Outcome]))
		if s.Reason != "" {
			fmt.Fprintf(b, ", %s", shown(s.Reason, maxMessage))
		}
	case s.Reason != "":
		fmt.Fprintf(b, ": %s", shown(s.Reason, maxMessage))
	}
	if s.Verdict != trace.Skipped {
		b.WriteString(t.Palette.Paint(t.Palette.Dim, " ("+diag.Round(s.Duration)+")"))
	}
	why, again := t.gone.again(suite, s)
	again = again && !t.Verbose
	if again {
		fmt.Fprintf(b, ": %s, as above", shown(why, maxMessage))
	}
	b.WriteByte('\n')
	for i, a := range s.Earlier {
		fmt.Fprintf(b, "      %s\n", t.Palette.Paint(t.Palette.Dim, shown(attemptLine(i, a, diag.Diagnostic.Error), maxMessage)))
	}
	t.series(b, s)
	if t.Verbose {
		t.everything(b, s)
	}
	if again {
		return
	}
	notes := s.Notes // they are told once, with the cause
	for _, p := range problems(s) {
		t.problem(b, p, notes, s.Steps)
		notes = nil
	}
	if len(s.Problems) > 0 {
		t.aside(b, "requirement: ", requirementOf(s))
		for _, path := range s.Artifacts {
			t.aside(b, "kept: ", path)
		}
		b.WriteByte('\n')
	}
}

func (t *Terminal) aside(b *strings.Builder, label, text string) {
	if text != "" {
		fmt.Fprintf(b, "    %s%s\n", t.Palette.Paint(t.Palette.Dim, label), shown(text, maxMessage))
	}
}

// margin stands before each line of a problem.
const margin = "    "

// columns gives the width of the screen, or 80 if there is none.
func (t *Terminal) columns() int {
	if t.Width != nil {
		if columns := t.Width(); columns > 0 {
			return columns
		}
	}
	return 80
}

func (t *Terminal) problem(b *strings.Builder, p trace.Problem, notes []trace.Note, steps []trace.Step) {
	var drawn strings.Builder
	screen := diag.Screen{Palette: t.Palette, Columns: t.columns() - len(margin)}
	_ = diag.Render(&drawn, bounded(p.Diagnostic, steps), t.Sources, screen) // writing to memory does not fail
	fmt.Fprintf(b, "\n%s\n", indent(drawn.String(), margin))
	if !t.Verbose {
		t.lines(b, headOf(p, notes), lastEvents(p, notes, cmp.Or(t.Recent, maxRecent)))
	}
	t.lines(b, "output:", outputOf(p))
}

// lines shows lines under a head, if there are any.
func (t *Terminal) lines(b *strings.Builder, head string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "    %s\n", t.Palette.Paint(t.Palette.Dim, head))
	for _, line := range lines {
		if t.Width != nil {
			line = fit(line, t.Width()-6)
		}
		fmt.Fprintf(b, "      %s\n", line)
	}
}

// everything shows all events and notes in their order.
func (t *Terminal) everything(b *strings.Builder, s *trace.Scenario) {
	for _, c := range s.Connections {
		again := ""
		if c.Attempts > 1 {
			again = fmt.Sprintf(", dialled %d times", c.Attempts)
		}
		t.aside(b, "", c.Name+" "+c.URL+again)
	}
	for _, line := range allEvents(s) {
		fmt.Fprintf(b, "      %s\n", line)
	}
	for _, p := range s.Programs {
		t.aside(b, "", programLine(p))
		for _, line := range programOutput(p) {
			fmt.Fprintf(b, "      %s\n", line)
		}
	}
}

// Summary shows the figures of a whole run.
func (t *Terminal) Summary(r *trace.Run) {
	var b strings.Builder
	t.summary(&b, r)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.write(b.String())
}

func (t *Terminal) summary(b *strings.Builder, r *trace.Run) {
	p := t.Palette
	b.WriteByte('\n')
	again := t.recap(b, r)
	var parts []string
	for _, v := range verdicts {
		if n := r.Count(v); n > 0 {
			_, colour := sign(v, p)
			word := string(v)
			if v == trace.Skipped {
				word = cmp.Or(t.Skipped, word)
			}
			parts = append(parts, p.Paint(colour, fmt.Sprintf("%d %s", n, word)))
		}
	}
	if parts == nil {
		parts = []string{nothing(r)}
	}
	fmt.Fprintf(b, "%s in %s", strings.Join(parts, ", "), diag.Round(r.Duration))
	if share := shareOf(r); share != "" {
		b.WriteString(", " + share)
	}
	b.WriteByte('\n')
	t.lateness(b, r)
	if again && r.Seed != 0 {
		fmt.Fprintf(b, "seed: %d (--seed %[1]d repeats the random choices)\n", r.Seed)
	}
	for _, d := range r.Warnings {
		fmt.Fprintf(b, "%s %s\n", p.Paint(p.Yellow, "warning:"), shown(d.Error(), maxMessage))
	}
	for _, n := range r.Notices {
		fmt.Fprintf(b, "%s %s\n", p.Paint(p.Yellow, "note:"), shown(n, maxMessage))
	}
}

// lateness shows how late this machine was, in full if the user asks for everything.
func (t *Terminal) lateness(b *strings.Builder, r *trace.Run) {
	l := r.Lateness
	if l.Woken.Count+l.Read.Count == 0 {
		return
	}
	line := fmt.Sprintf("lateness (p99): %s woken, %s blocked in writes, %s read",
		diag.Round(l.Woken.P99), diag.Round(l.Blocked.P99), diag.Round(l.Read.P99))
	if r.Waiting != "" {
		line += "; waiting: " + shown(r.Waiting, maxName)
	}
	if t.Verbose {
		line += "\n" + strings.TrimRight(histograms(l), "\n")
	}
	for row := range strings.SplitSeq(line, "\n") {
		fmt.Fprintf(b, "%s\n", t.Palette.Paint(t.Palette.Dim, row))
	}
}

// recap lists the scenarios that did not pass at once, unless the run has only one, or
// Quiet is set. It reports whether there are any.
func (t *Terminal) recap(b *strings.Builder, r *trace.Run) bool {
	total, bad := 0, 0
	var list strings.Builder
	for _, suite := range r.Suites {
		total += len(suite.Scenarios)
		for i := range suite.Scenarios {
			s := &suite.Scenarios[i]
			switch s.Verdict {
			case trace.Passed, trace.Skipped:
				continue
			}
			bad++
			pos := s.Pos
			if len(s.Problems) > 0 && !s.Problems[0].Diagnostic.Pos.IsZero() {
				pos = s.Problems[0].Diagnostic.Pos
			}
			word, colour := sign(s.Verdict, t.Palette)
			fmt.Fprintf(&list, "%s %s", t.Palette.Paint(colour, fmt.Sprintf("%-5s", word)), title(suite.Name, s.Name))
			if !pos.IsZero() {
				list.WriteString(t.Palette.Paint(t.Palette.Dim, "  "+shown(pos.String(), maxMessage)))
			}
			list.WriteByte('\n')
		}
	}
	if bad > 0 && total > 1 && !t.Quiet {
		fmt.Fprintf(b, "%s\n", list.String())
	}
	return bad > 0
}

// outcomes gives the words for outcomes.
var outcomes = map[trace.Outcome]string{trace.NonStrict: "non-strict", trace.Informational: "informational"}

// sign gives the word and colour of a verdict.
func sign(v trace.Verdict, p diag.Palette) (word, colour string) {
	switch v {
	case trace.Passed:
		return "pass", p.Green
	case trace.Failed:
		return "FAIL", p.Red
	case trace.Errored:
		return "ERROR", p.Red
	case trace.Inconclusive:
		return "INCONCLUSIVE", p.Yellow
	case trace.Flaky:
		return "flaky", p.Yellow
	case trace.Skipped:
		return "skip", p.Dim
	}
	return shown(string(v), maxName), p.Red
}

func title(suite, name string) string { return shown(suite, maxName) + " › " + shown(name, maxName) }
