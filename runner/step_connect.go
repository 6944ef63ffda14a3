package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// connect dials and waits for the handshake. A refusal does not fail it, since
// the script may expect just that: a step that needs the connection fails, and
// an error event that no step reads fails the scenario at this step.
func (s *script) connect(ctx context.Context, step *spec.Step, a *spec.Connect) *problem {
	within, err := s.within(step)
	if err != nil {
		return s.broken(step, err)
	}
	if p := s.makeRoom(ctx, step, within); p != nil {
		return p
	}
	cfg := session.Config{Name: step.On, Log: s.log, Wait: s.options.Wait, Chunks: s.chunks, Frames: s.frames}
	if cfg.Dialer, err = s.dialer(a, s.env()); err != nil {
		return s.broken(step, err)
	}
	cfg.Dialer.Timeout = within
	if cfg.Dialer.Edit, err = s.edit(a.Handshake, s.env()); err != nil {
		return s.broken(step, err)
	}
	if cfg.Dialer.Edit.Delivery, err = s.delivery(step); err != nil {
		return s.broken(step, err)
	}
	if err := s.speak(&cfg, a); err != nil {
		return s.broken(step, err)
	}
	s.pull()
	s.mu.Lock()
	s.inbox.retire(cfg.Name)
	s.mu.Unlock()
	c, err := session.Dial(ctx, cfg)
	if err != nil {
		return s.broken(step, err)
	}
	s.mu.Lock()
	s.conns = append(s.conns, c)
	s.dialled[c] = step.Pos
	s.mu.Unlock()
	if a.NoWait {
		return nil
	}
	<-c.Opened() // at the latest when within is over, or ctx
	if ctx.Err() != nil && c.Err() != nil {
		return s.ranOut(ctx, step, "in this step", s.ending(c))
	}
	var bad *wire.DialError
	if errors.As(c.Err(), &bad) && bad.Kind == wire.KindInvalid {
		return s.broken(step, bad)
	}
	s.takeOpen(step, c)
	return nil
}

// takeOpen reads the open event that a connect waited for, and labels it.
func (s *script) takeOpen(step *spec.Step, c *session.Conn) {
	s.pull()
	for _, ev := range s.inboxOf(c) {
		if ev.Kind() == "open" {
			s.mu.Lock()
			s.inbox.take(ev)
			s.mu.Unlock()
			s.label(step.As, s.seen(ev))
		}
	}
}

// inboxOf gives what is unread of a connection.
func (s *script) inboxOf(c *session.Conn) []trace.Event {
	s.mu.Lock()
	events := slices.Clone(s.inbox.events)
	s.mu.Unlock()
	return slices.DeleteFunc(events, func(ev trace.Event) bool { return s.connOf(ev) != c })
}

// makeRoom sees to it that the name of a new connection is free: one that is
// about to end is waited for.
func (s *script) makeRoom(ctx context.Context, step *spec.Step, within time.Duration) *problem {
	c := s.find(step.On)
	if c == nil {
		return nil
	}
	if state := c.ReadyState(); state == "open" || state == "connecting" {
		return s.broken(step, complaint(step.Pos, "close it first, or give the new one another name with `on`",
			"there is a connection %q already, and it is %s", c.Name(), state))
	}
	begin := s.now()
	waiting, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	select {
	case <-c.Ended():
		return nil
	case <-waiting.Done():
		if ctx.Err() != nil {
			return s.ranOut(ctx, step, "in this step", nil)
		}
		p := s.fails(step, step.Pos, fmt.Sprintf("the connection %q of before has not ended within %s", c.Name(), trace.Round(within)), nil)
		p.timing = &window{begin, begin + within}
		return p
	}
}

// speak gives a connection the innermost dialect that was said.
func (s *script) speak(cfg *session.Config, a *spec.Connect) error {
	for _, said := range []*spec.Dialect{&a.Dialect, &s.scenario.Dialect, &s.suite.Dialect} {
		if !said.IsSet() {
			continue
		}
		values, err := said.In(s.env())
		if err != nil {
			return err
		}
		d := s.dialects[said.Name]
		cfg.Dialect, cfg.Role = d, roleOf(d, said)
		cfg.Options = dialect.Options{Vars: values, NewID: s.newID}
		if a.Protocols == nil && cfg.Role == d.Role(true) {
			cfg.Dialer.Protocols = d.Protocols()
		}
		return nil
	}
	return nil
}

// newID makes up an id for an opening, from the run's seed.
func (s *script) newID(string) string {
	return fmt.Sprintf("%016x%016x", s.random.Uint64(), s.random.Uint64())
}
