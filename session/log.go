package session

import (
	"sync"
	"time"

	"github.com/duologue/duologue/internal/memory"
	"github.com/duologue/duologue/trace"
)

// Log is what happens on the connections of one scenario, in the order in which
// it was read or written, until somebody takes it.
type Log struct {
	start   time.Time
	account *memory.Account

	mu      sync.Mutex
	events  []trace.Event // that nobody has taken
	count   int           // of all events
	changed chan struct{}
	watched bool               // somebody has been given changed
	pings   map[string]*ending // of the connections that sent a last Ping, by its payload
}

// NewLog gives an empty log whose offsets count from start. What waits in it is
// held by the account, if there is one.
func NewLog(start time.Time, account *memory.Account) *Log {
	return &Log{start: start, account: account, changed: make(chan struct{}), pings: map[string]*ending{}}
}

// Offset gives a time as an offset from the log's start.
func (l *Log) Offset(t time.Time) time.Duration { return t.Sub(l.start) }

// Time gives the time of an offset.
func (l *Log) Time(offset time.Duration) time.Time { return l.start.Add(offset) }

// Append adds an event and wakes whoever waits.
func (l *Log) Append(connection string, sent bool, at time.Duration, d trace.Detail) trace.Event {
	return l.add(trace.Event{At: at, Connection: connection, Sent: sent, Detail: d}, func() {})
}

// Add adds an event that belongs to no connection.
func (l *Log) Add(ev trace.Event) trace.Event { return l.add(ev, func() {}) }

// add gives an event its number and adds it. With it something may change:
// whoever sees one sees the other, too. Where the scenario holds too much and has
// to end, nothing more is taken in but how its connections end.
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

// Take hands over the events that nobody has taken, and gives a channel that is
// closed when there are more. Whoever takes them holds them from now on. The log
// goes on in the room that it is given for that.
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

// Len is the number of events so far.
func (l *Log) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count
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
