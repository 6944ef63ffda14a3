package scene

import (
	"context"
	"fmt"
	"strconv"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/network"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
)

// connect dials and waits for the handshake. A refusal does not fail the step, since the
// suite may expect just that. Without a connection a later step fails, or the scenario
// does because no step reads the error event.
func connect(ctx context.Context, t *task, a *spec.Connect) *problem {
	a = t.plan.Suite.Connect(a)
	if t.stage.Inbound != nil {
		return inbound(ctx, t, a)
	}
	within, err := t.within()
	if err != nil {
		return t.broken(err)
	}
	if p := t.makeRoom(ctx, within); p != nil {
		return p
	}
	cfg, err := t.config(a.Policy.FinalPing == "off", a.Network)
	if err != nil {
		return t.broken(err)
	}
	if cfg.Dialer, err = t.plan.Dialer(a, t.env()); err != nil {
		return t.broken(err)
	}
	cfg.Dialer.Timeout, cfg.Dialer.NetDial = within+2*maxOvertime, t.stage.Dial // an attempt ends before, by its context
	if cfg.Dialer.Edit.Delivery, err = t.delivery(); err != nil {
		return t.broken(err)
	}
	retry, err := t.plan.Retry(a, t.env())
	if err != nil {
		return t.broken(err)
	}
	limit := &dialling{excuses: t.excuses, within: within, all: t.excuses.patience(retry.Until)}
	cfg.Retry = session.Retry{Until: retry.Until, Every: retry.Every, Bound: limit.bound, Longer: limit.longer}
	offered, err := t.speak(&cfg, &a.Dialect, true)
	if err != nil {
		return t.broken(err)
	}
	cfg.Bad = lineFor(&cfg, a.Network)
	if a.Protocols == nil && len(offered) > 0 { // otherwise the dialer has what every connect offers
		cfg.Dialer.Protocols = offered
	}
	vars, err := t.values(a.Vars)
	if err != nil {
		return t.broken(err)
	}
	c, err := t.desk.enter(cfg.Name, t.step.Pos, t.owning(vars, func() (*session.Conn, error) {
		// The attempt outlives the thread: the end of the scenario looks at what became of it.
		return session.Dial(context.WithoutCancel(ctx), cfg)
	}))
	if err != nil {
		return t.broken(err)
	}
	t.dials.keep(c, limit)
	if a.NoWait {
		t.label(attemptLabel{t.now(), t.scene, c})
		return nil
	}
	return dialledAndWaited(ctx, t, c)
}

// dialledAndWaited waits for the handshake and labels what came of it.
func dialledAndWaited(ctx context.Context, t *task, c *session.Conn) *problem {
	select {
	case <-c.Opened(): // at the latest when the time of the step is over
	case <-ctx.Done():
		c.Abandon()
	}
	t.label(t.handshake(c, nil))
	if p := t.ourTrouble(c); p != nil {
		return p
	}
	if ctx.Err() != nil && c.Err() != nil {
		return t.ranOut(ctx, "in this step", t.ending(c)...)
	}
	t.desk.takeOpen(c)
	return t.untimely(c)
}

// config is what the connection of a step is made of.
func (t *task) config(noPing bool, line *spec.Network) (session.Config, error) {
	w := &t.plan.Wants
	bad, err := plan.Line(line, t.env())
	return session.Config{
		Name: t.step.On, Log: t.desk.log, Clock: t.stage.Clock, NoPing: noPing, Line: t.line(), Bad: bad,
		Chunks: w.Kinds["media"], Frames: w.Kinds["frame"], Media: w.Media || t.stage.Audio || t.stage.Events,
	}, err
}

// lineFor gives the line of a new connection. What is usual for media is left out where there
// is no dialect.
func lineFor(cfg *session.Config, said *spec.Network) *network.Conditions {
	if said == nil || !said.Usual || cfg.Dialect != nil {
		return cfg.Bad
	}
	out := *cfg.Bad
	if out.Media = (network.Media{}); out == (network.Conditions{}) {
		return nil
	}
	return &out
}

// line gives the connection of a step a line that may become bad, if the scenario makes
// any bad. Its chance depends on the name of the connection, and on how many had that
// name before.
func (t *task) line() *network.Line {
	if !t.plan.Wants.Network {
		return nil
	}
	before := 0
	for _, c := range t.desk.connections() {
		if c.Name() == t.step.On {
			before++
		}
	}
	return network.New(t.plan.Random(t.turn, "network", t.step.On, strconv.Itoa(before)))
}

// speak gives a connection the innermost dialect that was said, and returns the
// subprotocols that the dialling side offers in it.
func (t *task) speak(cfg *session.Config, inner *spec.Dialect, dials bool) ([]string, error) {
	spoken, err := t.plan.Speak(inner, dials, t.env())
	if err != nil {
		return nil, err
	}
	cfg.Dialect, cfg.Role, cfg.Options = spoken.Dialect, spoken.Role, dialect.Options{Vars: spoken.Values, NewID: t.sounds.newID}
	return spoken.Protocols, nil
}

// newID makes up an id for an opening, by chance.
func (s *sounds) newID(string) string {
	return fmt.Sprintf("%016x%016x", s.random.Uint64(), s.random.Uint64())
}
