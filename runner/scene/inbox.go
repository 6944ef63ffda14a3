package scene

import (
	"cmp"
	"iter"
	"slices"

	"github.com/duologue/duologue/internal/memory"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
)

// inbox holds the events of a scenario that no step has read. No event is lost: it stays
// here until a step reads it or the scenario ends. Reading one takes the same time,
// however many there are.
type inbox struct {
	log     *session.Log
	account *memory.Account
	wants   *plan.Wants
	past    history
	pending []trace.Event // that listeners have not had
	boxes   []*box        // in the order in which their letters came
	count   int           // of letters that are unread
	held    int           // octets that these take
	partly  map[int]int   // octets of unread messages that were read as a stream, by the number of the event
	room    []trace.Event
}

// box holds letters that came one after the other. A further letter never moves those
// before it.
type box struct {
	letters []letter
	unread  int
}

// perBox is how many letters a box holds.
const perBox = 256

// letter is an event and what became of it.
type letter struct {
	trace.Event
	state state
}

type state byte

const (
	unread state = iota
	left         // unread, of a connection whose name another has now: no step reads it any more
	read         // of it only the number is kept
)

// receive takes over the new events of the log, and gives a channel that is closed when
// there are more. It leaves out events that came after our end and events that no step can
// ask for. The others are pending until listeners have looked at them.
func (b *inbox) receive() <-chan struct{} {
	events, changed := b.log.Take(b.room)
	for _, ev := range events {
		ev = b.legible(ev)
		waits := !ev.Sent && !ev.AfterEnd && b.wants.Reads(ev)
		if waits {
			b.pending = append(b.pending, ev)
			b.hold(ev.Weight())
		}
		b.past.add(ev, waits)
	}
	clear(events)
	b.room = events
	b.past.trim()
	return changed
}

// legible gives an event that says what its octets hold, if the scenario knows how to read them.
func (b *inbox) legible(ev trace.Event) trace.Event {
	m, ok := ev.Detail.(*trace.Message)
	if !ok || !m.Binary {
		return ev
	}
	if holds := b.wants.Holds(ev.Sent, m.Data); holds != "" {
		read := *m
		read.Holds = holds
		ev.Detail = &read
	}
	return ev
}

func (b *inbox) hold(octets int) {
	b.held += octets
	b.account.Hold(octets)
}

// add takes a pending event that no listener took.
func (b *inbox) add(ev trace.Event) {
	last := len(b.boxes) - 1
	if last < 0 || len(b.boxes[last].letters) == perBox {
		b.boxes = append(b.boxes, &box{})
		last++
	}
	b.boxes[last].letters = append(b.boxes[last].letters, letter{Event: ev})
	b.boxes[last].unread++
	b.count++
}

// taken lets go of a pending event that a listener took.
func (b *inbox) taken(ev trace.Event, listener string) {
	b.held -= ev.Weight()
	b.past.read(ev)
	b.past.credit(ev.Seq, listener)
}

// take marks an event as read.
func (b *inbox) take(ev trace.Event) {
	if p, ok := ev.Detail.(*trace.Piece); ok {
		b.takePiece(ev.Seq, p)
		return
	}
	k := b.find(ev.Seq)
	if k == len(b.boxes) {
		return
	}
	box := b.boxes[k]
	i := box.find(ev.Seq)
	if box.letters[i].Seq != ev.Seq || box.letters[i].state == read {
		return
	}
	box.letters[i] = letter{Event: trace.Event{Seq: ev.Seq}, state: read}
	if box.unread--; box.unread == 0 {
		b.boxes = slices.Delete(b.boxes, k, k+1)
	}
	b.count--
	b.held -= ev.Weight()
	delete(b.partly, ev.Seq)
	b.past.read(ev)
}

// takePiece notes how much was read of the message in which a piece of a stream ends.
func (b *inbox) takePiece(message int, p *trace.Piece) {
	if p.Begun > 0 {
		b.partly[message] = p.Begun
	}
}

// find gives the index of the first box that has an event of this number or a later one.
func (b *inbox) find(seq int) int {
	k, _ := slices.BinarySearchFunc(b.boxes, seq, func(x *box, seq int) int { return x.letters[len(x.letters)-1].Seq - seq })
	return k
}

// find is the same for the letters of a box.
func (x *box) find(seq int) int {
	i, _ := slices.BinarySearchFunc(x.letters, seq, func(l letter, seq int) int { return l.Seq - seq })
	return i
}

// from gives the unread events from a number on, of connections that still have their
// names.
func (b *inbox) from(seq int) iter.Seq[trace.Event] {
	return func(yield func(trace.Event) bool) {
		for _, x := range b.boxes[b.find(seq):] {
			for _, l := range x.letters[x.find(seq):] {
				if l.state == unread && !yield(l.Event) {
					return
				}
			}
		}
	}
}

// waiting gives all of these events.
func (b *inbox) waiting() []trace.Event { return slices.Collect(b.from(0)) }

// unread gives all events that no step has read, in the order in which they came.
func (b *inbox) unread() []trace.Event {
	out := make([]trace.Event, 0, b.count)
	for _, x := range b.boxes {
		for _, l := range x.letters {
			if l.state != read {
				out = append(out, l.Event)
			}
		}
	}
	return out
}

// retire puts aside the unread events of a connection that has ended, before another one
// takes its name.
func (b *inbox) retire(connection string) {
	for _, x := range b.boxes {
		for i := range x.letters {
			if l := &x.letters[i]; l.Connection == connection && l.state == unread {
				l.state = left
			}
		}
	}
}

// empty lets go of everything except the last events.
func (b *inbox) empty() {
	b.account.Hold(-b.held)
	b.pending, b.boxes, b.count, b.held, b.partly = nil, nil, 0, 0, map[int]int{}
	b.past.forget()
}

// recent gives the last events of a connection before one with a sequence number.
func (b *inbox) recent(connection string, before int) []trace.Event {
	out := slices.DeleteFunc(b.past.of(connection), func(ev trace.Event) bool { return ev.Seq >= before })
	found := 0
	for ev := range b.backward(before) {
		if ev.Connection != connection {
			continue
		}
		if found++; found > recentLines {
			break
		}
		if !b.past.has(ev.Seq) {
			out = append(out, ev)
		}
	}
	slices.SortFunc(out, func(x, y trace.Event) int { return x.Seq - y.Seq })
	shown, kept := shownOf(out), out[:0]
	for i, ev := range out {
		if shown[i] {
			kept = append(kept, ev)
		}
	}
	return kept
}

// backward gives the unread events before an event, the last one first.
func (b *inbox) backward(before int) iter.Seq[trace.Event] {
	return func(yield func(trace.Event) bool) {
		for k := min(b.find(before), len(b.boxes)-1); k >= 0; k-- {
			for _, l := range slices.Backward(b.boxes[k].letters) {
				if l.state != read && l.Seq < before && !yield(l.Event) {
					return
				}
			}
		}
	}
}

// loudest names the connection of which most is unread, or gives "".
func (b *inbox) loudest() string {
	weights := map[string]int{}
	for _, ev := range b.unread() {
		weights[ev.Connection] += ev.Weight()
	}
	var names []string
	for name := range weights {
		names = append(names, name)
	}
	slices.SortFunc(names, func(x, y string) int {
		return cmp.Or(weights[y]-weights[x], cmp.Compare(x, y))
	})
	if len(names) == 0 {
		return ""
	}
	return names[0]
}
