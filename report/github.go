package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/duologue/duologue/baseline"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// maxAnnotations is how many errors of one step GitHub Actions shows, and how many warnings.
const maxAnnotations = 10

// Annotations writes the commands with which GitHub Actions shows, beside the code, why a run and its comparison
// with an earlier one did not pass: an error for what is bad, a warning for what is inconclusive or flaky, and for
// warnings and notes. where gives the path of a file in the repository, with slashes, or "" if it is not there.
func Annotations(w io.Writer, r *trace.Run, c baseline.Comparison, where func(file string) string) error {
	var errors, warnings []finding
	for _, f := range findings(r, c) {
		if f.bad {
			errors = append(errors, f)
			continue
		}
		warnings = append(warnings, f)
	}
	var b strings.Builder
	annotate(&b, "error", errors, where)
	annotate(&b, "warning", warnings, where)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write annotations: %w", err)
	}
	return nil
}

// annotate writes the commands of one kind. Of too many the last counts those that are left out.
func annotate(b *strings.Builder, kind string, all []finding, where func(string) string) {
	if more := len(all) - maxAnnotations + 1; more > 1 {
		all = append(all[:maxAnnotations-1:maxAnnotations-1], finding{text: fmt.Sprintf("and %d more; the log and the summary of the job tell them", more)})
	}
	for _, f := range all {
		// The runner splits properties at commas and takes none that is empty.
		properties, text := []string{"title=" + property(heading(f))}, f.text
		if file := where(f.pos.File); file != "" && f.pos.Line > 0 {
			properties = []string{"file=" + property(diag.Visible(file)), fmt.Sprintf("line=%d", f.pos.Line)}
			if f.pos.Col > 0 {
				properties = append(properties, fmt.Sprintf("col=%d", f.pos.Col))
			}
			properties = append(properties, "title="+property(heading(f)))
		} else if !f.pos.IsZero() {
			text = shown(f.pos.String(), maxMessage) + ": " + text
		}
		fmt.Fprintf(b, "::%s %s::%s\n", kind, strings.Join(properties, ","), command(diag.Inert(text)))
	}
}

// heading names the scenario of a finding and, unless that is plain, what it is.
func heading(f finding) string {
	switch {
	case f.title == "":
		return "duologue"
	case f.word == string(trace.Failed):
		return f.title
	}
	return f.title + " (" + f.word + ")"
}

// command escapes a text for the end of a command of GitHub Actions, and property for a property in it.
func command(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

func property(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(command(diag.Inert(text)))
}
