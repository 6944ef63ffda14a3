package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"
)

// Stamp is when something was sent: Before is taken before its first octet was handed to the system, After when the
// system had taken its last.
type Stamp struct{ Before, After time.Time }

// ErrUnusable says that an earlier send failed in such a way that the peer could not understand another one: inside a
// frame, or, for messages only, between the frames of a message. What the peer sends is still read.
var ErrUnusable = errors.New("an earlier send failed half way")

// ErrClosing says that a Close of ours was sent before, after which this may not be sent.
var ErrClosing = errors.New("a Close was sent before")

// writer writes the frames of one connection, from any number of goroutines, one write at a time.
type writer struct {
	transport transport
	masks     bool      // we are a client
	deflate   *deflater // nil: permessage-deflate was not negotiated; under message
	replies   *replies

	// closing is called before the octets that finish our first Close; what it returns, after them.
	closing func() (done func(written bool))

	message chan struct{} // holds a token while a message is written
	frames  chan struct{} // holds a token while octets are written
	stopped chan struct{}
	buf     []byte      // under frames
	pauses  []pause     // under frames
	track   tracker     // under frames
	ends    atomic.Bool // our stream is to end once a Close was written, or cannot be
	endedAt time.Time   // under frames: when it did
	bare    bool        // it ends without a Close
	broken  bool        // under frames: a send failed inside a frame, or the system will take nothing more
	torn    bool        // under message: a message was begun and not finished

	straight *straight // to TCP without TLS; under frames, like keys
	keys     keys
	single   [1]Part
}

func newWriter(t transport, masks bool, d *deflater, q *replies) *writer {
	w := &writer{
		transport: t, masks: masks, deflate: d, replies: q,
		closing: func() func(bool) { return func(bool) {} },
		message: make(chan struct{}, 1), frames: make(chan struct{}, 1), stopped: make(chan struct{}),
	}
	if t.tls == nil {
		w.straight = newStraight(t.raw.Conn)
	}
	return w
}

// take puts a token into lock, or gives up.
func (w *writer) take(ctx context.Context, lock chan struct{}) error {
	select {
	case <-w.stopped:
		return net.ErrClosed
	default:
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case lock <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-w.stopped:
		return net.ErrClosed
	}
}

// keepBuffer is the largest buffer that is kept between frames.
const keepBuffer = 16 << 10

// frame writes one frame in a single write, after the replies that wait.
func (w *writer) frame(ctx context.Context, op Opcode, payload []byte, d Delivery) (Stamp, error) {
	stamp, _, err := w.send(ctx, []RawFrame{{Fin: true, Opcode: op, Parts: []Part{{Data: payload}}}}, d, checked)
	if err != nil {
		return stamp, fmt.Errorf("write %s frame: %w", op, err)
	}
	return stamp, nil
}

// mode is when frames are refused.
type mode int

const (
	checked     mode = iota // after an earlier send failed inside a frame
	beforeClose             // also after a Close
	raw                     // never
)

// send writes frames in order and returns how many octets of them the system took.
func (w *writer) send(ctx context.Context, frames []RawFrame, d Delivery, m mode) (whole Stamp, written int, err error) {
	for len(frames) > 0 {
		group := frames
		if d.PerFrame {
			group = frames[:1]
		}
		frames = frames[len(group):]
		stamp, n, err := w.group(ctx, group, d, m)
		whole, written = whole.to(stamp), written+n
		if err == nil && len(frames) > 0 {
			err = waitFor(ctx, d.Delay, w.stopped)
		}
		if err != nil {
			return whole, written, err
		}
	}
	return whole, written, nil
}

// to is the stamp of a send that began at s and went on to next, if both were made.
func (s Stamp) to(next Stamp) Stamp {
	switch {
	case s.Before.IsZero():
		return next
	case next.Before.IsZero():
		return s
	}
	return Stamp{Before: s.Before, After: next.After}
}

// group writes frames between which nothing else may go.
func (w *writer) group(ctx context.Context, frames []RawFrame, d Delivery, m mode) (Stamp, int, error) {
	if err := w.take(ctx, w.frames); err != nil {
		return Stamp{}, 0, err
	}
	defer func() { <-w.frames }()
	if err := w.flushHeld(ctx); err != nil {
		return Stamp{}, 0, err
	}
	stamp, n, err := w.groupHeld(ctx, frames, d, m)
	_ = w.flushHeld(ctx) // what waited for a frame to be finished, or for a Close
	return stamp, n, err
}

// groupHeld is group, its caller holding the token.
func (w *writer) groupHeld(ctx context.Context, frames []RawFrame, d Delivery, m mode) (Stamp, int, error) {
	switch {
	case w.broken && m != raw:
		return Stamp{}, 0, ErrUnusable
	case w.track.closed && m == beforeClose:
		return Stamp{}, 0, ErrClosing
	}
	octets, pauses := w.buf[:0], w.pauses[:0]
	for i := range frames {
		octets, pauses = appendFrame(octets, pauses, &frames[i], w.masks)
	}
	w.buf, w.pauses = octets, pauses
	if cap(octets) > keepBuffer {
		w.buf = nil
	}
	stamp, n, err := w.deliver(ctx, octets, pauses, d)
	if err != nil && m != raw && w.track.inside() {
		w.broken = true
	}
	return stamp, n, err
}

// sendOctets writes octets made by hand.
func (w *writer) sendOctets(ctx context.Context, octets []byte, d Delivery) (Stamp, error) {
	if err := w.take(ctx, w.frames); err != nil {
		return Stamp{}, err
	}
	defer func() { <-w.frames }()
	if err := w.flushHeld(ctx); err != nil {
		return Stamp{}, err
	}
	stamp, _, err := w.deliver(ctx, octets, nil, d)
	_ = w.flushHeld(ctx)
	return stamp, err
}

// flush writes the replies that wait.
func (w *writer) flush(ctx context.Context) error {
	if err := w.take(ctx, w.frames); err != nil {
		return err
	}
	defer func() { <-w.frames }()
	return w.flushHeld(ctx)
}

// flushHeld writes the replies that wait, but none into an unfinished frame, and then ends our stream if it is to end.
func (w *writer) flushHeld(ctx context.Context) error {
	for w.broken || !w.track.inside() {
		r, ok := w.replies.first()
		if !ok {
			w.endHeld()
			return nil
		}
		frame := []RawFrame{{Fin: true, Opcode: r.opcode, Parts: []Part{{Data: r.payload}}}}
		_, _, err := w.groupHeld(ctx, frame, Delivery{}, checked)
		if err != nil && !w.broken {
			return fmt.Errorf("write %s reply: %w", r.opcode, err)
		}
		w.replies.drop()
	}
	if w.replies.closing() {
		w.endHeld() // a frame of ours is unfinished, so the peer gets no Close, but it waits for the end
	}
	return nil
}

func (w *writer) endHeld() {
	if w.ends.Load() && w.endedAt.IsZero() && (w.track.closed || w.track.inside() || w.bare) {
		w.endedAt = time.Now()
		w.transport.finish()
	}
}

// stop makes every write fail that has not begun, and waits for the one that has. It reports whether a Close was
// written.
func (w *writer) stop() bool {
	close(w.stopped)
	w.frames <- struct{}{}
	return w.track.closed
}

// deliver hands octets to the system as d says, and returns how many it took.
func (w *writer) deliver(ctx context.Context, octets []byte, pauses []pause, d Delivery) (whole Stamp, written int, err error) {
	if w.track.closes(octets) {
		done := w.closing()
		defer func() { done(w.track.closed) }()
	}
	whole.Before = time.Now()
	whole.After = whole.Before
	err = d.pieces(octets, pauses, func(piece []byte) error {
		stamp, n, err := w.write(ctx, piece)
		if written == 0 {
			whole.Before = stamp.Before
		}
		whole.After = stamp.After
		written += n
		return err
	}, func(wait time.Duration) error { return waitFor(ctx, wait, w.stopped) })
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = fmt.Errorf("%w after %d of %d octets", ctx.Err(), written, len(octets))
	}
	return whole, written, err
}

// longAgo as a deadline makes a write that waits return.
var longAgo = time.Unix(1, 0)

// write hands octets to the system in a single write. A deadline of ctx breaks it off; over TLS, nothing can be
// written any more after that.
func (w *writer) write(ctx context.Context, octets []byte) (Stamp, int, error) {
	return w.hand(ctx, octets, w.transport.Write)
}

// hand is write with another way to hand them over.
func (w *writer) hand(ctx context.Context, octets []byte, over func([]byte) (int, error)) (Stamp, int, error) {
	fired := make(chan struct{})
	stop := func() bool { return true }
	if ctx.Done() != nil {
		stop = context.AfterFunc(ctx, func() {
			_ = w.transport.SetWriteDeadline(longAgo)
			close(fired)
		})
	}
	stamp := Stamp{Before: time.Now()}
	n, err := over(octets)
	stamp.After = time.Now()
	if !stop() {
		<-fired
		_ = w.transport.SetWriteDeadline(time.Time{})
	}
	w.track.feed(octets[:n])
	if err == nil {
		return stamp, n, nil
	}
	w.broken = w.broken || w.transport.tls != nil || !isTimeout(err)
	if ctx.Err() != nil && isTimeout(err) {
		err = ctx.Err()
	}
	return stamp, n, err
}
