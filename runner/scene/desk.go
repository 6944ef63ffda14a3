package scene

import (
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/memory"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
)

// desk is where a scenario takes in what happens: it knows the connections, what came on
// them, and the listeners that take some of it.
//
// The order of its locks is claims, mu. Whoever holds mu takes no other lock of the scene but
// that of own.
type desk struct {
	log     *session.Log
	account *memory.Account

	claims sync.Mutex // held while listeners are given events

	mu        sync.Mutex // guards what follows
	inbox     inbox
	conns     []*session.Conn
	dialled   map[*session.Conn]diag.Pos // the place of the step that made the connection
	listeners []listening
	answers   []answer // what listeners have yet to say
	slow      *slowListener
	told      bool // that the scenario holds too much
}

func newDesk(start time.Time, account *memory.Account, past history) *desk {
	past.account = account
	log := session.NewLog(start, account)
	return &desk{log: log, account: account, dialled: map[*session.Conn]diag.Pos{},
		inbox: inbox{log: log, account: account, wants: past.wants, past: past, partly: map[int]int{}}}
}

// now is the time as an offset from the start of the run.
func (d *desk) now() time.Duration { return d.log.Offset(time.Now()) }

// find gives the newest connection of a name, or nil.
func (d *desk) find(name string) *session.Conn {
	return d.newest(func(c *session.Conn) bool { return c.Name() == name })
}

// connOf finds the connection of an event, or gives nil. Names are used again, so it is
// the newest connection of that name that was dialled before the event.
func (d *desk) connOf(ev trace.Event) *session.Conn {
	return d.newest(func(c *session.Conn) bool { return c.Name() == ev.Connection && c.First() <= ev.Seq })
}

// unopened gives a connection that is still connecting, or nil.
func (d *desk) unopened() *session.Conn {
	return d.newest(func(c *session.Conn) bool { return c.ReadyState() == "connecting" })
}

func (d *desk) newest(is func(*session.Conn) bool) *session.Conn {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range slices.Backward(d.conns) {
		if is(c) {
			return c
		}
	}
	return nil
}

// connections gives all connections in the order in which they were made.
func (d *desk) connections() []*session.Conn {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.conns)
}

// madeAt gives the place of the step that made a connection.
func (d *desk) madeAt(c *session.Conn) diag.Pos {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dialled[c]
}

// enter makes a connection one of the scenario, by begin. Nobody can look at events
// meanwhile: the first may be there before begin has returned, and a listener must know
// the connection on which it is to answer.
func (d *desk) enter(name string, step diag.Pos, begin func() (*session.Conn, error)) (*session.Conn, error) {
	d.claims.Lock()
	defer d.claims.Unlock()
	d.pullHeld()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inbox.retire(name)
	c, err := begin()
	if err != nil {
		return nil, err
	}
	d.conns = append(d.conns, c)
	d.dialled[c] = step
	return c, nil
}

// take marks events as read.
func (d *desk) take(events ...trace.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, ev := range events {
		d.inbox.take(ev)
	}
}

// takeOpen reads the open event of a connection.
func (d *desk) takeOpen(c *session.Conn) {
	d.pull()
	for _, ev := range d.waitingOn(c) {
		if ev.Kind() == "open" {
			d.take(ev)
		}
	}
}

// waiting gives the unread events of connections that still have their names.
func (d *desk) waiting() []trace.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.inbox.waiting()
}

// waitingOn gives those of one connection.
func (d *desk) waitingOn(c *session.Conn) []trace.Event {
	return slices.DeleteFunc(d.waiting(), func(ev trace.Event) bool { return d.connOf(ev) != c })
}

// next gives some of these events, the first of which has a number or a greater one.
func (d *desk) next(from, most int) []trace.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	return first(d.inbox.from(from), most)
}

func first(events iter.Seq[trace.Event], most int) []trace.Event {
	var out []trace.Event
	for ev := range events {
		if out = append(out, ev); len(out) == most {
			break
		}
	}
	return out
}

// unread gives all events that no step has read, in the order in which they came.
func (d *desk) unread() []trace.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.inbox.unread()
}

// past gives what has happened on the connections of a name, as far as somebody may look
// back at it. A listener may ask for that while it is held against an event.
func (d *desk) past(name string) []trace.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inbox.receive()
	return d.inbox.past.of(name)
}

// everything gives all that is known of the past.
func (d *desk) everything() []trace.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.inbox.past.events)
}

// recent gives the last events of some connections before an event, and those over plain
// HTTP.
func (d *desk) recent(before int, connections ...string) []trace.Event {
	d.pull()
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []trace.Event
	for _, name := range connections {
		out = append(out, d.inbox.recent(name, before)...)
	}
	if !slices.Contains(connections, "") {
		isOther := func(ev trace.Event) bool { return !ev.Plain() }
		out = append(out, slices.DeleteFunc(d.inbox.recent("", before), isOther)...)
	}
	slices.SortFunc(out, func(a, b trace.Event) int { return a.Seq - b.Seq })
	return out
}

// endOf gives the event by which a connection ended, read or not, if it has ended.
func (d *desk) endOf(c *session.Conn) (trace.Event, bool) {
	if !isClosed(c.Ended()) {
		return trace.Event{}, false
	}
	for _, ev := range slices.Backward(d.past(c.Name())) {
		if d.connOf(ev) == c && (ev.Kind() == "close" && !ev.Sent || ev.Kind() == "error") {
			return ev, true
		}
	}
	return trace.Event{}, false
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// overflows reports, once, that the scenario holds too much.
func (d *desk) overflows() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.told || !d.account.Over() {
		return false
	}
	d.told = true
	return true
}

// held is what a scenario holds, in octets.
type held struct {
	events  int    // how many are unread
	loudest string // the connection of which most is unread
	past    int
	total   int
}

// empty lets go of all that the desk holds and tells how much it was.
func (d *desk) empty() held {
	d.claims.Lock() // nothing is on its way to the inbox then
	defer d.claims.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	h := held{d.inbox.count, d.inbox.loudest(), d.inbox.past.held, d.account.Held()}
	d.inbox.empty()
	return h
}

// owed finds something that we owed a peer and that left in a standstill or right after it.
func (d *desk) owed(stills []lateness.Window) (debt, lateness.Window, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.inbox.past.owed(stills)
}
