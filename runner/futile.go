package runner

import (
	"fmt"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// settled are the connections of a step that were open or had ended, with all that
// came of them until then in the log.
func (w *waiting) settled() map[*session.Conn]string {
	out := map[*session.Conn]string{}
	for _, name := range w.reading.Connections() {
		if c := w.find(name); c != nil && c.ReadyState() == "open" {
			out[c] = "open"
		}
	}
	for _, c := range w.over() {
		out[c] = "ended"
	}
	return out
}

// futile fails a step as soon as what it waits for cannot come any more. settled is
// how its connections stood before it looked at what had come.
func (w *waiting) futile(settled map[*session.Conn]string) *problem {
	var why string
	var on *session.Conn
	mistake := false // of the scenario, whatever its peers do
	if !w.reading.Impossible(func(it spec.Item) bool {
		c := w.find(it.On)
		reason := w.never(it, c, settled[c])
		if reason != "" && why == "" {
			why, on, mistake = reason, c, c == nil || it.Pattern.Kind == "open" && settled[c] == "open"
		}
		return reason != ""
	}) {
		return nil
	}
	details := w.details()
	if on != nil {
		details = append(details, w.ending(on)...)
	}
	p := w.fails(w.step, w.pos, fmt.Sprintf("no %s can come: %s", w.kinds, why), details)
	if mistake {
		p.verdict = trace.Errored
	}
	return p
}

// never says why an event cannot come on a connection any more, or "". Where
// other branches run, one of them may dial under the same name.
func (w *waiting) never(it spec.Item, c *session.Conn, state string) string {
	switch {
	case it.Pattern.IsDial():
		return ""
	case c == nil && !w.beside:
		return fmt.Sprintf("there is no connection %q", it.On)
	case c == nil:
		return ""
	case state == "ended" && !w.beside && c.Err() != nil:
		return fmt.Sprintf("connection %q did not open", it.On)
	case state == "ended" && !w.beside:
		return fmt.Sprintf("connection %q has ended", it.On)
	case state != "open":
		return ""
	case it.Pattern.Kind == "open" && !w.unreadOpen(c):
		return fmt.Sprintf("connection %q is open, and its open event was read", it.On)
	case assertions.OfDialling(it.Pattern):
		return fmt.Sprintf("connection %q is open", it.On)
	}
	return ""
}

// unreadOpen reports whether the open event of a connection is still to be read.
func (w *waiting) unreadOpen(c *session.Conn) bool {
	for _, ev := range w.inboxOf(c) {
		if ev.Kind() == "open" {
			return true
		}
	}
	return false
}
