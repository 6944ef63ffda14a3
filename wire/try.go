package wire

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"
)

// Finish completes a send that [Conn.TrySend] could not complete without waiting. It has to be called once, before
// anything else is sent, and takes ctx as [Conn.Send] does.
type Finish func(ctx context.Context) (Stamp, error)

// TrySend is [Conn.Send] of a message in one frame, under [SendOptions.BeforeClose], for a caller that must not wait: not
// for others who write, not for the peer to read. If it cannot do without, finish is not nil and has to be called, by a
// goroutine that may wait; data must not be changed until then. It can do without on a TCP connection, with TLS or
// without, while nobody else writes and the system has room for all octets. A message that is to be compressed is left
// to finish if it is the first one or has more than 1024 octets.
func (c *Conn) TrySend(op Opcode, data []byte) (stamp Stamp, finish Finish, err error) {
	w := c.writer
	if !w.tryTake(len(data)) {
		return Stamp{}, c.later(op, data), nil
	}
	frame := RawFrame{Fin: true, Opcode: op, Mask: w.masking(), Key: w.key(), Parts: w.part(data)}
	if w.deflate != nil {
		frame.RSV, frame.Parts = rsv1, w.part(w.deflate.message(data))
	}
	octets, _ := appendFrame(w.buf[:0], nil, &frame, w.masks)
	if w.buf = octets; cap(octets) > keepBuffer {
		w.buf = nil
	}
	stamp.Before = time.Now()
	taken, over, err := w.attempt(octets)
	stamp.After = time.Now()
	w.track.feed(octets[:taken])
	switch {
	case err != nil:
		w.broken = true
		w.giveBack()
		return stamp, nil, fmt.Errorf("send %s message: %w", op, err)
	case over == nil:
		w.giveBack()
		return stamp, nil, nil
	case taken == 0 && w.deflate == nil && w.transport.tls == nil: // nothing has begun, so others may go first
		w.giveBack()
		return stamp, c.later(op, data), nil
	}
	return stamp, w.rest(octets[taken:], over, stamp.Before), nil // holding both tokens
}

// attempt hands over as many octets as can be without waiting, and returns how many of them the peer can read. over is
// nil if these are all. Otherwise it hands over the others, and waits for that.
func (w *writer) attempt(octets []byte) (taken int, over func([]byte) (int, error), err error) {
	s := w.transport.spool
	if s == nil {
		if taken, err = w.straight.attempt(octets); err == nil && taken < len(octets) {
			over = w.transport.Write
		}
		return taken, over, err
	}
	taken, err = w.transport.Write(octets)
	if s.end() && err == nil {
		return 0, s.flush, nil // encrypted, and not to be encrypted again
	}
	return taken, nil, err
}

// tryFlush is flush without waiting. What would have to wait is left to rest, if there is any.
func (w *writer) tryFlush() (rest func()) {
	all := func() { _ = w.flush(context.Background()) }
	if w.straight == nil {
		return all
	}
	select {
	case w.frames <- struct{}{}:
	default:
		return all
	}
	for !w.broken && !w.isStopped() && !w.track.inside() {
		r, ok := w.replies.first()
		if !ok {
			break
		}
		octets, _ := appendFrame(w.buf[:0], nil, &RawFrame{Fin: true, Opcode: r.opcode, Parts: w.part(r.payload)}, w.masks)
		w.buf = octets
		if rest := w.tryReply(octets); rest != nil {
			return rest
		}
		w.replies.drop()
	}
	defer func() { <-w.frames }()
	if !w.isStopped() {
		_ = w.flushHeld(context.Background()) // what is left to do waits for nothing: to end our stream, or to drop what cannot be written
	}
	return nil
}

// tryReply hands over the octets of the oldest reply, under the token of frames. What rest does it does with that token,
// and gives it back.
func (w *writer) tryReply(octets []byte) (rest func()) {
	done := func(bool) {}
	if w.track.closes(octets) {
		done = w.closing()
	}
	taken, err := w.straight.attempt(octets)
	w.track.feed(octets[:taken])
	if err != nil {
		w.broken = true
	} else if left := slices.Clone(octets[taken:]); len(left) > 0 {
		return func() {
			defer func() { <-w.frames }()
			_, _, err := w.hand(context.Background(), left, w.transport.Write)
			w.broken = w.broken || err != nil
			done(w.track.closed)
			w.replies.drop()
			_ = w.flushHeld(context.Background())
		}
	}
	done(w.track.closed)
	return nil
}

// later sends all of a message.
func (c *Conn) later(op Opcode, data []byte) Finish {
	return func(ctx context.Context) (Stamp, error) { return c.Send(ctx, op, data, SendOptions{BeforeClose: true}) }
}

// rest hands over the octets of a frame that are left, for which it was handed both tokens.
func (w *writer) rest(octets []byte, over func([]byte) (int, error), begun time.Time) Finish {
	return func(ctx context.Context) (Stamp, error) {
		defer w.giveBack()
		stamp, _, err := w.hand(ctx, octets, over)
		if err != nil {
			w.broken = w.broken || w.track.inside()
			w.torn = w.track.inside() || w.deflate != nil && w.deflate.takeover
			return Stamp{begun, stamp.After}, fmt.Errorf("send the rest of a message: %w", err)
		}
		return Stamp{begun, stamp.After}, nil
	}
}

// tryTake takes both tokens, if a message of so many octets can be written at once. Over TLS it also begins a try of the
// spool.
func (w *writer) tryTake(size int) bool {
	if w.straight == nil && w.transport.spool == nil {
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
	if w.torn || w.broken || w.track.inside() || w.track.closed || w.isStopped() || w.replies.waiting() > 0 ||
		w.deflate != nil && !w.deflate.soon(size) || w.transport.spool != nil && !w.transport.spool.begin() {
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
