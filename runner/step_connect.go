package runner

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// connect dials and waits for the handshake. A refusal does not fail it, since
// the script may expect just that: a step that needs the connection fails, and
// an error event that no step reads fails the scenario at this step.
func (s *scene) connect(ctx context.Context, step *spec.Step, a *spec.Connect) *problem {
	within, err := s.within(step)
	if err != nil {
		return s.broken(step, err)
	}
	if p := s.makeRoom(ctx, step, within); p != nil {
		return p
	}
	cfg := session.Config{Name: nameOf(step), Log: s.log, Wait: s.options.Wait}
	if cfg.Dialer, err = s.dialer(a, s.env()); err != nil {
		return s.broken(step, err)
	}
	cfg.Dialer.Timeout = within
	if err := s.speak(&cfg, a); err != nil {
		return s.broken(step, err)
	}
	s.inbox.retire(cfg.Name)
	c, err := session.Dial(ctx, cfg)
	if err != nil {
		return s.broken(step, err)
	}
	s.conns = append(s.conns, c)
	s.dialled[c] = step.Pos
	if a.NoWait {
		return nil
	}
	<-c.Opened() // at the latest when within is over, or ctx
	if ctx.Err() != nil && c.Err() != nil {
		return s.fails(step, step.Pos, "the scenario ran out of time in this step", s.ending(c))
	}
	var bad *wire.DialError
	if errors.As(c.Err(), &bad) && bad.Kind == wire.KindInvalid {
		return s.broken(step, bad)
	}
	s.inbox.pull()
	for _, ev := range s.inbox.events {
		if ev.Kind() == "open" && s.connOf(ev) == c {
			s.label(step, ev)
		}
	}
	return nil
}

// makeRoom sees to it that the name of a new connection is free: one that is
// about to end is waited for.
func (s *scene) makeRoom(ctx context.Context, step *spec.Step, within time.Duration) *problem {
	c := s.latest(nameOf(step))
	if c == nil {
		return nil
	}
	if state := c.ReadyState(); state == "open" || state == "connecting" {
		return s.broken(step, complaint(step.Pos, "close it first, or give the new one another name with `on`",
			"there is a connection %q already, and it is %s", c.Name(), state))
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	select {
	case <-c.Ended():
		return nil
	case <-ctx.Done():
		return s.fails(step, step.Pos, fmt.Sprintf("the connection %q of before has not ended yet", c.Name()), nil)
	}
}

// speak gives a connection the innermost dialect that was said.
func (s *scene) speak(cfg *session.Config, a *spec.Connect) error {
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
		cfg.Options = dialect.Options{Vars: values, NewID: newID}
		if a.Protocols == nil && cfg.Role == d.Dialer() {
			cfg.Dialer.Protocols = d.Protocols()
		}
		return nil
	}
	return nil
}

// newID makes up an id for an opening.
func newID(string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, see its documentation
	return hex.EncodeToString(b[:])
}
