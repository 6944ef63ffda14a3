package session

import (
	"sync"
	"time"

	"github.com/duologue/duologue/internal/memory"
	"github.com/duologue/duologue/trace"
)

// Log holds the events of the connections of one scenario, in the order in which they
// were read or written, until they are taken out.
type Log struct {
	start   time.Time
	account *memory.Account

	mu      sync.Mutex         // guards what follows
	events  []trace.Event      // that were not taken out yet
	count   int                // of all events
	changed chan struct{}      // closed when there are more events
	watched bool               // changed has been handed out
	pings   map[string]*ending // of the connections that sent a last Ping, by its payload
}

// NewLog returns an empty log whose offsets count from start. The account counts the
// memory of the events in it. It may be nil.
func NewLog(start time.Time, account *memory.Account) *Log {
	return &Log{start: start, account: account, changed: make(chan struct{}), pings: map[string]*ending{}}
}

// Offset returns a time as an offset from the log's start.
func (l *Log) Offset(t time.Time) time.Duration { return t.Sub(l.start) }

// Time returns the time of an offset.
func (l *Log) Time(offset time.Duration) time.Time { return l.start.Add(offset) }

// Append adds an event of a connection, and wakes whoever waits for more.
func (l *Log) Append(connection string, sent bool, at time.Duration, d trace.Detail) trace.Event {
	return l.add(trace.Event{At: at, Connection: connection, Sent: sent, Detail: d}, func() {})
}

// Add adds an event that belongs to no connection, and wakes whoever waits for more.
func (l *Log) Add(ev trace.Event) trace.Event { return l.add(ev, func() {}) }

// add gives an event its number and adds it. It calls change under the lock, so that
// whoever sees the event also sees the change, and the other way round. If the
// scenario has to end because it holds too much, add keeps only what we sent and the
// events that say what became of a connection.
func (l *Log) add(ev trace.Event, change func()) trace.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
	ev.Seq = l.count
	l.count++
	if l.account.Over() && !ev.Sent && !ev.Decides() {
		return ev
	}
	l.account.Hold(ev.Weight())
	l.events = append(l.events, ev)
	if l.watched {
		close(l.changed)
		l.changed, l.watched = make(chan struct{}), false
	}
	return ev
}

// Take returns the events that were not taken out yet, and a channel that is closed
// when there are more. The account no longer counts these events, so the caller has
// to. The log puts the next events into room, which the caller must not use any more.
func (l *Log) Take(room []trace.Event) ([]trace.Event, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	events := l.events
	l.events, l.watched = room[:0], true
	weight := 0
	for _, ev := range events {
		weight += ev.Weight()
	}
	l.account.Hold(-weight)
	return events, l.changed
}

// Len is the number of all events so far, taken out or not.
func (l *Log) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count
}

// counts adds octets of a message that is still coming to the account. It reports
// whether they may be kept, see [wire.Conn.Count].
func (l *Log) counts(octets int) bool {
	l.account.Hold(octets)
	return !l.account.Over()
}

// lastPing notes that a connection with this end sends its last Ping with this
// payload.
func (l *Log) lastPing(payload []byte, e *ending) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pings[string(payload)] = e
}

// lastPingOf returns the end of the connection whose last Ping has this payload,
// or nil if there is none.
func (l *Log) lastPingOf(payload []byte) *ending {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pings[string(payload)]
}
