package plan

import (
	"slices"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/network"
	"github.com/duologue/duologue/spec"
)

// Line computes what a step or a key makes of a line. For a nil one it gives nil. A reset
// is no condition of a line.
func Line(n *spec.Network, env expr.Env) (*network.Conditions, error) {
	if n == nil {
		return nil, nil
	}
	r := lineReader{env: env}
	to := r.line(n)
	if len(r.wrong) > 0 {
		return nil, r.wrong[0]
	}
	return &to, nil
}

// lineReader computes what is said of a line, and gathers what is wrong with it.
type lineReader struct {
	env   expr.Env
	later func(spec.Computed) bool // nobody knows it yet, and so nothing is told of it; nil: all is known
	wrong []error
}

func (r *lineReader) fail(err error) {
	if err != nil {
		r.wrong = append(r.wrong, err)
	}
}

func (r *lineReader) line(n *spec.Network) network.Conditions {
	return network.Conditions{
		Up: r.way(&n.Way, n.Up), Down: r.way(&n.Way, n.Down), Idle: r.span(&n.Idle, 0), HalfOpen: n.Word == "half_open", Media: r.media(n.Media),
	}
}

// way computes one direction. What it does not say itself is as in both.
func (r *lineReader) way(both, own *spec.Way) network.Way {
	if own == nil {
		own = &spec.Way{}
	}
	return network.Way{
		Latency:   r.span(said(&own.Latency, &both.Latency), network.MaxDelay),
		Jitter:    r.span(said(&own.Jitter, &both.Jitter), network.MaxDelay),
		Bandwidth: r.rate(said(&own.Bandwidth, &both.Bandwidth)),
		Stall:     r.span(said(&own.Stall, &both.Stall), 0),
	}
}

// said gives the first value if it was written, or else the other one.
func said[T any](first, other *spec.Value[T]) *spec.Value[T] {
	if first.IsSet() {
		return first
	}
	return other
}

func computed[T any](r *lineReader, v *spec.Value[T]) (out T, err error) {
	if r.later != nil && r.later(v) {
		return out, diag.Told
	}
	return v.In(r.env)
}

func (r *lineReader) rate(v *spec.Value[int]) int {
	out, err := computed(r, v)
	r.fail(err)
	return out
}

// span computes a duration above 0, if it is written. most is the greatest; 0: there is
// none.
func (r *lineReader) span(v *spec.Value[time.Duration], most time.Duration) time.Duration {
	d, err := computed(r, v)
	switch {
	case err != nil:
	case v.IsSet() && d <= 0:
		err = diag.New(v.Pos, "leave out what is not to be disturbed", "%s disturbs nothing", diag.Round(d))
	case most > 0 && d > most:
		err = diag.New(v.Pos, "at most "+diag.Round(most), "%s is too long", diag.Round(d))
	}
	r.fail(err)
	return d
}

func (r *lineReader) media(d *spec.Disturbance) network.Media {
	if d == nil {
		return network.Media{}
	}
	return network.Media{
		Gap: r.spell(&d.Gap), Burst: r.spell(&d.Burst),
		Loss: r.share(&d.Loss), Duplicate: r.share(&d.Duplicate), Reorder: r.share(&d.Reorder), Drift: r.drift(&d.Drift),
	}
}

func (r *lineReader) spell(s *spec.Spell) network.Spell {
	out := network.Spell{Length: r.span(&s.Length, 0), Every: r.span(&s.Every, 0)}
	if s.Every.IsSet() && out.Every > 0 && out.Every <= out.Length {
		r.fail(diag.New(s.Every.Pos, "it has to be longer than `length`", "one begins every %s, before the last is over", diag.Round(out.Every)))
	}
	return out
}

// share computes a share above 0 and up to 1, if it is written.
func (r *lineReader) share(v *spec.Value[spec.Percent]) float64 {
	p, err := computed(r, v)
	if err == nil && v.IsSet() && (p <= 0 || p > 100) {
		err = diag.New(v.Pos, "above 0% and up to 100%", "%s is no share of chunks", p)
	}
	r.fail(err)
	return float64(p) / 100
}

func (r *lineReader) drift(v *spec.Value[spec.PPM]) float64 {
	d, err := computed(r, v)
	switch {
	case err != nil:
	case v.IsSet() && d == 0:
		err = diag.New(v.Pos, "leave out what is not to be disturbed", "%s disturbs nothing", d)
	case d < -network.MaxDrift || d > network.MaxDrift:
		err = diag.New(v.Pos, "-100000ppm to 100000ppm", "%s is too much of a drift", d)
	}
	r.fail(err)
	return float64(d)
}

// checkLine finds what is wrong with the line of a new connection. What a usual one names is
// looked up here, as its names do not stand in the step.
func checkLine(c *checker, step *spec.Step, n *spec.Network) {
	if n == nil {
		return
	}
	c.b.Wants.Network = true
	if n.Usual {
		c.uses(n.Uses())
	}
	checkNetwork(c, step, n)
}

// checkNetwork finds what is wrong with a line before anything is dialled.
func checkNetwork(c *checker, step *spec.Step, n *spec.Network) {
	if n.Media != nil {
		checkDisturbance(c, step, n)
	}
	r := lineReader{env: c.b.staticEnv(), later: func(v spec.Computed) bool {
		t := v.Template()
		return t != nil && (!c.b.isStatic(t) || !c.computable(c.b, v.Uses())) // the step will see
	}}
	r.line(n)
	for _, err := range r.wrong {
		c.complain(n.Pos, err)
	}
}

// checkDisturbance complains of chunks on a connection that certainly speaks no dialect. A usual
// disturbance is only for connections that do.
func checkDisturbance(c *checker, step *spec.Step, n *spec.Network) {
	switch carries := mayCarryMedia(c, step); {
	case n.Usual:
		c.heard[n.Media.Pos] = c.heard[n.Media.Pos] || carries
	case !carries:
		c.out.Hintf(n.Media.Pos, "give the connection a `dialect`", "connection %q carries no media whose chunks could be disturbed", step.On)
	}
}

// mayCarryMedia reports whether the connection of a step may speak a dialect.
func mayCarryMedia(c *checker, step *spec.Step) bool {
	said := c.spoken.by[step.On]
	return c.spoken.open || step.Adrift || len(said) == 0 || slices.ContainsFunc(said, func(d *spec.Dialect) bool { return d != nil })
}

// undisturbed complains of a usual disturbance of media if no connection that it is for carries any.
func undisturbed(b *binder) {
	n := b.suite.spec.Defaults.Network
	if n == nil || n.Media == nil || b.suite.spec.Defaults.Doubt.Wrong {
		return
	}
	if carried, asked := b.heard[n.Media.Pos]; asked && !carried {
		b.out.Hintf(n.Media.Pos, "give one a `dialect`", "no connection carries media whose chunks could be disturbed")
	}
}
