package scene

import (
	"context"
	"errors"
	"fmt"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// accept takes the next client that dials an endpoint and answers it.
func accept(ctx context.Context, t *task, a *spec.Accept) *problem {
	a = t.plan.Suite.Accept(a)
	e := t.endpoints.byName[t.plan.EndpointName(a)]
	if e == nil {
		return t.broken(fmt.Errorf("there is no endpoint %q", a.Endpoint))
	}
	computed, err := t.plan.Acceptance(a, t.env())
	if err != nil {
		return t.broken(err)
	}
	client := &acceptance{Acceptance: computed, next: t.endpoints.next(e), acceptor: wire.Acceptor{TLS: e.TLS}}
	return admit(ctx, t, client, e.url, &a.Dialect, a.Vars, a.Network)
}

// inbound takes the next client of the run as a server. So suites that were written for
// servers judge clients too.
func inbound(ctx context.Context, t *task, a *spec.Connect) *problem {
	computed, err := t.plan.Inbound(a, t.env())
	if err != nil {
		return t.broken(err)
	}
	next := func(ctx context.Context) (dialled, error) {
		nc, err := t.stage.Inbound(ctx)
		return dialled{Conn: nc, event: trace.Event{At: t.now()}}, err
	}
	return admit(ctx, t, &acceptance{Acceptance: computed, next: next}, "inbound", &a.Dialect, a.Vars, a.Network)
}

// admit takes a client as a connection of the scenario.
func admit(ctx context.Context, t *task, client *acceptance, address string, said *spec.Dialect, own []yamldoc.Entry[value.Data], line *spec.Network) *problem {
	within, err := t.within()
	if err != nil {
		return t.broken(err)
	}
	if p := t.makeRoom(ctx, within); p != nil {
		return p
	}
	client.wait, client.log, client.acceptor.Policy = t.stage.Clock.Wait, t.desk.log, client.Policy
	if client.Answer.Edit.Delivery, err = t.delivery(); err != nil {
		return t.broken(err)
	}
	cfg, err := t.config(client.NoPing, line)
	if err != nil {
		return t.broken(err)
	}
	client.line = cfg.Line
	offered, err := t.speak(&cfg, said, false)
	if err != nil {
		return t.broken(err)
	}
	cfg.Bad = lineFor(&cfg, line)
	if !client.Chosen {
		client.Protocols = append(client.Protocols, offered...)
	}
	vars, err := t.values(own)
	if err != nil {
		return t.broken(err)
	}
	client.limit = t.excuses.patience(within)
	c, err := t.desk.enter(cfg.Name, t.step.Pos, t.owning(vars, func() (*session.Conn, error) {
		return session.Accept(ctx, cfg, address, client.open)
	}))
	if err != nil {
		return t.broken(err)
	}
	<-c.Opened() // at the latest when within and the delay are over, or ctx
	return admitted(ctx, t, c, client)
}

// admitted judges what came of a client.
func admitted(ctx context.Context, t *task, c *session.Conn, client *acceptance) *problem {
	err := c.Err()
	made := t.handshake(c, asked(client.request, client.refused))
	if refused, ok := made.(refusedLabel); ok && client.request != nil {
		refused.at = t.desk.log.Offset(client.request.At) // the client may have our answer before we know that it was written
		made = refused
	}
	t.label(made)
	if p := t.ourTrouble(c); p != nil {
		return p
	}
	var wrong *wrongPath
	var late *lateClient
	switch {
	case err == nil:
		if !client.LeaveOpen {
			t.desk.takeOpen(c)
		}
		return nil
	case ctx.Err() != nil:
		return t.ranOut(ctx, "in this step", t.ending(c)...)
	case errors.Is(err, errNoDial):
		return t.inVain(client, "no client connected")
	case client.vain != "":
		return t.inVain(client, "no request of the client came", t.ending(c)...)
	case errors.As(err, &late):
		return t.belated(client.limit, late.at, late.what)
	case errors.As(err, &wrong):
		a := t.step.Action.(*spec.Accept)
		return t.fails(a.Path.Pos, "the client asks for another path",
			diag.Detail{Label: "expected", Text: client.Path}, diag.Detail{Label: "came", Text: wrong.asked})
	}
	return nil // its error event tells what was wrong
}

// inVain says that nothing came in the time of an accept.
func (t *task) inVain(client *acceptance, what string, details ...diag.Detail) *problem {
	p := t.fails(t.timePos(t.step.Pos), fmt.Sprintf("%s within %s", what, diag.Round(client.limit.asked)), details...)
	p.excuse = client.vain
	return p
}
