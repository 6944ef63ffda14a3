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
	left   []trace.Event  // unread, of connections whose name another has now
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

// unread gives all that no step has read, in the order in which it came.
func (b *inbox) unread() []trace.Event {
	b.pull()
	all := slices.Concat(b.left, b.events)
	slices.SortFunc(all, func(x, y trace.Event) int { return x.Seq - y.Seq })
	return all
}

// retire puts aside what is unread of a connection that has ended, before
// another takes its name: no step reads it any more.
func (b *inbox) retire(connection string) {
	b.pull()
	b.events = slices.DeleteFunc(b.events, func(ev trace.Event) bool {
		if ev.Connection == connection {
			b.left = append(b.left, ev)
			return true
		}
		return false
	})
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
