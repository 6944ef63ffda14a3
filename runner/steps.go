package runner

import (
	"context"
	"fmt"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
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

// send sends one message.
func (s *scene) send(ctx context.Context, step *spec.Step, a *spec.Send) *problem {
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
	s.label(step, ev)
	return nil
}

// sendMedia begins a stream.
func (s *scene) sendMedia(ctx context.Context, step *spec.Step, a *spec.SendMedia) *problem {
	c, p := s.connection(step)
	if p != nil {
		return p
	}
	path, err := a.From.In(s.env())
	if err != nil {
		return s.broken(step, err)
	}
	var o session.StreamOptions
	if o.Tag, err = a.Tag.In(s.env()); err != nil {
		return s.broken(step, err)
	}
	if o.Encoding, err = a.Encoding.In(s.env()); err != nil {
		return s.broken(step, err)
	}
	custom, err := a.Custom.Bind(s.env())
	if err != nil {
		return s.broken(step, err)
	}
	o.Custom = custom.Value()
	out, err := c.SendMedia(ctx, s.clips[path], o)
	if err != nil {
		return s.broken(step, err)
	}
	if step.As != "" {
		s.labels[step.As] = label{stream: out.Record}
	}
	if !a.Wait {
		return nil
	}
	select {
	case <-out.Done():
		return nil
	case <-ctx.Done():
		return s.fails(step, step.Pos, "the scenario ran out of time while streaming", nil)
	}
}

// close begins the closing handshake.
func (s *scene) close(ctx context.Context, step *spec.Step, a *spec.Close) *problem {
	c, p := s.connection(step)
	if p != nil {
		return p
	}
	code, err := a.Code.Or(s.env(), wire.NoCode)
	if err != nil {
		return s.broken(step, err)
	}
	reason, err := a.Reason.In(s.env())
	if err != nil {
		return s.broken(step, err)
	}
	if err := c.Close(ctx, code, reason); err != nil {
		return s.fails(step, step.Pos, fmt.Sprintf("the close could not be sent: %v", err), nil)
	}
	return nil
}

// assert holds what has happened against matchers; all of its checks are made.
func (s *scene) assert(step *spec.Step, a *spec.Assert) *problem {
	if a.Audio == nil {
		return nil
	}
	l, ok := s.labels[a.Audio.During]
	if !ok || l.stream == nil {
		return s.fails(step, step.Pos, fmt.Sprintf("the label %q is no received stream", a.Audio.During), nil)
	}
	var first *problem
	for _, c := range assertions.Audio(a.Audio, l.stream()) {
		s.note(c)
		if c.Verdict == trace.Failed && first == nil {
			first = s.fails(step, c.Pos, fmt.Sprintf("%s is not as asked", c.Subject), nil)
		}
		if c.Verdict == trace.Failed {
			first.diagnostic.Details = append(first.diagnostic.Details, mismatchDetails([]assertions.Mismatch{{Path: c.Subject, Expected: c.Expected, Actual: c.Actual}})...)
		}
	}
	return first
}
