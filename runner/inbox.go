package runner

import (
	"fmt"
	"slices"

	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
)

// What an inbox may hold unread before the scenario ends in an error. Nothing
// is ever dropped to stay below.
const (
	maxUnread       = 100_000
	maxUnreadOctets = 64 << 20
)

// inbox holds the events of a scenario that no step has read. Nothing is ever
// lost: an event stays here until a step reads it or the scenario ends.
type inbox struct {
	log    *session.Log
	seen   int           // events of the log that were looked at
	events []trace.Event // unread, in the order in which they came
	octets int           // of unread messages and frames
	left   []trace.Event // unread, of connections whose name another has now
	excess string        // a limit of a connection that its peer went beyond
}

// pull takes over what the log has more, except what claim takes, and gives a
// channel that is closed when there is more yet.
func (b *inbox) pull(claim func(trace.Event) bool) <-chan struct{} {
	events, changed := b.log.From(b.seen)
	b.seen += len(events)
	for _, ev := range events {
		if e, ok := ev.Detail.(*trace.Error); ok && e.Problem == "limit" {
			b.excess = e.Text
		}
		if ev.Sent || claim(ev) {
			continue
		}
		b.events = append(b.events, ev)
		b.octets += weight(ev)
	}
	return changed
}

// take marks an event as read.
func (b *inbox) take(ev trace.Event) {
	i := slices.IndexFunc(b.events, func(o trace.Event) bool { return o.Seq == ev.Seq })
	if i < 0 {
		return
	}
	b.events = slices.Delete(b.events, i, i+1)
	b.octets -= weight(ev)
}

// since gives the unread events from a sequence number on.
func (b *inbox) since(seq int) []trace.Event {
	i, _ := slices.BinarySearchFunc(b.events, seq, func(ev trace.Event, seq int) int { return ev.Seq - seq })
	return b.events[i:]
}

// unread gives all that no step has read, in the order in which it came.
func (b *inbox) unread() []trace.Event {
	all := slices.Concat(b.left, b.events)
	slices.SortFunc(all, func(x, y trace.Event) int { return x.Seq - y.Seq })
	return all
}

// retire puts aside what is unread of a connection that has ended, before
// another takes its name: no step reads it any more.
func (b *inbox) retire(connection string) {
	b.events = slices.DeleteFunc(b.events, func(ev trace.Event) bool {
		if ev.Connection == connection {
			b.left = append(b.left, ev)
			return true
		}
		return false
	})
}

// overflow says which limit the unread events exceed, or "".
func (b *inbox) overflow() string {
	switch {
	case b.excess != "":
		return b.excess
	case len(b.events)+len(b.left) > maxUnread:
		return fmt.Sprintf("more than %d events are unread", maxUnread)
	case b.octets > maxUnreadOctets:
		return fmt.Sprintf("unread messages hold more than %d MiB", maxUnreadOctets>>20)
	}
	return ""
}

func weight(ev trace.Event) int {
	switch d := ev.Detail.(type) {
	case *trace.Message:
		return len(d.Data)
	case *trace.Frame:
		return len(d.Data)
	}
	return 0
}
