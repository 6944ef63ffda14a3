package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/duologue/duologue/baseline"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// finding is something of a run that a person has to look at.
type finding struct {
	bad   bool     // the run did not pass because of it
	word  string   // what it is: a verdict, the outcome of a comparison, a warning or a note
	title string   // of the scenario; "" if it is of the whole run
	pos   diag.Pos // zero if unknown
	text  string   // on one or more lines, safe to print
}

// maxFinding is the most octets of the text of a finding. GitHub keeps 4096 characters of an annotation.
const maxFinding = 3 << 10

// findings gives all findings of a run and of its comparison with an earlier one, the bad ones first.
func findings(r *trace.Run, c baseline.Comparison) []finding {
	var out []finding
	for _, suite := range r.Suites {
		for i := range suite.Scenarios {
			if s := &suite.Scenarios[i]; s.Verdict != trace.Passed && s.Verdict != trace.Skipped {
				out = append(out, findingOf(suite.Name, s))
			}
		}
	}
	for _, row := range c.Rows {
		switch row.Outcome {
		case baseline.Worse, baseline.Gone, baseline.Unsure:
			out = append(out, finding{bad: row.Outcome != baseline.Unsure, word: string(row.Outcome), title: title(row.Suite, row.Scenario), text: changed(row)})
		}
	}
	for _, d := range r.Warnings {
		out = append(out, finding{word: "warning", pos: d.Pos, text: shown(d.Message, maxMessage)})
	}
	for _, n := range r.Notices {
		out = append(out, finding{word: "note", text: shown(n, maxMessage)})
	}
	slices.SortStableFunc(out, func(a, b finding) int {
		switch {
		case a.bad == b.bad:
			return 0
		case a.bad:
			return -1
		}
		return 1
	})
	return out
}

// findingOf gives the finding of a scenario that did not pass at once. An unknown verdict is as bad as an error.
func findingOf(suite string, s *trace.Scenario) finding {
	f := finding{bad: s.Verdict != trace.Flaky && s.Verdict != trace.Inconclusive, word: shown(string(s.Verdict), maxName), title: title(suite, s.Name), pos: s.Pos}
	var lines []string
	if s.Verdict == trace.Flaky {
		lines = append(lines, fmt.Sprintf("passed on attempt %d", s.Attempts))
	}
	for i, a := range s.Earlier {
		lines = append(lines, shown(attemptLine(i, a, diag.Diagnostic.Error), maxMessage))
		if s.Verdict == trace.Flaky && len(a.Problems) > 0 && i == 0 {
			f.pos = placed(a.Problems[0].Diagnostic, f.pos)
		}
	}
	if len(s.Problems) > 0 {
		d := s.Problems[0].Diagnostic
		f.pos = placed(d, f.pos)
		lines = append(told(bounded(d, s.Steps)), lines...)
		if more := len(s.Problems) - 1; more > 0 {
			lines = append(lines, fmt.Sprintf("and %d more", more))
		}
	} else if s.Reason != "" {
		lines = append([]string{shown(s.Reason, maxMessage)}, lines...)
	}
	f.text = diag.Inert(diag.Clip(strings.Join(lines, "\n"), maxFinding))
	return f
}

// changed tells how a figure changed, in one line.
func changed(r baseline.Row) string {
	line := fmt.Sprintf("%s %s: %s before", shown(r.Figure, maxName), r.Of, side(r.Before, r.Unit))
	if by := change(r); by != "" {
		return fmt.Sprintf("%s, %s now, %s", line, side(r.Now, r.Unit), by)
	}
	return line + ", not measured now"
}

// placed gives the place of a complaint, or another if it has none.
func placed(d diag.Diagnostic, other diag.Pos) diag.Pos {
	if d.Pos.IsZero() {
		return other
	}
	return d.Pos
}

// told gives a complaint without its place and excerpt, in lines that are safe to print.
func told(d diag.Diagnostic) []string {
	out := []string{diag.Visible(d.Message)}
	for _, det := range d.Details {
		label := diag.Visible(det.Label) + ": "
		for line := range strings.SplitSeq(strings.TrimSpace(det.Text), "\n") {
			out = append(out, label+diag.Visible(line))
			label = "  "
		}
	}
	if d.Hint != "" {
		out = append(out, "hint: "+diag.Visible(d.Hint))
	}
	return out
}
