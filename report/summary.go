package report

import (
	"fmt"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
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

// shareOf tells which share of what was selected a run is, such as "shard 2 of 3"; "" if it is whole.
func shareOf(r *trace.Run) string {
	s := r.Shard
	switch {
	case s == nil:
		return ""
	case s.Index > 0:
		return fmt.Sprintf("shard %d of %d", s.Index, s.Of)
	}
	var missing []string
	for _, i := range s.Missing {
		missing = append(missing, fmt.Sprint(i))
	}
	return fmt.Sprintf("without shard %s of %d", strings.Join(missing, ", "), s.Of)
}

// nothing tells of a run without scenarios.
func nothing(r *trace.Run) string {
	if s := r.Shard; s != nil && s.Index > 0 && s.Total > 0 {
		return fmt.Sprintf("nothing to perform: none of the %d scenarios is in this shard", s.Total)
	}
	return "nothing was performed"
}
