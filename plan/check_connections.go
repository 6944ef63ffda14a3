package plan

import (
	"cmp"
	"fmt"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
)

// parallel refuses branches that would take each other's events: chance would decide which
// of them gets one. Chance would also decide whether a branch that waits on a connection
// is ended by a close or error that another branch reads.
func (c *checker) parallel(step *spec.Step, a *spec.Parallel) {
	var before []intake // of the branches before this one
	labels := c.labels.clone()
	after := c.labels.clone()
	for _, b := range a.Branches {
		on := of(step).inside(b.On, b.Doubt)
		read := c.reads(b.Steps, on, 0)
		for _, r := range read {
			clash(c, step, before, r)
		}
		before = append(before, read...)
		c.labels = labels.clone()
		c.steps(b.Steps, on)
		after.join(c.labels)
	}
	c.labels = after
}

// clash complains of an event that a branch reads and earlier branches read as well.
// However many events clash, their cause is the same.
func clash(c *checker, step *spec.Step, before []intake, r intake) {
	for _, other := range before {
		switch {
		case other.on != r.on:
		case other.kind == r.kind:
			c.out.Because(clashes(step), diag.New(r.pos, "which branch gets one would be chance",
				"an earlier branch reads %s too", r))
			return
		case r.ends() || other.ends():
			c.out.Because(clashes(step), diag.New(r.pos, "read both in one branch; here it would be chance whether the one ends the waiting for the other",
				"an earlier branch reads %s events of connection %q, and this one %s", other.kind, r.on, r.kind))
			return
		}
	}
}

// clashes is the cause of all complaints about what the branches of a step read.
func clashes(step *spec.Step) string { return "branches at " + step.Pos.String() }

func (r intake) String() string {
	if r.on == "" {
		return r.kind + " events"
	}
	return fmt.Sprintf("%s events of connection %q", r.kind, r.on)
}

// intake is a kind of event that a step reads on a connection.
type intake struct {
	kind, on string
	pos      diag.Pos
}

// ends reports whether such an event ends every waiting that does not name it.
func (r intake) ends() bool { return r.kind == "close" || r.kind == "error" }

// reads gives what steps read, those of their blocks and sequences included.
func (c *checker) reads(steps []spec.Step, on connected, depth int) []intake {
	var out []intake
	c.walk(steps, on, depth, func(step *spec.Step) {
		e, ok := step.Action.(*spec.Expect)
		if !ok || step.Doubt.Wrong {
			return
		}
		for _, item := range e.Items {
			if item.Pattern.OnEndpoint() {
				out = append(out, intake{item.Pattern.Kind, "", item.Pattern.Pos})
				continue
			}
			if !item.Nothing && (item.On != "" || !step.Adrift) {
				out = append(out, intake{item.Pattern.Reads(), cmp.Or(item.On, step.On), item.Pattern.Pos})
			}
		}
	})
	return out
}

// walk visits steps, and those of their blocks and sequences. Each is given the connection
// that it speaks of.
func (c *checker) walk(steps []spec.Step, on connected, depth int, visit func(*spec.Step)) {
	if depth > MaxDepth {
		return
	}
	for _, s := range steps {
		s = on.placed(s)
		visit(&s)
		c.walk(c.suspected(&s), of(&s), depth+1, visit)
		for _, b := range s.Blocks() {
			c.walk(b.Steps, of(&s).inside(b.On, b.Doubt), depth, visit)
		}
		if a, ok := s.Action.(*spec.Use); ok {
			if seq := c.suite.sequences[a.Sequence]; seq != nil {
				c.walk(seq.Steps, of(&s), depth+1, visit)
			}
		}
	}
}
