package spec

import (
	"cmp"
	"slices"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Defaults is what the scenarios and steps of a suite do not say themselves.
type Defaults struct {
	Within  Value[time.Duration]
	Connect Usual
	Network *Network // of the line of every connect and accept that says none itself; nil: it is good
	Conduct
	Doubt diag.Doubt
}

func (d *Defaults) shape() yamldoc.Shape {
	keyed := yamldoc.Map(d)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		var inner diag.List
		keyed.Decode(n, &inner)
		d.Doubt = inner.Doubt()
		out.Take(&inner)
		for i := range d.Listeners {
			d.Listeners[i].Usual = true
		}
		d.Unexpected.Usual = true
		if d.Network != nil {
			d.Network.Usual = true
		}
	}, keyed.Describe)
}

// Keys names the keys of `defaults`.
func (d *Defaults) Keys(k *yamldoc.Keys) {
	k.Key("within", Duration(&d.Within), "How long a step waits, unless it says so itself (5s).")
	k.Key("connect", yamldoc.Map(&d.Connect), "What every connect says, unless its step says it.")
	k.Key("network", yamldoc.Optional(&d.Network, lineOfStart), "What the line of every connect and accept is like, unless its step says it.")
	d.conductKeys(k)
}

// Conduct is how a scenario is performed and judged beside its steps.
type Conduct struct {
	Timeout    Value[time.Duration]
	Retries    Retries
	Order      string // "" or strict, per_kind
	Unexpected Unexpected
	Listeners  []Listener
}

// Retries says how often a scenario may be tried again, and after which verdicts.
type Retries struct {
	Times int
	On    []string // failed, error, inconclusive; nil for all of them
	said  bool
}

// After reports whether a scenario may be tried again after a verdict that is no pass.
func (r *Retries) After(verdict string) bool { return r.On == nil || slices.Contains(r.On, verdict) }

// conductKeys names the keys of a conduct.
func (c *Conduct) conductKeys(k *yamldoc.Keys) {
	k.Key("timeout", Duration(&c.Timeout), "How long the whole scenario may take (60s).")
	k.Key("retries", c.Retries.shape(), "How often it may be tried again; a pass is then called flaky.")
	k.Key("order", yamldoc.Word(&c.Order, "strict", "per_kind"), "Whether reading goes forward over all kinds (strict) or in each kind.")
	k.Key("unexpected", unexpectedShape(&c.Unexpected), "What becomes of events that no step read: fail, ignore, or a list of events that may come.")
	k.Key("listeners", yamldoc.List(&c.Listeners, yamldoc.Map[Listener]), "Rules that answer or ignore in the background.")
}

func (r *Retries) shape() yamldoc.Shape {
	times, keyed := yamldoc.Count(&r.Times, 0, maxRetries), yamldoc.Map(r)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		r.said = true
		if n.Kind == yamldoc.Mapping {
			keyed.Decode(n, out)
			return
		}
		times.Decode(n, out)
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{times.Describe(d), keyed.Describe(d)}}
	})
}

// maxRetries is how often a scenario may be tried again.
const maxRetries = 10

// Keys names the keys of `retries`.
func (r *Retries) Keys(k *yamldoc.Keys) {
	k.Key("times", yamldoc.Count(&r.Times, 0, maxRetries), "How often it may be tried again.", yamldoc.Required)
	k.Key("on", yamldoc.OneOrMore(&r.On, func(word *string) yamldoc.Shape { return yamldoc.Word(word, "failed", "error", "inconclusive") }),
		"After which verdicts it is tried again (all of them).")
	k.Whole(func(n *yamldoc.Node, out *diag.List) {
		if r.On != nil && len(r.On) == 0 {
			yamldoc.Expected(n.Get("on"), "a list of verdicts, such as [inconclusive]", out)
		}
	})
}

// Under gives the scenario with what the defaults of its suite say and it does not.
func (s *Scenario) Under(d *Defaults) *Scenario {
	out := *s
	out.Doubt = s.Doubt.With(d.Doubt)
	out.Conduct = s.Conduct.under(&d.Conduct)
	if s.Load != nil {
		out.Retries = s.Retries
	}
	return &out
}

// under gives the defaults of a suite with those of another, of which it does not say the
// same.
func (d *Defaults) under(outer *Defaults) Defaults {
	return Defaults{Within: d.Within.under(&outer.Within), Connect: Usual{*d.Connect.Under(&outer.Connect)}, Network: cmp.Or(d.Network, outer.Network),
		Conduct: d.Conduct.under(&outer.Conduct), Doubt: d.Doubt.With(outer.Doubt)}
}

// under gives the conduct with what an outer one says and it does not. Listeners of both are
// in force, and its own first; one of the same name takes the place of the outer one.
func (c *Conduct) under(outer *Conduct) Conduct {
	out := *c
	out.Timeout = c.Timeout.under(&outer.Timeout)
	if !c.Retries.said {
		out.Retries = outer.Retries
	}
	out.Order = cmp.Or(c.Order, outer.Order)
	if !c.Unexpected.said {
		out.Unexpected = outer.Unexpected
	}
	out.Listeners = slices.Clip(c.Listeners)
	for _, l := range outer.Listeners {
		if !slices.ContainsFunc(c.Listeners, func(own Listener) bool { return own.Name == l.Name }) {
			out.Listeners = append(out.Listeners, l)
		}
	}
	return out
}
