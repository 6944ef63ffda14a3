package conformance

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/duologue/duologue/diag"
)

// Count is the number of cases with each outcome.
type Count map[Outcome]int

// Counts gives the counts of each section, by its key, and those of all sections under "". A case that was performed
// several times counts each time.
func (r *Report) Counts() map[string]Count {
	out := map[string]Count{"": {}}
	for _, c := range r.Cases {
		if out[c.Section] == nil {
			out[c.Section] = Count{}
		}
		runs := c.Runs
		if runs == nil {
			runs = map[Outcome]int{c.Outcome: 1}
		}
		for o, n := range runs {
			out[c.Section][o] += n
			out[""][o] += n
		}
	}
	return out
}

// Summary writes a table with a row for each section.
func Summary(w io.Writer, r *Report, p diag.Palette) error {
	counts := r.Counts()
	var shown []Outcome
	for _, o := range Outcomes {
		if o == OK || o == Failed || counts[""][o] > 0 {
			shown = append(shown, o)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-30s", "section")
	width := func(o Outcome) int { return max(len(o), 5, len(strconv.Itoa(counts[""][o]))) }
	for _, o := range shown {
		fmt.Fprintf(&b, " %*s", width(o), o)
	}
	b.WriteByte('\n')
	for _, s := range append(Sections[:len(Sections):len(Sections)], Section{Title: "all"}) {
		if counts[s.Key] == nil {
			continue
		}
		fmt.Fprintf(&b, "%-30s", strings.TrimSpace(fmt.Sprintf("%-3s %s", s.Key, s.Title)))
		for _, o := range shown {
			b.WriteString(" " + cell(counts[s.Key][o], width(o), colour(o, p), p))
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cell gives a count in a colour. 0 is a dot.
func cell(n, width int, colour string, p diag.Palette) string {
	if n == 0 {
		return p.Paint(p.Dim, fmt.Sprintf("%*s", width, "."))
	}
	return p.Paint(colour, fmt.Sprintf("%*d", width, n))
}

func colour(o Outcome, p diag.Palette) string {
	switch o {
	case OK:
		return p.Green
	case Failed, Errored:
		return p.Red
	case NonStrict, Inconclusive:
		return p.Yellow
	}
	return p.Dim
}
