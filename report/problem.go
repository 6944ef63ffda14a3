package report

import (
	"fmt"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// How much of one scenario's problems is shown. The trace has everything.
const (
	maxProblems = 10
	maxDetails  = 30
	maxLines    = 40 // of one detail
)

// problems gives the problems that are shown.
func problems(s *trace.Scenario) []trace.Problem {
	if len(s.Problems) <= maxProblems {
		return s.Problems
	}
	more := trace.Problem{Diagnostic: diag.Diagnostic{Message: fmt.Sprintf("and %d problems more", len(s.Problems)-maxProblems)}}
	return append(s.Problems[:maxProblems:maxProblems], more)
}

// attemptLine tells in one line how an earlier attempt ended, and why. words gives the reason.
// i counts from 0.
func attemptLine(i int, a trace.Attempt, words func(diag.Diagnostic) string) string {
	line := fmt.Sprintf("attempt %d: %s after %s", i+1, a.Verdict, diag.Round(a.Duration))
	if len(a.Problems) > 0 {
		line += ": " + words(a.Problems[0].Diagnostic)
	}
	return line
}

// bounded gives a complaint that does not fill the screen. Two long texts become a difference.
func bounded(d diag.Diagnostic, steps []trace.Step) diag.Diagnostic {
	d.Message, d.Hint = diag.Clip(d.Message, maxMessage), diag.Clip(d.Hint, maxMessage)
	all := d.Details
	d.Details = nil
	for _, det := range all[:min(len(all), maxDetails)] {
		text := det.Text
		if c, ok := failedCheck(steps, det.Label); ok {
			if diff := difference(c.Expected, c.Actual); diff != "" {
				text = diff
			}
		}
		d.Details = append(d.Details, diag.Detail{Label: diag.Clip(det.Label, maxName), Text: clipLines(text)})
	}
	if more := len(all) - maxDetails; more > 0 {
		d.Details = append(d.Details, diag.Detail{Label: "more", Text: fmt.Sprintf("%d details are left out here", more)})
	}
	return d
}

// failedCheck finds the last failed check of a subject.
func failedCheck(steps []trace.Step, subject string) (trace.Check, bool) {
	for i := len(steps) - 1; i >= 0; i-- {
		for _, c := range steps[i].Checks {
			if c.Subject == subject && c.Verdict == trace.Failed {
				return c, true
			}
		}
	}
	return trace.Check{}, false
}

func clipLines(text string) string {
	var b strings.Builder
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		if n++; n > maxLines {
			b.WriteString("\n…")
			break
		}
		if n > 1 {
			b.WriteByte('\n')
		}
		b.WriteString(diag.Clip(line, maxMessage))
	}
	return b.String()
}
