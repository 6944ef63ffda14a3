package runner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// accept takes the next dial on an endpoint and answers it.
func (s *script) accept(ctx context.Context, step *spec.Step, a *spec.Accept) *problem {
	e := s.endpoints[s.endpointName(a)]
	if e == nil {
		return s.broken(step, fmt.Errorf("there is no endpoint %q", a.Endpoint))
	}
	t, err := s.acceptance(a, s.env())
	if err != nil {
		return s.broken(step, err)
	}
	t.next, t.acceptor.TLS = s.nextDial(e), e.tls
	return s.admit(ctx, step, e.url, t, &a.Dialect)
}

// inbound lets a connect take the next dial of the run's listener, so that what
// was written for servers judges clients too. What it changes of the handshake
// is then changed of the answer.
func (s *script) inbound(ctx context.Context, step *spec.Step, a *spec.Connect) *problem {
	t := &acceptance{next: s.options.Inbound, acceptor: wire.Acceptor{Policy: policy(a.Policy)}, granting: a.Compression != nil && !a.Compression.Off,
		leaveOpen: a.NoWait, noPing: a.Policy.FinalPing == "off"}
	if t.granting {
		t.asking = wire.Deflate(*deflate(a.Compression))
	}
	var err error
	if t.protocols, err = protocols(a, s.env()); err != nil {
		return s.broken(step, err)
	}
	if t.answer.Header, err = header(a, s.env()); err != nil {
		return s.broken(step, err)
	}
	if t.answer.Edit, err = s.edit(a.Handshake, s.env()); err != nil {
		return s.broken(step, err)
	}
	return s.admit(ctx, step, "inbound", t, &a.Dialect)
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
	t.within, t.wait = within, s.options.Clock.Wait
	if t.answer.Edit.Delivery, err = s.delivery(step); err != nil {
		return s.broken(step, err)
	}
	cfg := session.Config{Name: step.On, Log: s.log, Clock: s.options.Clock, Chunks: s.wants.kinds["media"], Frames: s.wants.kinds["frame"], Media: s.wants.media, NoPing: t.noPing}
	offered, err := s.speak(&cfg, said, false)
	if err != nil {
		return s.broken(step, err)
	}
	t.protocols = append(t.protocols, offered...)
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
		if !t.leaveOpen {
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
			[]diag.Detail{{Label: "expected", Text: t.path}, {Label: "came", Text: wrong.asked}})
	}
	return nil // its error event tells what was wrong
}

// endpointName is the endpoint of an accept: the only one, where it says none.
func (b *binding) endpointName(a *spec.Accept) string {
	if declared := b.declared(); a.Endpoint == "" && len(declared) == 1 {
		return declared[0].Name
	}
	return a.Endpoint
}

// acceptance computes how a dial is answered.
func (b *binding) acceptance(a *spec.Accept, env expr.Env) (*acceptance, error) {
	t := &acceptance{acceptor: wire.Acceptor{Policy: policy(a.Policy)}, noPing: a.Policy.FinalPing == "off"}
	var err error
	if t.path, err = a.Path.In(env); err != nil {
		return nil, err
	}
	if t.delay, err = a.Delay.In(env); err != nil {
		return nil, err
	}
	if t.answer.Subprotocol, err = fieldValue(&a.Protocol, env); err != nil {
		return nil, err
	}
	for _, h := range a.Headers {
		lines, err := fields(h, env)
		if err != nil {
			return nil, err
		}
		t.answer.Header = append(t.answer.Header, lines...)
	}
	if t.answer.Edit, err = b.edit(a.Handshake, env); err != nil {
		return nil, err
	}
	if a.Never {
		t.answer.Edit.Head = []byte{}
	}
	if c := a.Compression; c != nil && !c.Off {
		if t.granting = *c == (spec.Compression{}); !t.granting {
			t.answer.Deflate = wire.DeflateOffer(*deflate(c)).Grant()
		}
	}
	return t, b.refusal(t, a, env)
}

// refusal computes the answer that refuses, if one is asked for.
func (b *binding) refusal(t *acceptance, a *spec.Accept, env expr.Env) error {
	status, err := a.Status.Or(env, http.StatusSwitchingProtocols)
	if err != nil {
		return err
	}
	body, err := a.Body.In(env, b.reader(env))
	if err != nil || status == http.StatusSwitchingProtocols {
		return err
	}
	t.refusal = &wire.Refusal{Status: status, Header: t.answer.Header, Body: body, Edit: t.answer.Edit}
	return nil
}

// bindAccept finds what can be known to be wrong with an accept.
func (c *checker) bindAccept(a *spec.Accept) {
	known := c.b.known["endpoints"]
	switch name := c.b.endpointName(a); {
	case name != "":
		c.missing(known, a.Pos, name, "there is no endpoint %q", name)
	case len(known.names) > 0:
		c.out.Hintf(a.Pos, "with `endpoint`", "say which of the endpoints takes the dial")
	case !known.open && len(known.perhaps) == 0:
		c.out.Because(known.cause(""), complaint(a.Pos, "such as endpoints: {here: {}}", "there is no endpoint to accept on"))
	}
	for _, h := range a.Headers {
		if !isToken(h.Name) {
			c.out.Addf(h.Pos, "%q is no name of a header", h.Name)
		}
	}
	c.opening(&a.Dialect, false)
}
