package plan

import (
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
		Bandwidth: computed(r, said(&own.Bandwidth, &both.Bandwidth)),
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

func computed[T any](r *lineReader, v *spec.Value[T]) T {
	out, err := v.In(r.env)
	r.fail(err)
	return out
}

// span computes a duration above 0, if it is written. most is the greatest; 0: there is
// none.
func (r *lineReader) span(v *spec.Value[time.Duration], most time.Duration) time.Duration {
	d, err := v.In(r.env)
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
	p, err := v.In(r.env)
	if err == nil && v.IsSet() && (p <= 0 || p > 100) {
		err = diag.New(v.Pos, "above 0% and up to 100%", "%s is no share of chunks", p)
	}
	r.fail(err)
	return float64(p) / 100
}

func (r *lineReader) drift(v *spec.Value[spec.PPM]) float64 {
	d, err := v.In(r.env)
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

// checkNetwork finds what is wrong with a line before anything is dialled.
func checkNetwork(c *checker, step *spec.Step, n *spec.Network) {
	if n == nil {
		return
	}
	if n.Media != nil {
		checkNoMedia(c, step, n)
	}
	for _, v := range n.Values() {
		if t := v.Template(); t != nil && (!c.b.isStatic(t) || !c.computable(c.b, v.Uses())) {
			return // the step will see
		}
	}
	r := lineReader{env: c.b.staticEnv()}
	r.line(n)
	for _, err := range r.wrong {
		c.complain(n.Pos, err)
	}
}

// checkNoMedia complains of chunks on a connection that certainly speaks no dialect.
func checkNoMedia(c *checker, step *spec.Step, n *spec.Network) {
	said := c.spoken.by[step.On]
	if c.spoken.open || step.Adrift || len(said) == 0 {
		return
	}
	for _, d := range said {
		if d != nil {
			return
		}
	}
	c.out.Hintf(n.Media.Pos, "give the connection a `dialect`", "connection %q carries no media whose chunks could be disturbed", step.On)
}
