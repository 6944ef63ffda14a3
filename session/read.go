package session

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// read logs what the peer does until the connection has ended. It never waits
// for a write, so a peer that does not read cannot keep it from reading.
func (c *Conn) read() {
	for {
		c.gate.pass()
		ev := c.link.wire.Next()
		at := c.journal.log.Offset(ev.Time())
		switch ev := ev.(type) {
		case *wire.Frame:
			c.frame(ev, at)
		case *wire.Message:
			c.message(ev, at)
		case *wire.Violation:
			c.journal.broken(ev)
		case *wire.Excess:
			c.journal.came(at, &trace.Error{Problem: trace.Limit, Rule: ev.Limit, Text: ev.Error()})
		case *wire.End:
			c.end(ev, at)
			return
		}
	}
}

// frame logs pings and pongs, and every frame where that was asked for.
func (c *Conn) frame(f *wire.Frame, at time.Duration) {
	head := trace.FrameHead{Fin: f.Fin, RSV: int(f.RSV), Masked: f.Masked, LengthForm: f.LengthForm}
	if f.Masked {
		head.Mask = hex.EncodeToString(f.Mask[:])
	}
	if c.frames {
		c.journal.came(at, &trace.Frame{Opcode: int(f.Opcode), Head: head, Data: f.Payload, First: c.journal.log.Offset(f.First)})
	}
	switch f.Opcode {
	case wire.OpPing:
		c.journal.ping(at, &trace.Ping{Data: f.Payload, Head: head})
	case wire.OpPong:
		c.journal.pong(at, &trace.Pong{Data: f.Payload, Head: head})
	case wire.OpClose:
		c.journal.ending.close(at)
	}
}

// message gives a message to the dialect, and to the log what is not plumbing.
func (c *Conn) message(m *wire.Message, at time.Duration) {
	if c.flow != nil {
		c.mu.Lock()
		at := c.clock(at)
		c.advance(at)
		got := c.flow.Receive(at, dialect.Message{Binary: m.Binary, Data: m.Data})
		c.take(got, at)
		c.mu.Unlock()
		c.wake()
		if got.Plumbing {
			return
		}
	}
	c.journal.came(at, &trace.Message{
		Binary: m.Binary, Data: m.Data, Fragments: m.Fragments, Compressed: m.Compressed, First: c.journal.log.Offset(m.First),
	})
}

func (c *Conn) end(e *wire.End, at time.Duration) {
	if c.flow != nil {
		c.mu.Lock()
		at := c.clock(at)
		c.advance(at)
		c.take(c.flow.Closing(at), at)
		c.mu.Unlock()
	}
	notify := ""
	if e.TLS {
		notify = "none"
		if e.CloseNotify {
			notify = "close_notify"
		}
	}
	c.journal.closed(at, &trace.Close{Code: e.Code, Reason: e.Reason, Clean: e.Clean, By: string(e.By), TCP: e.TCP, TLS: notify})
}

// serve sends the dialect's opening, for which it was handed the order lock,
// then its replies, and carries out what it does by the clock.
func (c *Conn) serve(ctx context.Context, opening []dialect.Message) {
	defer c.workers.Done()
	err := c.writeAll(ctx, opening)
	c.order.Unlock()
	if err != nil {
		return // the reader logs how the connection ended
	}
	for {
		if err := c.answerOwed(ctx); err != nil {
			return // likewise
		}
		c.mu.Lock()
		due, timed := c.flow.Due()
		c.mu.Unlock()
		if !c.pause(ctx, due, timed) {
			return
		}
		c.mu.Lock()
		c.advance(c.clock(c.journal.now() - Settle))
		c.mu.Unlock()
	}
}

// answerOwed sends the replies that wait, if any do: order is not waited for
// without need, since a peer that does not read may hold it up.
func (c *Conn) answerOwed(ctx context.Context) error {
	c.mu.Lock()
	waiting := len(c.replies)
	c.mu.Unlock()
	if waiting == 0 {
		return nil
	}
	if err := c.order.lock(ctx); err != nil {
		return err
	}
	defer c.order.Unlock()
	c.mu.Lock()
	owed := c.owed()
	c.mu.Unlock()
	return c.answer(ctx, owed)
}

// Settle is how long the clock of the dialect waits for what was read before a
// due time to be handed over by the reader. What comes of a due time is noted
// at that time all the same.
const Settle = 5 * time.Millisecond

// clock gives an offset that does not go back. The caller holds mu.
func (c *Conn) clock(at time.Duration) time.Duration {
	c.flowAt = max(c.flowAt, at)
	return c.flowAt
}

// pause waits for a due time or for a kick; it reports false at the end.
func (c *Conn) pause(ctx context.Context, due time.Duration, timed bool) bool {
	var alarm <-chan time.Time
	if timed {
		t := time.NewTimer(time.Until(c.journal.log.Time(due + Settle)))
		defer t.Stop()
		alarm = t.C
	}
	select {
	case <-alarm:
		return true
	case <-c.kick:
		return true
	case <-c.link.ended:
		return false
	case <-ctx.Done():
		return false
	}
}

// advance carries out, at its own time, everything due until now. The caller
// holds mu.
func (c *Conn) advance(now time.Duration) {
	for {
		due, timed := c.flow.Due()
		if !timed || due > now {
			return
		}
		c.take(c.flow.Advance(due), due)
	}
}

// take logs what the dialect saw and queues what it answers. The caller holds
// mu.
func (c *Conn) take(got dialect.Received, at time.Duration) {
	for _, ev := range got.Events {
		c.noteMedia(ev, at)
	}
	c.replies = append(c.replies, got.Replies...)
}

func (c *Conn) wake() {
	select {
	case c.kick <- struct{}{}:
	default:
	}
}
