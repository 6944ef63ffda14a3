package wire

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"time"
)

// Stamp is when something was sent: Before is taken before its first octet was handed to the system, After when the
// system had taken its last.
type Stamp struct{ Before, After time.Time }

// ErrUnusable says that an earlier send failed in such a way that the peer could not understand another one: inside a
// frame, or, for messages only, between the frames of a message. What the peer sends is still read.
var ErrUnusable = errors.New("an earlier send failed half way")

// writer writes whole frames, one at a time, from any number of goroutines.
type writer struct {
	conn    net.Conn
	masks   bool      // we are a client
	deflate *deflater // nil: permessage-deflate was not negotiated; under message
	tls     bool
	replies *replies

	message chan struct{} // holds a token while a message is written
	frames  chan struct{} // holds a token while a frame is written
	stopped chan struct{}
	buf     []byte // under frames
	broken  bool   // under frames
	closed  bool   // under frames: a Close was written whole
	torn    bool   // under message: a message was begun and not finished
}

func newWriter(t transport, masks bool, d *deflater, q *replies) *writer {
	return &writer{
		conn: t, masks: masks, deflate: d, tls: t.tls != nil, replies: q,
		message: make(chan struct{}, 1), frames: make(chan struct{}, 1), stopped: make(chan struct{}),
	}
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

// frame writes one frame in a single write, after the replies that wait. h needs no mask, length or form.
func (w *writer) frame(ctx context.Context, h header, payload []byte) (Stamp, error) {
	if err := w.take(ctx, w.frames); err != nil {
		return Stamp{}, fmt.Errorf("write %s frame: %w", h.opcode, err)
	}
	defer func() { <-w.frames }()
	if err := w.flushHeld(ctx); err != nil {
		return Stamp{}, err
	}
	return w.frameHeld(ctx, h, payload)
}

// flush writes the replies that wait.
func (w *writer) flush(ctx context.Context) error {
	if err := w.take(ctx, w.frames); err != nil {
		return err
	}
	defer func() { <-w.frames }()
	return w.flushHeld(ctx)
}

func (w *writer) flushHeld(ctx context.Context) error {
	for {
		r, ok := w.replies.first()
		if !ok {
			return nil
		}
		_, err := w.frameHeld(ctx, header{fin: true, opcode: r.opcode}, r.payload)
		if err != nil && !w.broken {
			return err
		}
		w.replies.drop()
	}
}

// frameHeld writes one frame, its caller holding the token.
func (w *writer) frameHeld(ctx context.Context, h header, payload []byte) (Stamp, error) {
	if w.broken {
		return Stamp{}, fmt.Errorf("write %s frame: %w", h.opcode, ErrUnusable)
	}
	h.length = uint64(len(payload))
	h.form = minimalForm(h.length)
	h.masked = w.masks
	if h.masked {
		_, _ = rand.Read(h.mask[:]) // never fails, see its documentation
	}
	octets := appendHeader(w.buf[:0], h)
	start := len(octets)
	octets = append(octets, payload...)
	if h.masked {
		applyMask(octets[start:], h.mask, 0)
	}
	w.buf = octets
	if cap(octets) > keepBuffer {
		w.buf = nil
	}
	stamp, err := w.write(ctx, octets)
	if err != nil {
		return stamp, fmt.Errorf("write %s frame: %w", h.opcode, err)
	}
	w.closed = w.closed || h.opcode == OpClose
	return stamp, nil
}

// stop makes every write fail that has not begun, and waits for the one that has. It reports whether a Close was
// written.
func (w *writer) stop() bool {
	close(w.stopped)
	w.frames <- struct{}{}
	return w.closed
}

// longAgo as a deadline makes a write that waits return.
var longAgo = time.Unix(1, 0)

// write hands the octets to the system. A deadline of ctx breaks it off; if a part was written by then, or over TLS,
// nothing can be written any more.
func (w *writer) write(ctx context.Context, octets []byte) (Stamp, error) {
	fired := make(chan struct{})
	stop := func() bool { return true }
	if ctx.Done() != nil {
		stop = context.AfterFunc(ctx, func() {
			_ = w.conn.SetWriteDeadline(longAgo)
			close(fired)
		})
	}
	stamp := Stamp{Before: time.Now()}
	n, err := w.conn.Write(octets)
	stamp.After = time.Now()
	if !stop() {
		<-fired
		_ = w.conn.SetWriteDeadline(time.Time{})
	}
	if err == nil {
		return stamp, nil
	}
	w.broken = n > 0 || w.tls || !isTimeout(err)
	if ctx.Err() != nil && isTimeout(err) {
		err = fmt.Errorf("%w after %d of %d octets", ctx.Err(), n, len(octets))
	}
	return stamp, err
}
