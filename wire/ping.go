package wire

import (
	"context"
	"errors"
	"fmt"
)

// ErrUnfinished says that a frame of ours is unfinished: whatever was sent next would go on inside it.
var ErrUnfinished = errors.New("a frame of ours is unfinished")

// Ping sends a Ping of our own accord, which must spoil nothing that was sent by hand: after a Close of ours it is
// refused with [ErrClosing], inside a frame that is unfinished with [ErrUnfinished]. begin is called right before the
// Ping is written, and not where nothing is.
func (c *Conn) Ping(ctx context.Context, payload []byte, begin func()) error {
	if len(payload) > maxControl {
		return fmt.Errorf("send ping: a control frame carries at most %d octets", maxControl)
	}
	if err := c.writer.spontaneous(ctx, OpPing, payload, begin); err != nil {
		return fmt.Errorf("send ping: %w", err)
	}
	return nil
}

// spontaneous writes a control frame between two frames, before a Close, or not at all.
func (w *writer) spontaneous(ctx context.Context, op Opcode, payload []byte, begin func()) error {
	if err := w.take(ctx, w.frames); err != nil {
		return err
	}
	defer func() { <-w.frames }()
	if err := w.flushHeld(ctx); err != nil {
		return err
	}
	switch {
	case w.track.closed:
		return ErrClosing
	case w.track.inside():
		return ErrUnfinished
	}
	begin()
	_, _, err := w.groupHeld(ctx, []RawFrame{{Fin: true, Opcode: op, Parts: Payload(payload)}}, Delivery{}, checked)
	return err
}
