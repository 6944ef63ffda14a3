package runner

import (
	"context"

	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// sendFrame sends frames, right or wrong.
func (s *script) sendFrame(ctx context.Context, step *spec.Step, a *spec.SendFrame) *problem {
	c, p := s.connection(step)
	if p != nil {
		return p
	}
	frames, err := s.Frames(a, s.env())
	if err != nil {
		return s.broken(step, err)
	}
	o := sending{what: "the frame", octets: frames.Octets, waits: frames.Waits, made: true}
	if o.delivery, err = s.delivery(step); err != nil {
		return s.broken(step, err)
	}
	return s.sends(ctx, step, o, func(ctx context.Context) (trace.Event, error) {
		return c.SendFrames(ctx, frames.Raw, o.delivery)
	})
}

// sendBytes sends octets as they are.
func (s *script) sendBytes(ctx context.Context, step *spec.Step, a *spec.SendBytes) *problem {
	c, p := s.connection(step)
	if p != nil {
		return p
	}
	data, err := a.Payload.In(s.env(), s.Reader(s.env()))
	if err != nil {
		return s.broken(step, err)
	}
	o := sending{what: "the octets", octets: len(data), made: true}
	if o.delivery, err = s.delivery(step); err != nil {
		return s.broken(step, err)
	}
	return s.sends(ctx, step, o, func(ctx context.Context) (trace.Event, error) {
		return c.SendBytes(ctx, data, o.delivery)
	})
}
