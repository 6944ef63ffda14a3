package session

import (
	"context"
	"crypto/rand"

	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// BeginEnd says that our end of the scenario begins. All that we send from now on
// is sent to end, and all that comes is put down to our end.
func (c *Conn) BeginEnd() { c.journal.ending.begin(c.journal.now()) }

// HearOut sends the last Ping and waits for its Pong, at most until ctx ends. Once
// the Pong has come, all that the peer had sent before is in the log. Streams go on
// meanwhile. HearOut does nothing if a Ping would spoil what was sent, or if its
// Pong could not be read. Then [Conn.BeginEnd] decides where our end begins.
func (c *Conn) HearOut(ctx context.Context) {
	e := c.journal.ending
	if e.noPing || c.Held() || c.line.HalfOpen() || c.link.state() != wire.StateOpen || !c.link.wire.Upgraded() {
		return
	}
	payload := make([]byte, 8)
	_, _ = rand.Read(payload) // never fails, see its documentation
	c.journal.log.lastPing(payload, e)
	unsent := make(chan struct{})
	// A peer that does not read holds up this goroutine alone. ctx does not cancel the
	// write, because half a frame would be worse than none.
	c.workers.Go(func() {
		err := c.link.wire.Ping(context.WithoutCancel(ctx), payload, func() {
			ev := c.journal.add(trace.Event{At: c.journal.now(), Sent: true, AfterEnd: true, Detail: &trace.Ping{Data: payload}}, nothing)
			e.pinged.Store(int64(ev.Seq) + 1)
		})
		if err != nil {
			close(unsent)
		}
	})
	select {
	case <-e.inTime:
	case <-c.link.ended:
	case <-unsent:
	case <-ctx.Done():
	}
}

// Unheard reports whether our last Ping was sent before an event and its Pong has
// not come yet.
func (c *Conn) Unheard(event int) bool { return c.journal.ending.unanswered(event) }
