package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

const (
	maxRecent = 8   // lines of the last events of a problem, by default
	maxLine   = 400 // octets of one event
)

// lastEvents gives the last lines of the connection of a problem, or of several connections
// with their names. Notes stand among them, each at its place. Successive chunks of media are
// one line, and so is what listeners took and sent; they would fill all lines otherwise. The
// text of an error that the problem shows is not repeated.
func lastEvents(p trace.Problem, notes []trace.Note, most int) []string {
	var out []line
	events := withoutTold(p)
	names := columnOf(events)
	for end := len(events); end > 0 && len(out) < most; {
		begin := end - 1
		for begin > 0 && trace.SameLine(events[begin-1], events[end-1]) {
			begin--
		}
		out = append(out, line{events[begin].Seq, names(events[begin]) + diag.Clip(lineOf(events[begin:end]), maxLine)})
		end = begin
	}
	slices.Reverse(out)
	return inOrder(out, linesOf(fewNotes(notes), names(trace.Event{})))
}

// withoutTold gives the last events of a problem. Errors have no text if it stands in the
// details.
func withoutTold(p trace.Problem) []trace.Event {
	out := slices.Clone(p.Recent)
	for i, ev := range out {
		e, ok := ev.Detail.(*trace.Error)
		if ok && e.Text != "" && tells(p.Diagnostic, strings.TrimSuffix(diag.Clip(e.Text, maxSummary), "…")) {
			out[i].Detail = &trace.Error{Problem: e.Problem, Text: "see above"}
		}
	}
	return out
}

// tells reports whether a complaint contains a text.
func tells(d diag.Diagnostic, text string) bool {
	return strings.Contains(d.Message, text) || slices.ContainsFunc(d.Details, func(det diag.Detail) bool { return strings.Contains(det.Text, text) })
}

// requirementOf names the rule behind a scenario. If a problem names the rule, it only says how
// strict that is.
func requirementOf(s *trace.Scenario) string {
	rule, level, ok := strings.Cut(s.Requirement, " ")
	if ok && slices.ContainsFunc(s.Problems, func(p trace.Problem) bool { return tells(p.Diagnostic, rule) }) {
		return "the rule above " + level
	}
	return s.Requirement
}

// lineOf gives events that are shown as one line. For what listeners took and sent, only some
// of the events are given.
func lineOf(events []trace.Event) string {
	line, n := events[0].Line(), len(events)
	if n == 1 {
		return line
	}
	more := fmt.Sprintf("%d more", n-1)
	if events[0].Listener != "" {
		more = "more of listeners"
	}
	return fmt.Sprintf("%s … and %s until %s", diag.Clip(line, maxLine), more, trace.Stamp(events[n-1].At))
}

// columnOf gives the text before the line of each event: the name of its connection if there
// are several, and nothing otherwise.
func columnOf(events []trace.Event) func(trace.Event) string {
	width, several := 0, false
	for _, e := range events {
		width = max(width, len(shown(e.Connection, maxName)))
		several = several || e.Connection != events[0].Connection
	}
	return func(e trace.Event) string {
		if !several {
			return ""
		}
		return fmt.Sprintf("%-*s ", width, shown(e.Connection, maxName))
	}
}

// allEvents gives all events and notes in the order in which they happened, with the names of
// the connections if there are several.
func allEvents(s *trace.Scenario) []string {
	events := slices.Clone(s.Requests)
	for _, c := range s.Connections {
		events = append(events, c.Events...)
	}
	slices.SortStableFunc(events, func(a, b trace.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	lines, names := make([]line, len(events)), columnOf(events)
	for i, e := range events {
		lines[i] = line{e.Seq, names(e) + diag.Clip(e.Line(), maxLine)}
	}
	return inOrder(lines, linesOf(s.Notes, names(trace.Event{})))
}
