package runner

import (
	"context"

	"github.com/duologue/duologue/spec"
)

// sendPing sends a Ping frame.
func (s *script) sendPing(ctx context.Context, step *spec.Step, a *spec.SendPing) *problem {
	c, p := s.connection(step)
	if p != nil {
		return p
	}
	payload, err := a.Payload.In(s.env())
	if err != nil {
		return s.broken(step, err)
	}
	within, err := s.within(step)
	if err != nil {
		return s.broken(step, err)
	}
	begin := s.now()
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	ev, err := c.Ping(ctx, payload)
	if err != nil {
		return s.unsent(step, "the ping", begin, within, err)
	}
	s.label(step.As, eventLabel{event: ev})
	return nil
}
