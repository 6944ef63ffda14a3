package runner

import (
	"maps"
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
)

// parallel refuses branches that would take each other's events: which of them
// got one would be chance. So would be whether a branch that waits on a
// connection is ended by its close or error, if another branch reads that.
func (c *checker) parallel(step *spec.Step, a *spec.Parallel) {
	var before []reading // of the branches before this one
	labels := maps.Clone(c.labels)
	after := maps.Clone(c.labels)
	for _, b := range a.Branches {
		on := b.On
		if on == "" {
			on = step.On
		}
		read := c.reads(b.Steps, on, 0)
		for _, r := range read {
			c.clash(before, r)
		}
		before = append(before, read...)
		c.labels = maps.Clone(labels)
		c.steps(b.Steps, on)
		maps.Copy(after, c.labels)
	}
	c.labels = after
}

// clash complains of an event that is read beside what earlier branches read.
func (c *checker) clash(before []reading, r reading) {
	for _, other := range before {
		switch {
		case other.on != r.on:
		case other.kind == r.kind:
			c.out.Hintf(r.pos, "which branch gets one would be chance", "an earlier branch reads %s events of connection %q too", r.kind, r.on)
			return
		case r.ends() || other.ends():
			c.out.Hintf(r.pos, "read both in one branch; here it would be chance whether the one ends the waiting for the other",
				"an earlier branch reads %s events of connection %q, and this one %s", other.kind, r.on, r.kind)
			return
		}
	}
}

// reading is a kind of event that a step reads on a connection.
type reading struct {
	kind, on string
	pos      diag.Pos
}

// ends reports whether such an event ends every waiting that does not name it.
func (r reading) ends() bool { return r.kind == "close" || r.kind == "error" }

// reads gives what steps read, those of their blocks and sequences included.
func (c *checker) reads(steps []spec.Step, on string, depth int) []reading {
	var out []reading
	c.walk(steps, on, depth, func(step *spec.Step) {
		e, ok := step.Action.(*spec.Expect)
		if !ok {
			return
		}
		for _, item := range e.Items {
			if !item.Nothing {
				out = append(out, reading{item.Pattern.Kind, item.On, item.Pattern.Pos})
				if item.On == "" {
					out[len(out)-1].on = step.On
				}
			}
		}
	})
	return out
}

// walk visits steps and those of their blocks and sequences, each with the
// connection that it speaks of.
func (c *checker) walk(steps []spec.Step, on string, depth int, visit func(*spec.Step)) {
	if depth > maxDepth {
		return
	}
	for _, s := range steps {
		if s.On == "" {
			s.On = on
		}
		visit(&s)
		if s.Action == nil {
			continue
		}
		for _, b := range s.Action.Names().Blocks {
			at := b.On
			if at == "" {
				at = s.On
			}
			c.walk(b.Steps, at, depth, visit)
		}
		if a, ok := s.Action.(*spec.Use); ok {
			if seq := c.b.sequences[a.Sequence]; seq != nil {
				c.walk(seq.Steps, s.On, depth+1, visit)
			}
		}
	}
}

// made gives the names of the connections that a scenario makes.
func (c *checker) made(sc *spec.Scenario) map[string]bool {
	names := map[string]bool{}
	for _, steps := range [][]spec.Step{sc.Steps, sc.Finally} {
		c.walk(steps, spec.MainConnection, 0, func(s *spec.Step) {
			if s.Facts().Link == spec.Makes {
				names[s.On] = true
			}
		})
	}
	return names
}

// connection complains of the name of a connection that no step makes: nothing
// would come on it, and `absent` would pass.
func (c *checker) connection(pos diag.Pos, name string) {
	if !c.names[name] {
		c.out.Hintf(pos, diag.DidYouMean(name, slices.Sorted(maps.Keys(c.names))), "no step makes a connection %q", name)
	}
}
