package runner

import (
	"slices"

	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
)

// inbox holds the events of a scenario that no step has read. Nothing is ever
// lost: an event stays here until a step reads it or the scenario ends.
type inbox struct {
	log    *session.Log
	seen   int            // events of the log that were looked at
	events []trace.Event  // unread, in the order in which they came
	cursor map[string]int // by connection: the last event read
}

func newInbox(log *session.Log) *inbox {
	return &inbox{log: log, cursor: map[string]int{}}
}

// pull takes over what the log has more, and gives a channel that is closed
// when there is more yet.
func (b *inbox) pull() <-chan struct{} {
	events, changed := b.log.From(b.seen)
	b.seen += len(events)
	for _, ev := range events {
		if !ev.Sent {
			b.events = append(b.events, ev)
		}
	}
	return changed
}

// unread gives all that no step has read.
func (b *inbox) unread() []trace.Event {
	b.pull()
	return b.events
}

// take marks an event as read and reports whether it came after the event that
// was read before it.
func (b *inbox) take(ev trace.Event) (inOrder bool) {
	i := slices.IndexFunc(b.events, func(o trace.Event) bool { return o.Seq == ev.Seq })
	b.events = slices.Delete(b.events, i, i+1)
	last, any := b.cursor[ev.Connection]
	b.cursor[ev.Connection] = max(last, ev.Seq)
	return !any || ev.Seq > last
}
