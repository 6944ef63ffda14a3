package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/duologue/duologue/trace"
)

const (
	maxRecent = 8   // lines of the last events that a problem shows
	maxLine   = 400 // octets of one event as shown
)

// lastEvents gives the last lines of a connection. Chunks of media that follow
// one another are one line, or they would be all that is seen.
func lastEvents(events []trace.Event) []string {
	var out []string
	for end := len(events); end > 0 && len(out) < maxRecent; {
		begin := end - 1
		for begin > 0 && trace.SameLine(events[begin-1], events[end-1]) {
			begin--
		}
		line := clip(events[begin].Line(), maxLine)
		if n := end - begin; n > 1 {
			line = clip(fmt.Sprintf("%s … and %d more until %s", line, n-1, trace.Stamp(events[end-1].At)), maxLine)
		}
		out = append(out, line)
		end = begin
	}
	slices.Reverse(out)
	return out
}

// allEvents gives every event in the order in which they happened, with the
// names of the connections if there are several.
func allEvents(connections []trace.Connection) []string {
	var events []trace.Event
	width := 0
	for _, c := range connections {
		events = append(events, c.Events...)
		width = max(width, len(shown(c.Name, maxName)))
	}
	slices.SortStableFunc(events, func(a, b trace.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	lines := make([]string, len(events))
	for i, e := range events {
		lines[i] = clip(e.Line(), maxLine)
		if len(connections) > 1 {
			name := shown(e.Connection, maxName)
			lines[i] = name + strings.Repeat(" ", max(0, width-len(name))) + " " + lines[i]
		}
	}
	return lines
}
