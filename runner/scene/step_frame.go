package scene

import (
	"context"

	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// sendFrame sends frames, right or wrong.
func sendFrame(ctx context.Context, t *task, a *spec.SendFrame) *problem {
	c, p := t.conn()
	if p != nil {
		return p
	}
	frames, err := t.plan.Frames(a, t.env())
	if err != nil {
		return t.broken(err)
	}
	delivery, err := t.delivery()
	if err != nil {
		return t.broken(err)
	}
	o := sending{what: "the frame", octets: frames.Octets, made: true, waits: frames.Waits, delivery: delivery}
	return t.send(ctx, o, func(ctx context.Context) (trace.Event, error) {
		return c.SendFrames(ctx, frames.Raw, delivery)
	})
}

// sendBytes sends octets as they are.
func sendBytes(ctx context.Context, t *task, a *spec.SendBytes) *problem {
	c, p := t.conn()
	if p != nil {
		return p
	}
	data, err := t.payload(&a.Payload)
	if err != nil {
		return t.broken(err)
	}
	delivery, err := t.delivery()
	if err != nil {
		return t.broken(err)
	}
	return t.send(ctx, sending{what: "the octets", octets: len(data), made: true, delivery: delivery}, func(ctx context.Context) (trace.Event, error) {
		return c.SendBytes(ctx, data, delivery)
	})
}
