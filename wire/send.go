package wire

import (
	"context"
	"fmt"
)

// SendOptions says how [Conn.Send] puts a message into frames.
type SendOptions struct {
	// Fragments are the sizes in octets of the frames' payloads, as they travel; what is left over goes into one
	// frame more. Empty: one frame. A control frame cannot be fragmented. Sizes that do not fit the data are an
	// error, but for a compressed message, whose size nobody knows before: there a frame gets what is left.
	Fragments []int
	// Plain sends the message without compression though permessage-deflate was negotiated.
	Plain bool
	// BeforeClose refuses the message with [ErrClosing] once a Close of ours was written: after it an endpoint must
	// send nothing more (RFC 6455 section 5.5.1).
	BeforeClose bool
	Delivery    Delivery
}

// Send sends a text or binary message, or a ping or pong. The frames of one message follow each other with nothing
// but control frames between. The data is not checked: text need not be UTF-8.
//
// When ctx ends during the write its error is returned, wrapped. Then either nothing was written and the connection is
// as before; or a part was, and later sends fail with [ErrUnusable] while reading goes on. It is always the latter over
// TLS, and for messages when the compression of the next one would build on this one.
//
// Sending after a Close of ours is refused only where o asks for it, since a peer's answer to it may be what is tested.
func (c *Conn) Send(ctx context.Context, op Opcode, data []byte, o SendOptions) (Stamp, error) {
	switch op {
	case OpText, OpBinary:
		stamp, err := c.writer.sendMessage(ctx, op, data, o)
		if err != nil {
			return stamp, fmt.Errorf("send %s message: %w", op, err)
		}
		return stamp, nil
	case OpPing, OpPong:
	default:
		return Stamp{}, fmt.Errorf("send %s: neither a message, a ping nor a pong", op)
	}
	if len(o.Fragments) > 0 || len(data) > maxControl {
		return Stamp{}, fmt.Errorf("send %s: a control frame carries at most %d octets in one frame", op, maxControl)
	}
	return c.writer.frame(ctx, op, data, o.Delivery)
}

// sendMessage writes one message. Stamp.Before is that of its first frame.
func (w *writer) sendMessage(ctx context.Context, op Opcode, data []byte, o SendOptions) (Stamp, error) {
	if err := w.take(ctx, w.message); err != nil {
		return Stamp{}, err
	}
	defer func() { <-w.message }()
	if w.torn {
		return Stamp{}, ErrUnusable
	}
	m := checked
	if o.BeforeClose {
		m = beforeClose
	}
	compress := w.deflate != nil && !o.Plain
	if err := checkFragments(o.Fragments, len(data), compress); err != nil {
		return Stamp{}, err
	}
	var rsv byte
	if compress {
		rsv = rsv1
		data = w.deflate.message(data)
	}
	stamp, written, err := w.sendCut(ctx, RawFrame{Fin: true, RSV: rsv, Opcode: op, Parts: []Part{{Data: data}}}, o, m)
	if err != nil {
		w.torn = written > 0 || compress && w.deflate.takeover
	}
	return stamp, err
}

// sendCut writes a message, given as one frame.
func (w *writer) sendCut(ctx context.Context, whole RawFrame, o SendOptions, m mode) (Stamp, int, error) {
	if len(o.Fragments) == 0 {
		return w.send(ctx, []RawFrame{whole}, o.Delivery, m) // without anything set aside: most messages come here
	}
	payloads := cut(whole.Parts[0].Data, o.Fragments)
	frames := make([]RawFrame, len(payloads))
	for i, data := range payloads {
		frames[i] = RawFrame{Fin: i == len(frames)-1, Opcode: OpContinuation, Parts: Payload(data)}
	}
	frames[0].Opcode, frames[0].RSV = whole.Opcode, whole.RSV
	return w.send(ctx, frames, o.Delivery, m)
}

// checkFragments holds sizes against the size of the data, if that is what will be cut.
func checkFragments(sizes []int, size int, compress bool) error {
	for _, n := range sizes {
		if n < 0 || n > size && !compress {
			return fmt.Errorf("fragments of %v octets do not fit the data", sizes)
		}
		size -= n
	}
	return nil
}

// cut divides data into pieces of the given sizes and one with the rest, if there is any. Where the data ends early
// the pieces do too.
func cut(data []byte, sizes []int) [][]byte {
	var parts [][]byte
	for _, n := range sizes {
		n = min(n, len(data))
		parts = append(parts, data[:n])
		data = data[n:]
	}
	if len(data) > 0 || len(parts) == 0 {
		parts = append(parts, data)
	}
	return parts
}

// SendClose sends a Close frame with any code from 0 to 65535 and any reason, valid or not; with [NoCode] it carries
// nothing and the reason is ignored. Next goes on reading: without bound until the peer's Close, then for
// [Limits.CloseWait].
func (c *Conn) SendClose(ctx context.Context, code int, reason string) (Stamp, error) {
	if code < 0 || code > 0xffff {
		return Stamp{}, fmt.Errorf("send close: code %d does not fit 16 bits", code)
	}
	done := c.closing() // also before it waits for its turn to write
	stamp, err := c.writer.frame(ctx, OpClose, closeOctets(code, reason), Delivery{})
	done(err == nil)
	return stamp, err
}

// closeOctets is the payload of a Close.
func closeOctets(code int, reason string) []byte {
	if code == NoCode {
		return nil
	}
	return append(closeCode(code), reason...)
}

// CloseFrame is the frame that [Conn.SendClose] sends, to be changed or delivered in another way. Of the code its lower
// 16 bits are taken.
func CloseFrame(code int, reason string) RawFrame {
	return RawFrame{Fin: true, Opcode: OpClose, Parts: Payload(closeOctets(code, reason))}
}

// closing notes that a Close is about to be sent, so that a Close of the peer that comes meanwhile is not answered
// with a second one. What it returns must be called afterwards, with whether the Close was written.
func (c *Conn) closing() (done func(written bool)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.state
	c.state.sent = true
	if c.state.first == "" {
		c.state.first = Us
	}
	return func(written bool) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if !written {
			c.state.sent, c.state.first = before.sent, before.first
			if c.state.received && c.state.first == "" {
				c.state.first = Peer
			}
			return
		}
		if c.state.received && !before.sent {
			c.limitEnd()
		}
	}
}
