package report

import (
	"cmp"
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/duologue/duologue/baseline"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// maxMarkdown is about the most octets of a summary. GitHub refuses more than 1 MiB of all summaries of a step.
const maxMarkdown = 256 << 10

// Markdown writes a summary of a run, and of its comparison with an earlier one, for the page of a job: the counts,
// and a table of what did not pass. The table is HTML without an empty line, in which nothing is read as Markdown, and
// every text of unknown origin in it stands in pre or code, where GitHub makes no links of it.
func Markdown(w io.Writer, r *trace.Run, c baseline.Comparison) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### Duologue: %s in %s", counts(r), diag.Round(r.Duration))
	if share := shareOf(r); share != "" {
		b.WriteString(", " + share)
	}
	b.WriteString("\n\n")
	all := findings(r, c)
	if len(all) > 0 {
		b.WriteString("<table>\n<tr><th></th><th>scenario</th><th>place</th><th>why</th></tr>\n")
		for i, f := range all {
			if b.Len() > maxMarkdown {
				fmt.Fprintf(&b, "<tr><td colspan=\"4\">and %d more</td></tr>\n", len(all)-i)
				break
			}
			fmt.Fprintf(&b, "<tr><td>%s</td><td>%s</td><td>%s</td><td><pre>%s</pre></td></tr>\n",
				code(f.word), code(f.title), code(shown(f.pos.String(), maxMessage)), lined(f.text))
		}
		b.WriteString("</table>\n\n")
	}
	if r.Seed != 0 && len(all) > 0 {
		fmt.Fprintf(&b, "`--seed %d` repeats the random choices.\n\n", r.Seed)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	return nil
}

// counts tells how the scenarios of a run ended, such as "3 passed, 1 failed".
func counts(r *trace.Run) string {
	var parts []string
	for _, v := range verdicts {
		if n := r.Count(v); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), nothing(r))
}

// code gives a text for a cell of the table.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "<code>" + lined(text) + "</code>"
}

// lined escapes a text on one line, which shows as several.
func lined(text string) string {
	return strings.ReplaceAll(html.EscapeString(text), "\n", "&#10;")
}
