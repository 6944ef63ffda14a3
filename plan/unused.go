package plan

import (
	"github.com/duologue/duologue/spec"
)

// unused checks the sequences of the suite that none of its scenarios uses. Another suite
// may use them where labels, variables and connections exist that this one does not know.
func (b *binder) unused() {
	for i := range b.suite.spec.Sequences {
		seq := &b.suite.spec.Sequences[i]
		if b.used[&seq.Value] || !b.fits(seq.Pos, seq.Value.Steps) {
			continue
		}
		anything, listeners := newKnown(""), newKnown("")
		anything.open, listeners.open = true, true
		out := b.bind(&spec.Scenario{Pos: seq.Pos, Name: seq.Name}, nil, anything, nil)
		out.aimless, out.lacks = true, nil
		for name := range out.known {
			out.known[name] = anything
		}
		c := checker{binder: b, b: out, given: &given{}, labels: anything, vars: anything, listeners: listeners, programs: anything, inForce: map[string]bool{}, unopened: anything, conns: anything, own: anything, args: argumentsOf(seq.Name, &seq.Value)}
		c.sequence(&seq.Value, mainConnection)
	}
}
