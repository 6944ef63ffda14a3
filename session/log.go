package session

import (
	"sync"
	"time"

	"github.com/duologue/duologue/trace"
)

// Log is everything that happened on the connections of one scenario, in the
// order in which it was read or written. Events are only ever appended.
type Log struct {
	start   time.Time
	mu      sync.Mutex
	events  []trace.Event
	changed chan struct{}
	pings   map[string]*Conn // who sent the last Ping with this payload, see [Conn.HearOut]
}

// NewLog gives an empty log whose offsets count from start.
func NewLog(start time.Time) *Log {
	return &Log{start: start, changed: make(chan struct{}), pings: map[string]*Conn{}}
}

// Offset gives a time as an offset from the log's start.
func (l *Log) Offset(t time.Time) time.Duration { return t.Sub(l.start) }

// Time gives the time of an offset.
func (l *Log) Time(offset time.Duration) time.Time { return l.start.Add(offset) }

// Append adds an event and wakes whoever waits.
func (l *Log) Append(connection string, sent bool, at time.Duration, d trace.Detail) trace.Event {
	return l.add(trace.Event{At: at, Connection: connection, Sent: sent, Detail: d}, func() {})
}

// add gives an event its number and adds it. With it something may change:
// whoever sees one sees the other, too.
func (l *Log) add(ev trace.Event, change func()) trace.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
	ev.Seq = len(l.events)
	l.events = append(l.events, ev)
	close(l.changed)
	l.changed = make(chan struct{})
	return ev
}

// From gives the events from number n on, and a channel that is closed when
// there are more. The slice must not be changed.
func (l *Log) From(n int) ([]trace.Event, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.events[n:len(l.events):len(l.events)], l.changed
}

// Len is the number of events so far.
func (l *Log) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.events)
}

// lastPing notes that a connection sends its last Ping with this payload.
func (l *Log) lastPing(payload []byte, c *Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pings[string(payload)] = c
}

// lastPingOf gives the connection whose last Ping has this payload, or nil.
func (l *Log) lastPingOf(payload []byte) *Conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pings[string(payload)]
}
