package session

import (
	"context"
	"errors"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// outbox is how messages leave. A sender holds the turn from making a message to
// having written it, so that the counters in messages leave in order. Control
// frames have no counters and need no turn.
type outbox struct {
	turn    turn
	link    *link
	journal *journal
	talk    *talk
}

// lock takes the turn and talk.mu. It sends the replies that are queued first. If it
// fails, it holds neither.
func (o *outbox) lock(ctx context.Context) error {
	if err := o.turn.lock(ctx); err != nil {
		return err
	}
	for {
		o.talk.mu.Lock()
		replies := o.talk.repliesHeld()
		if len(replies) == 0 {
			return nil
		}
		o.talk.mu.Unlock()
		if err := o.replyHeld(ctx, replies); err != nil {
			o.turn.Unlock()
			return err
		}
	}
}

// tryLock takes the turn and talk.mu if both are free and no reply is queued. It
// waits for nothing, and reports whether it has taken them.
func (o *outbox) tryLock() bool {
	if !o.turn.try() {
		return false
	}
	if !o.talk.mu.TryLock() {
		o.turn.Unlock()
		return false
	}
	if len(o.talk.replies) > 0 {
		o.talk.mu.Unlock()
		o.turn.Unlock()
		return false
	}
	return true
}

// makeHeld has the dialect make messages. made is called with talk.mu held. makeHeld
// then sends all replies that were made before, so that the caller can send the
// messages. The replies are sent even if made fails.
func (o *outbox) makeHeld(ctx context.Context, made func(f *dialect.Flow) ([]dialect.Message, error)) ([]dialect.Message, error) {
	o.talk.mu.Lock()
	messages, err := made(o.talk.flow)
	replies := o.talk.repliesHeld()
	o.talk.mu.Unlock()
	if failed := o.replyHeld(ctx, replies); err == nil {
		err = failed
	}
	return messages, err
}

// replyHeld sends replies. It sends none once the connection is closing, because
// then nobody waits for them.
func (o *outbox) replyHeld(ctx context.Context, replies []dialect.Message) error {
	for _, m := range replies {
		if o.link.state() != wire.StateOpen {
			return nil
		}
		if _, err := o.sendHeld(ctx, m, wire.SendOptions{BeforeClose: true}); err != nil && !errors.Is(err, wire.ErrClosing) {
			return err
		}
	}
	return nil
}

// sendAllHeld sends messages until one fails.
func (o *outbox) sendAllHeld(ctx context.Context, messages []dialect.Message, options wire.SendOptions) error {
	for _, m := range messages {
		if _, err := o.sendHeld(ctx, m, options); err != nil {
			return err
		}
	}
	return nil
}

// sendHeld logs a message and sends it. It returns when the octets are written.
func (o *outbox) sendHeld(ctx context.Context, m dialect.Message, options wire.SendOptions) (trace.Event, error) {
	// Logged before the write: otherwise an answer could stand before its cause.
	ev := o.journal.sending(&trace.Message{Binary: m.Binary, Data: m.Data, Fragments: frames(len(m.Data), options.Fragments)})
	w, err := o.link.transport()
	if err != nil {
		return ev, err
	}
	_, err = w.Send(ctx, opcode(m), m.Data, options)
	return ev, err
}

// trySendHeld sends a chunk without waiting, see [wire.Conn.TrySend]. It logs
// nothing: the stream of the chunk records it.
func (o *outbox) trySendHeld(m dialect.Message) (wire.Stamp, wire.Finish, error) {
	w, err := o.link.transport()
	if err != nil {
		return wire.Stamp{}, nil, err
	}
	return w.TrySend(opcode(m), m.Data)
}

// frames is the number of frames that data is cut into: one for each size, and one
// for the rest if there is any.
func frames(size int, fragments []int) int {
	for _, n := range fragments {
		size -= n
	}
	if size > 0 || len(fragments) == 0 {
		return len(fragments) + 1
	}
	return len(fragments)
}

// opcode is that of a message's first frame.
func opcode(m dialect.Message) wire.Opcode {
	if m.Binary {
		return wire.OpBinary
	}
	return wire.OpText
}
