package plan

import (
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/spec"
)

// What stands in the suite may name what only some of its scenarios have: a cell of their matrix, a
// variable of theirs, a service that starts with each of them. Others, the setup and the teardown
// lack it. That is a mistake only where they use it.

// elsewhere reports whether some scenario of the suite has what a chain of names stands for,
// though this one does not.
func elsewhere(b *binder, out *draft, r value.Reference) bool {
	k := out.known[r.Path[0]]
	if k == nil || len(r.Path) < 2 || !k.lacks(r.Path[1]) || r.Path[0] == "vars" && (out.unclear || out.set[r.Path[1]]) {
		return false
	}
	if b.theirs == nil {
		b.theirs = ofScenarios(b)
	}
	their := b.theirs[r.Path[0]]
	return their != nil && !their.lacks(r.Path[1])
}

// here leaves out what only other scenarios have.
func here(b *binder, out *draft, uses value.Uses) value.Uses {
	uses.Refs = slices.DeleteFunc(slices.Clone(uses.Refs), func(r value.Reference) bool { return elsewhere(b, out, r) })
	return uses
}

// ofScenarios gives what some scenario of the suite has.
func ofScenarios(b *binder) map[string]*known {
	vars, cells, services := newKnown("vars"), newKnown("matrix"), newKnown("service")
	for _, e := range b.suite.spec.Services {
		services.add(e.Name)
	}
	set := &draft{Scenario: &Scenario{}, set: vars.names}
	for i := range b.suite.spec.Scenarios {
		sc := &b.suite.spec.Scenarios[i]
		for _, v := range sc.Vars {
			vars.add(v.Name)
		}
		b.setBy(sc.Steps, set, 0)
		b.setBy(sc.Finally, set, 0)
		if m := sc.Matrix; m != nil {
			for _, axis := range m.Axes {
				cells.add(axis.Name)
			}
			cells.open = cells.open || len(m.Axes) == 0
		}
	}
	return map[string]*known{"vars": vars, "matrix": cells, "services": services}
}

// isAside reports whether a scenario is none of the suite's: it stands for the setup, the teardown
// or a sequence that nobody uses.
func isAside(b *binder, sc *spec.Scenario) bool {
	for i := range b.suite.spec.Scenarios {
		if b.suite.spec.Scenarios[i].Pos == sc.Pos {
			return false
		}
	}
	return true
}

// aims complains at pos, where the target is used, of what it names and only other scenarios have.
func aims(b *binder, out *draft, pos diag.Pos, hint string) {
	if len(out.lacks) == 0 {
		return
	}
	who := "this scenario does"
	if out.aside {
		who = "setup and teardown do"
	}
	var names []string
	for _, r := range out.lacks {
		names = append(names, r.Path[0]+"."+r.Path[1])
		if r.Path[0] == "services" {
			hint = "a service with `per: scenario` starts with each of them; write `per: suite` in it, or `url` here"
		}
	}
	all := strings.Join(names, ", ")
	b.out.Because("the target lacks "+all, diag.New(pos, hint, "the target names %s, which %s not have", all, who))
}

// setBy notes the variables that steps give a value.
func (b *binder) setBy(steps []spec.Step, out *draft, depth int) {
	if depth > MaxDepth {
		return // such sequences are complained of
	}
	for i := range steps {
		out.unclear = out.unclear || steps[i].Doubt.Unclear()
		switch a := steps[i].Action.(type) {
		case *spec.Set:
			for _, v := range a.Vars {
				if !v.Own {
					out.set[v.Name] = true
				}
			}
		case *spec.Use:
			if seq := b.suite.sequences[a.Sequence]; seq != nil {
				b.setBy(seq.Steps, out, depth+1)
			}
		}
		for _, block := range steps[i].Blocks() {
			b.setBy(block.Steps, out, depth+1)
		}
	}
}
