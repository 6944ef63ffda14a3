package runner

import (
	"context"
	"fmt"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// send sends one message.
func (s *script) send(ctx context.Context, step *spec.Step, a *spec.Send) *problem {
	c, p := s.connection(step)
	if p != nil {
		return p
	}
	data, binary, err := a.Message(s.env())
	if err != nil {
		return s.broken(step, err)
	}
	within, err := s.within(step)
	if err != nil {
		return s.broken(step, err)
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	ev, err := c.Send(ctx, dialect.Message{Binary: binary, Data: data})
	if err != nil {
		return s.fails(step, step.Pos, fmt.Sprintf("the message could not be sent within %s: %v", trace.Round(within), err), nil)
	}
	s.label(step.As, eventLabel{event: ev})
	return nil
}
