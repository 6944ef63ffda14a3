package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// accept takes the next dial on an endpoint and answers it.
func (s *script) accept(ctx context.Context, step *spec.Step, a *spec.Accept) *problem {
	e := s.endpoints[s.EndpointName(a)]
	if e == nil {
		return s.broken(step, fmt.Errorf("there is no endpoint %q", a.Endpoint))
	}
	computed, err := s.Acceptance(a, s.env())
	if err != nil {
		return s.broken(step, err)
	}
	return s.admit(ctx, step, e.url, &acceptance{Acceptance: computed, next: s.nextDial(e), acceptor: wire.Acceptor{TLS: e.TLS}}, &a.Dialect)
}

// inbound lets a connect take the next dial of the run's listener, so that what
// was written for servers judges clients too.
func (s *script) inbound(ctx context.Context, step *spec.Step, a *spec.Connect) *problem {
	computed, err := s.Inbound(a, s.env())
	if err != nil {
		return s.broken(step, err)
	}
	return s.admit(ctx, step, "inbound", &acceptance{Acceptance: computed, next: s.options.Inbound}, &a.Dialect)
}

// admit takes a dial as a connection of the scenario.
func (s *script) admit(ctx context.Context, step *spec.Step, address string, t *acceptance, said *spec.Dialect) *problem {
	within, err := s.within(step)
	if err != nil {
		return s.broken(step, err)
	}
	if p := s.makeRoom(ctx, step, within); p != nil {
		return p
	}
	t.within, t.wait, t.acceptor.Policy = within, s.options.Clock.Wait, t.Policy
	if t.Answer.Edit.Delivery, err = s.delivery(step); err != nil {
		return s.broken(step, err)
	}
	cfg := session.Config{Name: step.On, Log: s.log, Clock: s.options.Clock, Chunks: s.Wants.Kinds["media"], Frames: s.Wants.Kinds["frame"], Media: s.streamsKept(), NoPing: t.NoPing}
	offered, err := s.speak(&cfg, said, false)
	if err != nil {
		return s.broken(step, err)
	}
	t.Protocols = append(t.Protocols, offered...)
	begin := s.now()
	c, err := s.enter(step, &cfg, func() (*session.Conn, error) { return session.Accept(ctx, cfg, address, t.take) })
	if err != nil {
		return s.broken(step, err)
	}
	<-c.Opened() // at the latest when within and the delay are over, or ctx
	return s.admitted(ctx, step, c, t, begin)
}

// admitted judges what came of a dial.
func (s *script) admitted(ctx context.Context, step *spec.Step, c *session.Conn, t *acceptance, begin time.Duration) *problem {
	err := c.Err()
	s.names.put(step.As, s.handshake(c, asked(t.request, t.refused)))
	if p := s.ourTrouble(c); p != nil {
		return p
	}
	var wrong *wrongPath
	switch {
	case err == nil:
		if !t.LeaveOpen {
			s.takeOpen(c)
		}
		return nil
	case ctx.Err() != nil:
		return s.ranOut(ctx, step, "in this step", s.ending(c))
	case errors.Is(err, errNoDial):
		pos := step.Pos
		if step.Within.IsSet() {
			pos = step.Within.Pos
		}
		p := s.fails(step, pos, fmt.Sprintf("no client connected within %s", diag.Round(t.within)), nil)
		p.timing = &lateness.Window{From: begin, To: begin + t.within}
		return p
	case errors.As(err, &wrong):
		a := step.Action.(*spec.Accept)
		return s.fails(step, a.Path.Pos, "the client asks for another path",
			[]diag.Detail{{Label: "expected", Text: t.Path}, {Label: "came", Text: wrong.asked}})
	}
	return nil // its error event tells what was wrong
}
