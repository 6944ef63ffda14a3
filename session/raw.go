package session

import (
	"context"
	"encoding/hex"

	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// SendFrames sends frames as they are, right or wrong (see
// [wire.Conn.SendFrames]), and logs them. It returns the event of the last.
func (c *Conn) SendFrames(ctx context.Context, frames []wire.RawFrame, d wire.Delivery) (trace.Event, error) {
	w, err := c.link.transport()
	if err != nil {
		return trace.Event{}, err
	}
	if err := c.outbox.turn.lock(ctx); err != nil {
		return trace.Event{}, err
	}
	defer c.outbox.turn.Unlock()
	var last trace.Event
	for i := range frames {
		last = c.journal.sending(sentFrame(&frames[i]))
	}
	_, err = w.SendFrames(ctx, frames, d)
	return last, err
}

// sentFrame describes a frame as it was to be sent.
func sentFrame(f *wire.RawFrame) *trace.Frame {
	out := &trace.Frame{Opcode: int(f.Opcode), Head: trace.FrameHead{Fin: f.Fin, RSV: int(f.RSV), LengthForm: f.Form,
		Masked: f.Mask == wire.MaskRandom || f.Mask == wire.MaskKey}}
	if f.Mask == wire.MaskKey {
		out.Head.Mask = hex.EncodeToString(f.Key[:])
	}
	for _, p := range f.Parts {
		out.Data = append(out.Data, p.Data...)
	}
	if f.Length != nil && *f.Length != uint64(len(out.Data)) {
		out.Claims = *f.Length
	}
	return out
}

// SendBytes sends octets as they are and logs them.
func (c *Conn) SendBytes(ctx context.Context, data []byte, d wire.Delivery) (trace.Event, error) {
	w, err := c.link.transport()
	if err != nil {
		return trace.Event{}, err
	}
	if err := c.outbox.turn.lock(ctx); err != nil {
		return trace.Event{}, err
	}
	defer c.outbox.turn.Unlock()
	ev := c.journal.sending(&trace.Octets{Data: data})
	_, err = w.SendBytes(ctx, data, d)
	return ev, err
}
