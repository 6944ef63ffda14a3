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
// lost: an event stays here until a step reads it or the scenario ends. Reading
// one takes the same time, however many there are.
type inbox struct {
	log    *session.Log
	seen   int           // events of the log that were looked at
	events []trace.Event // in the order in which they came; the first is unread
	read   []bool        // of each of them, whether a step has read it
	count  int           // of them that are unread
	octets int           // of unread messages and frames
	left   []trace.Event // unread, of connections whose name another has now
	excess string        // a limit of a connection that its peer went beyond
}

// pull takes over what the log has more, except what claim takes, and gives a
// channel that is closed when there is more yet. What came after our end is for
// nobody to read.
func (b *inbox) pull(claim func(trace.Event) bool) <-chan struct{} {
	events, changed := b.log.From(b.seen)
	b.seen += len(events)
	for _, ev := range events {
		if ev.Sent || ev.AfterEnd {
			continue
		}
		if e, ok := ev.Detail.(*trace.Error); ok && e.Problem == "limit" {
			b.excess = e.Text
		}
		if !claim(ev) {
			b.add(ev)
		}
	}
	return changed
}

func (b *inbox) add(ev trace.Event) {
	b.events, b.read = append(b.events, ev), append(b.read, false)
	b.count++
	b.octets += weight(ev)
}

// take marks an event as read.
func (b *inbox) take(ev trace.Event) {
	i := b.find(ev.Seq)
	if i == len(b.events) || b.events[i].Seq != ev.Seq || b.read[i] {
		return
	}
	b.read[i] = true
	b.count--
	b.octets -= weight(ev)
	first := slices.Index(b.read, false)
	if first < 0 {
		first = len(b.read)
	}
	clear(b.events[:first]) // what they hold is not needed
	b.events, b.read = b.events[first:], b.read[first:]
}

// find gives the place of the first event with a sequence number or a later one.
func (b *inbox) find(seq int) int {
	i, _ := slices.BinarySearchFunc(b.events, seq, func(ev trace.Event, seq int) int { return ev.Seq - seq })
	return i
}

// next gives the first unread event from a sequence number on.
func (b *inbox) next(seq int) (trace.Event, bool) {
	for i := b.find(seq); i < len(b.events); i++ {
		if !b.read[i] {
			return b.events[i], true
		}
	}
	return trace.Event{}, false
}

// waiting gives the unread events of the connections that have their names still.
func (b *inbox) waiting() []trace.Event {
	out := make([]trace.Event, 0, b.count)
	for i, ev := range b.events {
		if !b.read[i] {
			out = append(out, ev)
		}
	}
	return out
}

// unread gives all that no step has read, in the order in which it came.
func (b *inbox) unread() []trace.Event {
	all := slices.Concat(b.left, b.waiting())
	slices.SortFunc(all, func(x, y trace.Event) int { return x.Seq - y.Seq })
	return all
}

// retire puts aside what is unread of a connection that has ended, before
// another takes its name: no step reads it any more.
func (b *inbox) retire(connection string) {
	all := b.waiting()
	b.events, b.read, b.count = nil, nil, 0
	for _, ev := range all {
		if ev.Connection == connection {
			b.left = append(b.left, ev)
			continue
		}
		b.octets -= weight(ev) // which add counts again
		b.add(ev)
	}
}

// overflow says which limit the unread events exceed, or "".
func (b *inbox) overflow() string {
	switch {
	case b.excess != "":
		return b.excess
	case b.count+len(b.left) > maxUnread:
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
