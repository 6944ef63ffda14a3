package report

import (
	"strings"

	"github.com/duologue/duologue/diag"
)

// maxSummary is the most octets of one line of a detail in a summary.
const maxSummary = 150

// summary tells a complaint in one line: its place, what is wrong, the round, the connection,
// what was expected and what came.
func summary(d diag.Diagnostic) string {
	first, rest := d.Error(), ""
	for _, det := range d.Details {
		switch det.Label {
		case "in", "on":
			first += ", " + det.Label + " " + inLine(det.Text, " ")
		default:
			rest += "; " + det.Label + ": " + inLine(det.Text, ", ")
		}
	}
	return shown(first+rest, maxMessage)
}

// inLine joins the lines of a text to one.
func inLine(text, between string) string {
	var out []string
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		line = strings.TrimSpace(line)
		if word, value, ok := strings.Cut(line, "   "); ok && word == "actual" {
			line = word + " " + value
		}
		out = append(out, diag.Clip(line, maxSummary))
	}
	return strings.Join(out, between)
}
