package runner

import (
	"context"

	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// sendPing sends a Ping frame.
func (s *script) sendPing(ctx context.Context, step *spec.Step, a *spec.SendPing) *problem {
	c, p := s.connection(step)
	if p != nil {
		return p
	}
	payload, err := a.Payload.In(s.env(), s.Reader(s.env()))
	if err != nil {
		return s.broken(step, err)
	}
	delivery, err := s.delivery(step)
	if err != nil {
		return s.broken(step, err)
	}
	o := sending{what: "the ping", octets: len(payload), delivery: delivery}
	return s.sends(ctx, step, o, func(ctx context.Context) (trace.Event, error) {
		return c.Ping(ctx, payload, delivery)
	})
}
