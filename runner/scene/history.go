package scene

import (
	"slices"
	"time"

	"github.com/duologue/duologue/internal/memory"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/trace"
)

// history is what has happened in a scenario, as far as somebody may look back at it.
type history struct {
	wants   *plan.Wants
	all     bool // every event may be shown
	account *memory.Account
	stills  func(since time.Duration) []lateness.Window // in which this process did nothing
	events  []trace.Event
	held    int // octets that they take; those that are kept and unread count as unread
	fresh   int // octets that were added since it was trimmed
	debts   []debt
}

// debt is something of ours that a peer may have waited for. Its event itself was let go
// of.
type debt struct {
	what  string
	at    time.Duration
	fixed bool // it left after a standstill
}

const (
	// trimAfter is how many octets may come before the history is trimmed.
	trimAfter = 128 << 10
	// recentLines is how many lines of a connection the report of a problem may show.
	recentLines = 16
	// settled is the age at which it is known whether something left after a standstill.
	settled = time.Second
)

// add takes an event. It keeps the event in brief if only reports of problems need it.
func (h *history) add(ev trace.Event, waits bool) {
	switch {
	case !h.keeps(ev):
		ev = ev.Brief()
		h.fresh += ev.Weight()
		h.hold(ev.Weight())
	case !waits:
		h.hold(ev.Weight())
	}
	h.events = append(h.events, ev)
}

func (h *history) hold(octets int) {
	h.held += octets
	h.account.Hold(octets)
}

// read says that an event has been read. A kept event is held still.
func (h *history) read(ev trace.Event) {
	if h.keeps(ev) {
		h.held += ev.Weight()
		return
	}
	h.account.Hold(-ev.Weight())
}

// credit notes that a listener took or sent an event.
func (h *history) credit(seq int, listener string) {
	if i, ok := h.find(seq); ok {
		h.events[i].Listener = listener
	}
}

// find gives the index of an event, and whether it is still there.
func (h *history) find(seq int) (int, bool) {
	return slices.BinarySearchFunc(h.events, seq, func(ev trace.Event, seq int) int { return ev.Seq - seq })
}

// has reports whether an event is still there.
func (h *history) has(seq int) bool {
	_, ok := h.find(seq)
	return ok
}

// of gives the events of a connection that are still there.
func (h *history) of(connection string) []trace.Event {
	return slices.DeleteFunc(slices.Clone(h.events), func(ev trace.Event) bool { return ev.Connection != connection })
}

// keeps reports whether something may look back at an event, read or not.
func (h *history) keeps(ev trace.Event) bool { return h.all || h.wants.Keeps(ev) }

// trim lets go of events that nobody can ask for any more, once they have become many.
func (h *history) trim() {
	if h.fresh < trimAfter {
		return
	}
	h.fresh = 0
	shown := h.shown()
	kept := h.events[:0]
	for i, ev := range h.events {
		if shown[i] || h.keeps(ev) {
			kept = append(kept, ev)
			continue
		}
		h.hold(-ev.Weight())
		if what := debtOf(ev); what != "" {
			h.debts = append(h.debts, debt{what: what, at: ev.At})
		}
	}
	clear(h.events[len(kept):])
	h.events = kept
	h.settleDebts()
}

// shown says of each event whether it is among the last lines of its connection.
func (h *history) shown() []bool { return shownOf(h.events) }

// shownOf says so of any events. Chunks of media that follow one another are one line. So
// is what listeners took and sent; its first and last event are shown.
func shownOf(events []trace.Event) []bool {
	out := make([]bool, len(events))
	type line struct {
		count  int
		last   trace.Event
		middle int // the event before in the same chatter, unless that is its last; else -1
	}
	lines := map[string]line{}
	for i, ev := range slices.Backward(events) {
		l, seen := lines[ev.Connection]
		switch {
		case !seen || !trace.SameLine(ev, l.last):
			l.count, l.middle = l.count+1, -1
		case trace.SameChatter(ev, l.last):
			if l.middle >= 0 {
				out[l.middle] = false
			}
			l.middle = i
		}
		l.last = ev
		lines[ev.Connection] = l
		out[i] = l.count <= recentLines
	}
	return out
}

// settleDebts lets go of debts that left when nothing stood still.
func (h *history) settleDebts() {
	if len(h.debts) == 0 {
		return
	}
	newest := h.debts[len(h.debts)-1].at
	i := slices.IndexFunc(h.debts, func(d debt) bool { return !d.fixed })
	if i < 0 {
		return
	}
	stills := h.stills(h.debts[i].at - settled)
	h.debts = slices.DeleteFunc(h.debts, func(d debt) bool {
		return !d.fixed && d.at < newest-settled && !slices.ContainsFunc(stills, d.follows)
	})
	for i := range h.debts {
		h.debts[i].fixed = h.debts[i].fixed || h.debts[i].at < newest-settled
	}
}

// follows reports whether something left in a standstill or right after it. A standstill
// delays what is due while it lasts. What leaves later was not due yet.
func (d debt) follows(still lateness.Window) bool {
	return d.at >= still.From && d.at <= still.To+10*lateness.Beat
}

// owed finds something that a peer may have waited for and that left in a standstill or
// right after it.
func (h *history) owed(stills []lateness.Window) (debt, lateness.Window, bool) {
	debts := slices.Clone(h.debts)
	for _, ev := range h.events {
		if what := debtOf(ev); what != "" {
			debts = append(debts, debt{what: what, at: ev.At})
		}
	}
	slices.SortStableFunc(debts, func(x, y debt) int { return int(x.at - y.at) })
	for _, still := range stills {
		if i := slices.IndexFunc(debts, func(d debt) bool { return d.follows(still) }); i >= 0 {
			return debts[i], still, true
		}
	}
	return debt{}, lateness.Window{}, false
}

// debtOf says what of ours a peer may have waited for, or gives "". Nobody waits for our
// end.
func debtOf(ev trace.Event) string {
	switch {
	case ev.AfterEnd, ev.Kind() == "network":
		return ""
	case ev.Kind() == "ping" && !ev.Sent:
		return "our Pong to the ping"
	case ev.Sent:
		return "our " + ev.Kind()
	}
	return ""
}

// forget lets go of everything except the last lines, in brief, and of how connections
// began and ended.
func (h *history) forget() {
	h.account.Hold(-h.held)
	shown := h.shown()
	var kept []trace.Event
	for i, ev := range h.events {
		if shown[i] || ev.Kind() == "open" || ev.Kind() == "close" {
			kept = append(kept, ev.Brief())
		}
	}
	h.events, h.held, h.fresh = kept, 0, 0
}
