package runner

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// connect dials and waits for the handshake.
func (s *script) connect(ctx context.Context, step *spec.Step, a *spec.Connect) *problem {
	within, err := s.within(step)
	if err != nil {
		return s.broken(step, err)
	}
	dialer, err := s.dialer(a)
	if err != nil {
		return s.broken(step, err)
	}
	dialer.Timeout = within
	cfg := session.Config{Name: step.On, Log: s.log, Dialer: dialer, Wait: s.options.Wait}
	if name := firstOf(a.Dialect, s.scenario.Dialect, s.suite.Dialect); name != "" {
		cfg.Dialect, cfg.Role = s.dialects[name], dialect.Platform
	}
	c, err := session.Dial(ctx, cfg)
	if c != nil {
		s.mu.Lock()
		s.conns = append(s.conns, c)
		s.mu.Unlock()
	}
	if err != nil {
		return s.fails(step, step.Pos, "the connection did not open: "+err.Error(), nil)
	}
	s.pull()
	s.mu.Lock()
	i := slices.IndexFunc(s.inbox.events, func(ev trace.Event) bool {
		return ev.Kind() == "open" && ev.Connection == step.On
	})
	opened := s.inbox.events[i]
	s.inbox.take(opened)
	s.mu.Unlock()
	s.label(step.As, s.seen(opened))
	return nil
}

// dialer computes what is dialled, and how.
func (s *script) dialer(a *spec.Connect) (*wire.Dialer, error) {
	target, err := a.URL.Or(s.env(), s.static["target"].(string))
	if err != nil {
		return nil, err
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

// resolve gives the address that a URL stands for.
func (o Options) resolve(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", err
	}
	if u.Scheme != "builtin" {
		return raw, nil
	}
	if o.Resolve == nil {
		return "", fmt.Errorf("no embedded endpoints here")
	}
	return o.Resolve(raw)
}

// firstOf gives the innermost name that was said.
func firstOf(names ...string) string {
	for _, n := range names {
		if n != "" {
			return n
		}
	}
	return ""
}
