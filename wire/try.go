package wire

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"
)

// Finish completes a send that [Conn.TrySend] could not complete without waiting. It has to be called once, before
// anything else is sent, and takes ctx as [Conn.Send] does.
type Finish func(ctx context.Context) (Stamp, error)

// TrySend is [Conn.Send] of a message in one frame, under [SendOptions.BeforeClose], for a caller that must not wait: not
// for others who write, not for the peer to read. Where it cannot do without, finish is not nil and has to be called, by a goroutine that may wait;
// data must not be changed until then. It can do without on a plain TCP connection, without compression, while nobody
// else writes and the system has room for all octets.
func (c *Conn) TrySend(op Opcode, data []byte) (stamp Stamp, finish Finish, err error) {
	w := c.writer
	if !w.tryTake() {
		return Stamp{}, c.later(op, data), nil
	}
	octets, _ := appendFrame(w.buf[:0], nil, &RawFrame{Fin: true, Opcode: op, Mask: w.masking(), Key: w.key(), Parts: w.part(data)}, w.masks)
	if w.buf = octets; cap(octets) > keepBuffer {
		w.buf = nil
	}
	stamp.Before = time.Now()
	n, err := w.straight.attempt(octets)
	stamp.After = time.Now()
	w.track.feed(octets[:n])
	if err == nil && n > 0 && n < len(octets) {
		return stamp, w.rest(octets[n:], stamp.Before), nil // holding both tokens
	}
	w.broken = w.broken || err != nil
	w.giveBack()
	switch {
	case err != nil:
		return stamp, nil, fmt.Errorf("send %s message: %w", op, err)
	case n < len(octets):
		return stamp, c.later(op, data), nil
	}
	return stamp, nil, nil
}

// later sends all of a message.
func (c *Conn) later(op Opcode, data []byte) Finish {
	return func(ctx context.Context) (Stamp, error) { return c.Send(ctx, op, data, SendOptions{BeforeClose: true}) }
}

// rest sends the octets of a frame that the system did not take, for which it was handed both tokens.
func (w *writer) rest(octets []byte, begun time.Time) Finish {
	return func(ctx context.Context) (Stamp, error) {
		defer w.giveBack()
		stamp, _, err := w.write(ctx, octets)
		if err != nil {
			w.broken, w.torn = true, true
			return Stamp{begun, stamp.After}, fmt.Errorf("send the rest of a message: %w", err)
		}
		return Stamp{begun, stamp.After}, nil
	}
}

// tryTake takes both tokens, if a message can be written at once.
func (w *writer) tryTake() bool {
	if w.straight == nil || w.deflate != nil {
		return false
	}
	select {
	case w.message <- struct{}{}:
	default:
		return false
	}
	select {
	case w.frames <- struct{}{}:
	default:
		<-w.message
		return false
	}
	if w.torn || w.broken || w.track.inside() || w.track.closed || w.isStopped() || w.replies.waiting() > 0 {
		w.giveBack()
		return false
	}
	return true
}

func (w *writer) giveBack() {
	<-w.frames
	<-w.message
}

func (w *writer) isStopped() bool {
	select {
	case <-w.stopped:
		return true
	default:
		return false
	}
}

func (w *writer) masking() Masking {
	if w.masks {
		return MaskKey
	}
	return MaskNone
}

// part is a payload in one part, without setting memory aside.
func (w *writer) part(data []byte) []Part {
	w.single[0].Data = data
	return w.single[:]
}

// keys are masking keys that were drawn together, since each draw has its cost.
type keys struct {
	octets [64]byte
	used   int
}

// key is the next masking key (RFC 6455 section 5.3 wants it unpredictable).
func (w *writer) key() (key [4]byte) {
	k := &w.keys
	if k.used%len(k.octets) == 0 {
		_, _ = rand.Read(k.octets[:]) // never fails, see its documentation
		k.used = 0
	}
	k.used += copy(key[:], k.octets[k.used:])
	return key
}
