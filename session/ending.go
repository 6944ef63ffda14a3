package session

import (
	"sync/atomic"
	"time"
)

// ending separates what the peer did by itself from what our end of the scenario
// may have caused. TCP does not order what one side sends against what the other
// does. So we send a last Ping before all that we do to end. All that comes before
// its Pong was sent before our end: the Pong is sent as soon as is practical
// (RFC 6455 section 5.5.2), and TCP keeps the order of what one side sends.
type ending struct {
	begun atomic.Bool                   // what we send from now on is sent to end
	from  atomic.Pointer[time.Duration] // what comes from this offset on is put down to our end; nil: nothing is

	noPing bool          // no last Ping is sent
	pinged atomic.Int64  // the number of its event, counted from 1; 0: it was not sent yet
	ponged atomic.Bool   // its Pong has come
	inTime chan struct{} // closed once its Pong has come before the end began

	closedBefore bool // the peer's Close came before our end; only the reader uses it
}

func newEnding(noPing bool) *ending { return &ending{noPing: noPing, inTime: make(chan struct{})} }

// after reports whether what comes at an offset is put down to our end.
func (e *ending) after(at time.Duration) bool {
	from := e.from.Load()
	return from != nil && at >= *from
}

// startAt has all that comes from an offset on put down to our end. It reports
// false, and changes nothing, if an offset was set before.
func (e *ending) startAt(at time.Duration) bool { return e.from.CompareAndSwap(nil, &at) }

// begin says that our end begins now. What comes may already be put down to it
// from an earlier offset on.
func (e *ending) begin(now time.Duration) {
	e.begun.Store(true)
	e.startAt(now)
}

// pong notes that the Pong for our last Ping has come.
func (e *ending) pong(at time.Duration) {
	e.ponged.Store(true)
	if e.startAt(at) {
		close(e.inTime)
	}
}

// close notes that a Close of the peer has come.
func (e *ending) close(at time.Duration) {
	e.closedBefore = e.closedBefore || !e.after(at)
}

// unanswered reports whether our last Ping was sent before an event and its Pong
// has not come yet.
func (e *ending) unanswered(event int) bool {
	ping := int(e.pinged.Load())
	return ping > 0 && ping <= event && !e.ponged.Load()
}
