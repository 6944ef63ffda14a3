package report

import (
	"fmt"
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// maxNotes is how many of the first notes, and how many of the last, are shown beside the last
// events of a problem.
const maxNotes = 10

// line is a line of events or notes, and its place among them: those with a lower number came
// before it.
type line struct {
	seq  int
	text string
}

// headOf names what is shown below a problem. It gives "" if nothing is.
func headOf(p trace.Problem, notes []trace.Note) string {
	switch {
	case len(notes) == 0 && len(p.Recent) == 0:
		return ""
	case len(notes) == 0:
		return "last events:"
	case len(p.Recent) == 0:
		return "notes:"
	}
	return "last events and notes:"
}

// fewNotes gives the first notes and the last, and tells how many there were between.
func fewNotes(notes []trace.Note) []trace.Note {
	if len(notes) <= 2*maxNotes {
		return notes
	}
	last := slices.Clone(notes[len(notes)-maxNotes:])
	for _, n := range notes[maxNotes : len(notes)-maxNotes] {
		last[0].LeftOut += n.LeftOut + 1
	}
	return slices.Concat(notes[:maxNotes], last)
}

// linesOf gives the lines of notes, and tells where notes are missing. margin stands before
// each.
func linesOf(notes []trace.Note, margin string) []line {
	var out []line
	for _, n := range notes {
		if n.LeftOut > 0 {
			out = append(out, line{n.Seq, fmt.Sprintf("%s%9s -- notes left out here: %d", margin, "…", n.LeftOut)})
		}
		out = append(out, line{n.Seq, margin + diag.Clip(n.Line(), maxLine)})
	}
	return out
}

// inOrder joins lines of events with those of notes, each in order. A note stands before the
// event with its own number.
func inOrder(events, notes []line) []string {
	var out []string
	for _, e := range events {
		for len(notes) > 0 && notes[0].seq <= e.seq {
			out = append(out, notes[0].text)
			notes = notes[1:]
		}
		out = append(out, e.text)
	}
	for _, n := range notes {
		out = append(out, n.text)
	}
	return out
}
