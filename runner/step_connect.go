package runner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// connect dials and waits for the handshake. A refusal does not fail it, since
// the script may expect just that: a step that needs the connection fails, and
// an error event that no step reads fails the scenario at this step.
func (s *script) connect(ctx context.Context, step *spec.Step, a *spec.Connect) *problem {
	if s.options.Inbound != nil {
		return s.inbound(ctx, step, a)
	}
	within, err := s.within(step)
	if err != nil {
		return s.broken(step, err)
	}
	if p := s.makeRoom(ctx, step, within); p != nil {
		return p
	}
	cfg := session.Config{Name: step.On, Log: s.log, Clock: s.options.Clock, Chunks: s.Wants.Kinds["media"], Frames: s.Wants.Kinds["frame"], Media: s.streamsKept(), NoPing: a.Policy.FinalPing == "off"}
	if cfg.Dialer, err = s.Dialer(a, s.env()); err != nil {
		return s.broken(step, err)
	}
	cfg.Dialer.Timeout, cfg.Dialer.NetDial = within, s.options.Dial
	if cfg.Dialer.Edit.Delivery, err = s.delivery(step); err != nil {
		return s.broken(step, err)
	}
	offered, err := s.speak(&cfg, &a.Dialect, true)
	if err != nil {
		return s.broken(step, err)
	}
	if a.Protocols == nil {
		cfg.Dialer.Protocols = offered
	}
	c, err := s.enter(step, &cfg, func() (*session.Conn, error) {
		// The attempt outlives the script: what has become of it is looked at after the last step.
		return session.Dial(context.WithoutCancel(ctx), cfg)
	})
	if err != nil {
		return s.broken(step, err)
	}
	if a.NoWait {
		s.names.put(step.As, attemptLabel{s.now(), s, c})
		return nil
	}
	select {
	case <-c.Opened(): // at the latest when within is over
	case <-ctx.Done():
		c.Abandon()
	}
	s.names.put(step.As, s.handshake(c, nil))
	if p := s.ourTrouble(c); p != nil {
		return p
	}
	if ctx.Err() != nil && c.Err() != nil {
		return s.ranOut(ctx, step, "in this step", s.ending(c))
	}
	s.takeOpen(c)
	return nil
}

// enter makes a new connection one of the scenario. It lets nobody look at
// events meanwhile: the first may be there before begin has returned, and a
// listener must know the connection that it is to answer on.
func (s *script) enter(step *spec.Step, cfg *session.Config, begin func() (*session.Conn, error)) (*session.Conn, error) {
	s.claims.Lock()
	defer s.claims.Unlock()
	s.pullAlone()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inbox.retire(cfg.Name)
	c, err := begin()
	if err != nil {
		return nil, err
	}
	s.conns = append(s.conns, c)
	s.dialled[c] = step.Pos
	return c, nil
}

// takeOpen reads the open event that a step waited for.
func (s *script) takeOpen(c *session.Conn) {
	s.pull()
	for _, ev := range s.inboxOf(c) {
		if ev.Kind() == "open" {
			s.mu.Lock()
			s.inbox.take(ev)
			s.mu.Unlock()
		}
	}
}

// inboxOf gives what is unread of a connection.
func (s *script) inboxOf(c *session.Conn) []trace.Event {
	s.mu.Lock()
	events := s.inbox.waiting()
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
		return s.broken(step, diag.New(step.Pos, "close it first, or give the new one another name with `on`",
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
		p := s.fails(step, step.Pos, fmt.Sprintf("the earlier connection %q has not ended within %s", c.Name(), diag.Round(within)), nil)
		p.timing = &lateness.Window{From: begin, To: begin + within}
		return p
	}
}

// speak gives a connection the innermost dialect that was said, and returns the
// subprotocols that the dialer offers in it.
func (s *script) speak(cfg *session.Config, inner *spec.Dialect, dials bool) ([]string, error) {
	spoken, err := s.Speak(inner, dials, s.env())
	if err != nil {
		return nil, err
	}
	cfg.Dialect, cfg.Role, cfg.Options = spoken.Dialect, spoken.Role, dialect.Options{Vars: spoken.Values, NewID: s.newID}
	return spoken.Protocols, nil
}

// newID makes up an id for an opening, from the run's seed.
func (s *script) newID(string) string {
	return fmt.Sprintf("%016x%016x", s.sounds.random.Uint64(), s.sounds.random.Uint64())
}
