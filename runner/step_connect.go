package runner

import (
	"context"
	"fmt"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// connect dials and waits for the handshake.
func (s *scene) connect(ctx context.Context, step *spec.Step, a *spec.Connect) *problem {
	within, err := s.within(step)
	if err != nil {
		return s.broken(step, err)
	}
	dialer, err := s.dialer(a)
	if err != nil {
		return s.broken(step, err)
	}
	dialer.Timeout = within
	cfg := session.Config{Name: nameOf(step), Log: s.log, Dialer: dialer, Wait: s.options.Wait}
	if name := firstOf(a.Dialect, s.scenario.Dialect, s.suite.Dialect); name != "" {
		cfg.Dialect, cfg.Role = s.dialects[name], dialect.Platform
	}
	c, err := session.Dial(ctx, cfg)
	if c != nil {
		s.conns = append(s.conns, c)
	}
	if err != nil {
		s.inbox.pull()
		return s.fails(step, step.Pos, "the connection did not open: "+err.Error(), nil)
	}
	s.inbox.pull()
	for _, ev := range s.inbox.unread() {
		if ev.Kind() == "open" && ev.Connection == c.Name() {
			s.inbox.take(ev)
			s.label(step, ev)
			break
		}
	}
	return nil
}

// dialer computes what is dialled, and how.
func (s *scene) dialer(a *spec.Connect) (*wire.Dialer, error) {
	target := s.options.Target
	for _, v := range []*spec.Value[string]{&a.URL, &s.scenario.Target, &s.suite.Target} {
		if target != "" {
			break
		}
		var err error
		if target, err = v.In(s.env()); err != nil {
			return nil, err
		}
	}
	address, err := s.options.resolve(target)
	if err != nil {
		return nil, fmt.Errorf("resolve %s: %w", target, err)
	}
	d := &wire.Dialer{URL: address}
	for _, p := range a.Protocols {
		name, err := p.In(s.env())
		if err != nil {
			return nil, err
		}
		d.Protocols = append(d.Protocols, name)
	}
	for _, h := range a.Headers {
		value, err := h.Value.In(s.env())
		if err != nil {
			return nil, err
		}
		d.Header = append(d.Header, wire.Field{Name: h.Name, Value: value})
	}
	return d, nil
}
