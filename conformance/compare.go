package conformance

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
)

// Row is one case in several reports.
type Row struct {
	ID, Title string
	Outcomes  []Outcome // one for each report; "" if it does not have the case
}

// Differs reports whether the reports disagree on the case.
func (r Row) Differs() bool {
	return slices.ContainsFunc(r.Outcomes, func(o Outcome) bool { return o != r.Outcomes[0] })
}

// Rows gives every case of the reports, in order.
func Rows(reports []*Report) []Row {
	byID := map[string]*Row{}
	for i, r := range reports {
		for _, c := range r.Cases {
			if byID[c.ID] == nil {
				byID[c.ID] = &Row{ID: c.ID, Title: c.Title, Outcomes: make([]Outcome, len(reports))}
			}
			byID[c.ID].Outcomes[i] = c.Outcome
		}
	}
	var rows []Row
	for _, r := range byID {
		rows = append(rows, *r)
	}
	slices.SortFunc(rows, func(a, b Row) int { return Order(a.ID, b.ID) })
	return rows
}

// marks are short words for outcomes.
var marks = map[Outcome]string{
	OK: "ok", NonStrict: "non-strict", Informational: "info", Failed: "FAILED", Unimplemented: "unimpl", Errored: "ERROR", Inconclusive: "unclear", "": "-",
}

func mark(o Outcome) string {
	if m, ok := marks[o]; ok {
		return m
	}
	return "?"
}

// Compare writes the names of the reports, then a row for each case on which they
// differ, or for each case if all is set, then the counts. Text from the reports is
// made safe to print.
func Compare(w io.Writer, reports []*Report, all bool, p diag.Palette) error {
	var b strings.Builder
	for i, r := range reports {
		fmt.Fprintf(&b, "%s %s, %s, %s\n", column(i), diag.Visible(r.Target), diag.Visible(r.Tool), r.Date.UTC().Format("2006-01-02"))
	}
	b.WriteString("\n")
	head := fmt.Sprintf("%-10s", "case")
	for i := range reports {
		head += fmt.Sprintf(" %-10s", column(i))
	}
	b.WriteString(strings.TrimRight(head, " ") + "\n")
	rows := Rows(reports)
	same := 0
	for _, row := range rows {
		if !all && !row.Differs() {
			same++
			continue
		}
		fmt.Fprintf(&b, "%-10s", diag.Visible(row.ID))
		for _, o := range row.Outcomes {
			b.WriteString(" " + p.Paint(colour(o, p), fmt.Sprintf("%-10s", mark(o))))
		}
		fmt.Fprintf(&b, " %s\n", p.Paint(p.Dim, diag.Visible(row.Title)))
	}
	if same > 0 {
		fmt.Fprintf(&b, "\n%d of %d cases are alike in all of them\n", same, len(rows))
	}
	b.WriteString("\n")
	for _, o := range Outcomes {
		line, found := fmt.Sprintf("%-14s", o), false
		for _, r := range reports {
			n := r.Counts()[""][o]
			found = found || n > 0
			line += fmt.Sprintf(" %-10d", n)
		}
		if found {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
	_, err := io.WriteString(w, diag.Inert(b.String()))
	return err
}

// column gives the name of a report's column: A to Z, and then numbers.
func column(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return fmt.Sprint(i + 1)
}
