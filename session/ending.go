package session

import (
	"context"
	"crypto/rand"
	"sync/atomic"
	"time"

	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// ending tells what the peer said by itself from what our end of the scenario
// may have made it say. TCP cannot: so a last Ping goes before everything that we
// do to end. What comes before its Pong was said before: RFC 6455 section 5.5.2
// has it sent as soon as is practical, and TCP keeps the order.
type ending struct {
	from   atomic.Pointer[time.Duration] // what comes from then on is put down to our end; nil while there is none
	begun  atomic.Bool                   // what we do is done to end
	noPing bool
	heard  chan struct{} // closed once the Pong has come, in time
	pinged atomic.Int64  // the number of the event of our last Ping, from 1; 0 while there is none
	ponged atomic.Bool   // it has had its Pong, in time or not
	left   bool          // the peer's Close came before; only the reader touches it
}

func newEnding(noPing bool) ending { return ending{noPing: noPing, heard: make(chan struct{})} }

// after reports whether what comes at an offset is put down to our end.
func (c *Conn) after(at time.Duration) bool {
	from := c.ending.from.Load()
	return from != nil && at >= *from
}

// endsAt puts down to our end what comes from an offset on, unless that was done
// before; it reports whether it was not.
func (c *Conn) endsAt(at time.Duration) bool { return c.ending.from.CompareAndSwap(nil, &at) }

// BeginEnd says that what we do from now on is done to end, and what comes is put
// down to that.
func (c *Conn) BeginEnd() {
	c.ending.begun.Store(true)
	c.endsAt(c.now())
}

// tell logs an event of the connection.
func (c *Conn) tell(ev trace.Event) trace.Event { return c.tellWith(func() {}, ev) }

// tellWith is tell with something that changes together with the log.
func (c *Conn) tellWith(change func(), ev trace.Event) trace.Event {
	ev.Connection = c.name
	return c.log.add(ev, change)
}

// did logs what we are about to do.
func (c *Conn) did(d trace.Detail) trace.Event {
	return c.tell(trace.Event{At: c.now(), Sent: true, AfterEnd: c.ending.begun.Load(), Detail: d})
}

// came logs what came on a connection that opened.
func (c *Conn) came(at time.Duration, d trace.Detail) {
	c.tell(trace.Event{At: at, AfterEnd: c.after(at), Detail: d})
}

// notOpened logs why no connection came about. That is never put down to our end,
// unless it was we who gave up. Trouble of ours is an event of ours.
func (c *Conn) notOpened(e *trace.Error) {
	at := c.now()
	c.tellWith(func() { close(c.link.ended); close(c.link.opened) },
		trace.Event{At: at, Sent: e.Ours(), AfterEnd: e.Problem == trace.Abandoned && c.after(at), Detail: e})
}

// pinged logs a Ping. Where both ends are ours it may be the last one of the
// other.
func (c *Conn) pinged(at time.Duration, d *trace.Ping) {
	c.tell(trace.Event{At: at, AfterEnd: c.after(at) || c.log.lastPingOf(d.Data) != nil, Detail: d})
}

// ponged logs a Pong. What follows that of our last Ping is put down to our end;
// an unsolicited one has another payload (RFC 6455 section 5.5.3).
func (c *Conn) ponged(at time.Duration, d *trace.Pong) {
	if c.log.lastPingOf(d.Data) == c {
		c.ending.ponged.Store(true)
		if c.endsAt(at) {
			close(c.ending.heard)
		}
	}
	c.came(at, d)
}

// gone logs how the connection ended. A Close that came before our end was said
// before, however late TCP ends.
func (c *Conn) gone(at time.Duration, d *trace.Close) {
	c.tell(trace.Event{At: at, AfterEnd: c.after(at) && !c.ending.left, Detail: d})
}

// HearOut sends the last Ping and waits for its Pong, at most until ctx ends: by
// then all that the peer had said before is in the log. It does nothing where a
// Ping would spoil what was sent, or its Pong could not be read; [Conn.BeginEnd]
// then says where our end begins. Streams go on meanwhile.
func (c *Conn) HearOut(ctx context.Context) {
	if c.ending.noPing || c.Held() || c.link.state() != wire.StateOpen || c.unanswered() {
		return
	}
	payload := make([]byte, 8)
	_, _ = rand.Read(payload) // never fails, see its documentation
	c.log.lastPing(payload, c)
	unsent := make(chan struct{})
	c.workers.Go(func() { // a peer that does not read holds nobody up, and half a frame would be worse than none
		err := c.link.wire.Ping(context.WithoutCancel(ctx), payload, func() {
			ev := c.tell(trace.Event{At: c.now(), Sent: true, AfterEnd: true, Detail: &trace.Ping{Data: payload}})
			c.ending.pinged.Store(int64(ev.Seq) + 1)
		})
		if err != nil {
			close(unsent)
		}
	})
	select {
	case <-c.ending.heard:
	case <-c.link.ended:
	case <-unsent:
	case <-ctx.Done():
	}
}

// Unheard reports whether our last Ping was sent before an event, and has had no
// Pong.
func (c *Conn) Unheard(event int) bool {
	ping := int(c.ending.pinged.Load())
	return ping > 0 && ping <= event && !c.ending.ponged.Load()
}

// unanswered reports whether the handshake has ended in no WebSocket connection:
// frames mean nothing there.
func (c *Conn) unanswered() bool { return !c.link.wire.Upgraded() }
