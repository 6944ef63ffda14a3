package session

import (
	"context"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// Send sends one message and logs it. It returns when the octets are written.
func (c *Conn) Send(ctx context.Context, m dialect.Message, o wire.SendOptions) (trace.Event, error) {
	if err := c.outbox.turn.lock(ctx); err != nil {
		return trace.Event{}, err
	}
	defer c.outbox.turn.Unlock()
	return c.outbox.sendHeld(ctx, m, o)
}

// Order sends what a script orders of the dialect: a mark, a clear or keys.
func (c *Conn) Order(ctx context.Context, give func(f *dialect.Flow, at time.Duration) (dialect.Received, error)) error {
	if c.talk.flow == nil {
		return ErrNoMedia
	}
	if err := c.outbox.turn.lock(ctx); err != nil {
		return err
	}
	defer c.outbox.turn.Unlock()
	messages, err := c.outbox.makeHeld(ctx, func(f *dialect.Flow) ([]dialect.Message, error) {
		at := c.talk.advanceHeld(c.journal.now())
		got, err := give(f, at)
		messages := got.Replies
		if err == nil {
			got.Replies = nil
			c.talk.noteHeld(got, at)
		}
		c.talk.wake()
		return messages, err
	})
	if err != nil {
		return err
	}
	return c.outbox.sendAllHeld(ctx, messages, wire.SendOptions{})
}

// Ping sends a Ping frame and logs it.
func (c *Conn) Ping(ctx context.Context, payload []byte, d wire.Delivery) (trace.Event, error) {
	w, err := c.link.transport()
	if err != nil {
		return trace.Event{}, err
	}
	ev := c.journal.sending(&trace.Ping{Data: payload})
	_, err = w.Send(ctx, wire.OpPing, payload, wire.SendOptions{Delivery: d})
	return ev, err
}
