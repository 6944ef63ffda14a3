package conformance

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
)

// Row is one case of several reports.
type Row struct {
	ID, Title string
	Results   []Result // one for each report; the zero Result where it does not have the case
}

// Differs reports whether the reports do not agree on the case.
func (r Row) Differs() bool {
	return slices.ContainsFunc(r.Results, func(c Result) bool { return c.Outcome != r.Results[0].Outcome })
}

// Rows gives every case that one of the reports has, in order.
func Rows(reports []*Report) []Row {
	byID := map[string]*Row{}
	for i, r := range reports {
		for _, c := range r.Cases {
			if byID[c.ID] == nil {
				byID[c.ID] = &Row{ID: c.ID, Title: c.Title, Results: make([]Result, len(reports))}
			}
			byID[c.ID].Results[i] = c
		}
	}
	var rows []Row
	for _, r := range byID {
		rows = append(rows, *r)
	}
	slices.SortFunc(rows, func(a, b Row) int { return Order(a.ID, b.ID) })
	return rows
}

// told is an outcome as it is shown. What no report of this program says is "?".
func told(o Outcome) string {
	switch {
	case o == "":
		return "-"
	case !slices.Contains(Outcomes, o):
		return "?"
	}
	return string(o)
}

// Why tells what came of a case, and why it is not ok; "" if there is nothing to tell.
func (r Result) Why() string {
	why := r.Message
	if r.Came != "" && !strings.Contains(why, r.Came) {
		why = strings.TrimPrefix(why+"; came: "+r.Came, "; ")
	}
	return why
}

// Label is the name of a report: that of the target, or its address.
func (r *Report) Label() string { return cmp.Or(r.Name, r.Target) }

// fewColumns is up to how many reports stand in columns on a terminal.
const fewColumns = 4

// Compare writes the cases on which reports differ, or all of them, and then the counts. Few reports stand in columns; of many, each
// case is told by its outcomes, with who has them and why. What the files say is made fit to print.
func Compare(w io.Writer, reports []*Report, all bool, p diag.Palette) error {
	var b strings.Builder
	for i, r := range reports {
		fmt.Fprintf(&b, "%s %s, %s, %s\n", column(i), diag.Visible(r.Label()), diag.Visible(r.Tool), r.Date.UTC().Format("2006-01-02"))
	}
	b.WriteString("\n")
	rows := Rows(reports)
	shown := slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return !all && !r.Differs() })
	if len(reports) <= fewColumns {
		inColumns(&b, reports, shown, p)
	} else {
		for _, row := range shown {
			byOutcome(&b, reports, row, p)
		}
	}
	if same := len(rows) - len(shown); same > 0 {
		fmt.Fprintf(&b, "\n%d of %d cases are alike in all of them\n", same, len(rows))
	}
	b.WriteString("\n" + counts(reports))
	_, err := io.WriteString(w, diag.Inert(b.String()))
	return err
}

// titleWidth is how much of what a case asks stands beside its number.
const titleWidth = 44

// inColumns writes a line for each case: what it asks, and an outcome for each report.
func inColumns(b *strings.Builder, reports []*Report, rows []Row, p diag.Palette) {
	head := fmt.Sprintf("%-8s %-*s", "case", titleWidth, "what it asks")
	for i := range reports {
		head += fmt.Sprintf(" %-13s", column(i))
	}
	b.WriteString(strings.TrimRight(head, " ") + "\n")
	for _, row := range rows {
		title := []rune(diag.Visible(row.Title))
		if len(title) > titleWidth {
			title = append(title[:titleWidth-1], '…')
		}
		line := fmt.Sprintf("%-8s %s%s", diag.Visible(row.ID), string(title), strings.Repeat(" ", titleWidth-len(title)))
		for i, c := range row.Results {
			text := told(c.Outcome)
			if i < len(row.Results)-1 {
				text = fmt.Sprintf("%-13s", text)
			}
			line += " " + p.Paint(colour(c.Outcome, p), text)
		}
		b.WriteString(line + "\n")
	}
}

// byOutcome tells one case: the worst outcomes first, with who has them and why; the most frequent one last, of all others.
func byOutcome(b *strings.Builder, reports []*Report, row Row, p diag.Palette) {
	fmt.Fprintf(b, "%s %s\n", diag.Visible(row.ID), diag.Visible(row.Title))
	type group struct {
		outcome Outcome
		why     string
		who     []string
	}
	var groups []group
	for i, c := range row.Results {
		j := slices.IndexFunc(groups, func(g group) bool { return g.outcome == c.Outcome && g.why == c.Message })
		if j < 0 {
			j, groups = len(groups), append(groups, group{outcome: c.Outcome, why: c.Message})
		}
		groups[j].who = append(groups[j].who, reports[i].Label())
	}
	slices.SortStableFunc(groups, func(x, y group) int {
		return cmp.Compare(slices.Index(Outcomes, y.outcome), slices.Index(Outcomes, x.outcome))
	})
	most := slices.MaxFunc(groups, func(x, y group) int { return cmp.Compare(len(x.who), len(y.who)) })
	for _, g := range groups {
		who := strings.Join(g.who, ", ")
		if len(groups) > 1 && len(g.who) > 2 && len(g.who) == len(most.who) && g.outcome == most.outcome && g.why == most.why {
			who = fmt.Sprintf("the %d others", len(g.who))
		}
		line := fmt.Sprintf("    %s %s", p.Paint(colour(g.outcome, p), fmt.Sprintf("%-13s", told(g.outcome))), diag.Visible(who))
		if g.why != "" {
			line += ": " + diag.Visible(g.why)
		}
		b.WriteString(line + "\n")
	}
}

// counts gives a line for each outcome, with a number for each report.
func counts(reports []*Report) string {
	var b strings.Builder
	head := fmt.Sprintf("%-13s", "")
	for i := range reports {
		head += fmt.Sprintf(" %5s", column(i))
	}
	b.WriteString(strings.TrimRight(head, " ") + "\n")
	for _, o := range Outcomes {
		line, found := fmt.Sprintf("%-13s", o), false
		for _, r := range reports {
			n := r.Counts()[""][o]
			found = found || n > 0
			line += fmt.Sprintf(" %5d", n)
		}
		if found {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// column is the name of a report's column: A, B, … Z, then numbers.
func column(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return fmt.Sprint(i + 1)
}
