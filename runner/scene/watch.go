package scene

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// watch is what a step waits for, and on which connections. It knows whether anything can
// come there at all.
type watch struct {
	*task
	mode    spec.Mode
	kinds   string // of events, for complaints
	pos     diag.Pos
	reading *assertions.Reading
	cutters map[string]*assertions.Cutter // of streams, by connection
	gone    []*session.Conn               // had ended, and all of their events had come, before the step began
}

// unmet says that what the step waits for is not so, on all connections on which it looks
// for something.
func (w *watch) unmet(pos diag.Pos, message string, details ...diag.Detail) *problem {
	p := w.fails(pos, message, details...)
	if names := w.concerned(); len(names) == 1 {
		p.connection = names[0]
	}
	p.recent = w.desk.recent(p.at, w.concerned()...)
	return p
}

// failsBy is unmet because of an event.
func (w *watch) failsBy(ev trace.Event, message string, details ...diag.Detail) *problem {
	p := w.unmet(w.pos, message, details...)
	if ev.Connection != "" {
		p.connection = ev.Connection
	}
	return p
}

// concerned names the connections that the step is about.
func (w *watch) concerned() []string {
	if names := w.reading.Names(); names != nil {
		return names
	}
	return []string{w.step.On} // dials come on no connection
}

// details say what was waited for, and what came nearest to it.
func (w *watch) details() []diag.Detail {
	out := []diag.Detail{{Label: "expected", Text: w.reading.Open()}}
	if near := w.reading.Mismatches(); near != nil {
		out = append(out, diag.Detail{Label: "nearest", Text: w.reading.Decisive().Came()})
		out = append(out, mismatchDetails(near)...)
	}
	return append(out, w.left()...)
}

func mismatchDetails(wrong []match.Mismatch) []diag.Detail {
	var out []diag.Detail
	for _, m := range wrong {
		out = append(out, diag.Detail{Label: m.Path, Text: fmt.Sprintf("expected %s\nactual   %s", m.Expected, m.Told())})
	}
	return out
}

// byTime reports whether our lateness can be why an event is not as asked: a stream is heard
// for longer, or ends by silence, if what we sent came late. Each chunk may have moved the
// end, so it is not known how much lateness that takes: any of the scenario counts.
func byTime(wrong []match.Mismatch) bool {
	return slices.ContainsFunc(wrong, func(m match.Mismatch) bool {
		return m.Path == "media_ended.duration" || m.Path == "media_ended.by"
	})
}

// came shows an event.
func came(ev trace.Event) diag.Detail { return diag.Detail{Label: "came", Text: ev.Came()} }

// concerns reports whether an event ends the waiting: a close, or an error that the scenario
// does not allow, of a connection on which the reading still looks for something.
func (w *watch) concerns(ev trace.Event) bool {
	if !slices.Contains(w.reading.Connections(), ev.Connection) {
		return false
	}
	return ev.Kind() == "close" || ev.Kind() == "error" && !w.allowed(ev)
}

// ended fails because of an error or close that the step does not name.
func (w *watch) ended(ev trace.Event, details []diag.Detail) *problem {
	message := fmt.Sprintf("the connection had an error before %s came", assertions.Article(w.kinds))
	c := w.desk.connOf(ev)
	switch {
	case w.mode == spec.MustNotBe:
		message = fmt.Sprintf("the connection had %s before the time of absent %s was over", assertions.Article(ev.Kind()), w.kinds)
	case ev.Kind() == "close":
		message = fmt.Sprintf("the connection closed before %s came", assertions.Article(w.kinds))
	case c != nil && c.Err() != nil:
		message = fmt.Sprintf("the connection did not open, so no %s came", assertions.Noun(w.kinds))
	}
	p := w.failsBy(ev, message, slices.Concat([]diag.Detail{came(ev)}, w.refusal(ev), details)...)
	p.timing = w.idleUntil(ev)
	p.excuse = w.dials.blind(c)
	return p
}

// deaf says that the step cannot read because we take nothing: nothing would come, whatever
// the peer is like.
func (w *watch) deaf() *problem {
	for _, name := range w.reading.Connections() {
		if c := w.desk.find(name); c != nil && c.Held() {
			p := w.broken(errors.New("nothing can come, since reading is off on this connection"))
			p.diagnostic.Pos = w.pos
			p.diagnostic.Details = []diag.Detail{{Label: "on", Text: name}}
			return p
		}
	}
	return nil
}

// mute fails an `absent` on a connection on which nothing can come any more. It would pass
// whatever the peer is like.
func (w *watch) mute() *problem {
	if w.mode != spec.MustNotBe {
		return nil
	}
	for _, name := range w.reading.Connections() {
		c := w.desk.find(name)
		_, p := w.open(name)
		switch {
		case p == nil || c != nil && c.ReadyState() == "connecting":
		case c != nil && w.kinds == "close": // it can be asked that no second end comes
		case w.unreadEnd(name):
		default:
			return p
		}
	}
	return nil
}

// unreadEnd reports whether the end of a connection is there to be read, and to end the
// waiting.
func (w *watch) unreadEnd(name string) bool {
	return slices.ContainsFunc(w.desk.waiting(), func(ev trace.Event) bool {
		return ev.Connection == name && (ev.Kind() == "close" || ev.Kind() == "error" && (w.reading.Wants(ev) || !w.allowed(ev)))
	})
}

// over gives the connections of the step that have ended.
func (w *watch) over() []*session.Conn {
	var out []*session.Conn
	for _, name := range w.reading.Connections() {
		if c := w.desk.find(name); c != nil && isClosed(c.Ended()) {
			out = append(out, c)
		}
	}
	return out
}

// allOver reports whether nothing more can come on the connections of the step.
func (w *watch) allOver() bool {
	names := w.reading.Connections()
	return len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool {
		c := w.desk.find(name)
		return c != nil && !isClosed(c.Ended())
	})
}

// hollow fails a `nothing` that came true although nothing could come, as mute fails an
// `absent`: all of its connections had ended before.
func (w *watch) hollow() *problem {
	if w.mode == spec.MustNotBe {
		return nil
	}
	var first *problem
	for _, name := range w.reading.Connections() {
		if c := w.desk.find(name); c != nil && (w.kinds == "close" || !slices.Contains(w.gone, c)) {
			return nil
		}
		if first == nil {
			_, first = w.open(name)
		}
	}
	return first
}

// cutShort fails an `absent` or `nothing` whose connection ended before the deadline. That is
// asked only if the close did not end the waiting itself, since a listener took it or the
// scenario allows the error.
func (w *watch) cutShort(deadline time.Duration) *problem {
	for _, name := range w.reading.Connections() {
		c := w.desk.find(name)
		if c == nil || w.kinds == "close" || slices.Contains(w.gone, c) {
			continue
		}
		end, ok := w.desk.endOf(c)
		last := ok && (end.Kind() == "close" || c.Err() != nil && w.kinds != "error") // nothing can come after it
		if last && end.At <= deadline {
			return w.ended(end, w.details())
		}
	}
	return nil
}

// settled says which connections of the step were open, and which had ended with all of
// their events in the log.
func (w *watch) settled() map[*session.Conn]string {
	out := map[*session.Conn]string{}
	for _, name := range w.reading.Connections() {
		if c := w.desk.find(name); c != nil && c.ReadyState() == "open" {
			out[c] = "open"
		}
	}
	for _, c := range w.over() {
		out[c] = "ended"
	}
	return out
}

// futile fails a step as soon as what it waits for cannot come any more. settled is how its
// connections stood before it looked at what had come.
func (w *watch) futile(settled map[*session.Conn]string) *problem {
	var why string
	var on *session.Conn
	mistake := false // of the scenario, whatever its peers do
	if !w.reading.Impossible(func(it spec.Item) bool {
		c := w.desk.find(it.On)
		reason := w.never(it, c, settled[c])
		if reason != "" && why == "" {
			why, on, mistake = reason, c, c == nil || c.Line().HalfOpen() || it.Pattern.Kind == "open" && settled[c] == "open"
		}
		return reason != ""
	}) {
		return nil
	}
	details := w.details()
	if on != nil {
		details = append(details, w.ending(on)...)
	}
	p := w.unmet(w.pos, fmt.Sprintf("no %s can come: %s", assertions.Noun(w.kinds), why), details...)
	p.excuse = w.dials.blind(on)
	if mistake {
		p.verdict = trace.Errored
	}
	return p
}

// never says why an event cannot come on a connection any more, or gives "". If other
// branches run, one of them may dial under the same name.
func (w *watch) never(it spec.Item, c *session.Conn, state string) string {
	switch {
	case it.Pattern.OnEndpoint():
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
	case c.Line().HalfOpen():
		return fmt.Sprintf("the line of connection %q is half-open", it.On)
	case it.Pattern.Kind == "open" && !w.unreadOpen(c):
		return fmt.Sprintf("connection %q is open, and its open event was read", it.On)
	case assertions.OfDialling(it.Pattern):
		return fmt.Sprintf("connection %q is open", it.On)
	}
	return ""
}

// unreadOpen reports whether the open event of a connection is still to be read.
func (w *watch) unreadOpen(c *session.Conn) bool {
	return slices.ContainsFunc(w.desk.waitingOn(c), func(ev trace.Event) bool { return ev.Kind() == "open" })
}

// seen makes the label of an event that was read by a pattern.
func (w *watch) seen(ev trace.Event, by *spec.Pattern) label {
	l := eventLabel{event: ev, message: by.Message()}
	index := -1
	switch d := ev.Detail.(type) {
	case *trace.MediaStarted:
		index = d.Stream
	case *trace.MediaEnded:
		index = d.Stream
	}
	if c := w.desk.find(ev.Connection); c != nil && index >= 0 {
		l.live = func() trace.Stream { return c.Streams()[index] }
	}
	return l
}
