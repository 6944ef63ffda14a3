package scene

import (
	"context"

	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// sendPing sends a Ping frame.
func sendPing(ctx context.Context, t *task, a *spec.SendPing) *problem {
	c, p := t.conn()
	if p != nil {
		return p
	}
	payload, err := t.payload(&a.Payload)
	if err != nil {
		return t.broken(err)
	}
	delivery, err := t.delivery()
	if err != nil {
		return t.broken(err)
	}
	return t.send(ctx, sending{what: "the ping", octets: len(payload), delivery: delivery}, func(ctx context.Context) (trace.Event, error) {
		return c.Ping(ctx, payload, delivery)
	})
}
