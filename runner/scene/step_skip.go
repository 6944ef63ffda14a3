package scene

import (
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// skip ends the scenario as skipped.
func skip(t *task, a *spec.Skip) *problem {
	reason, err := a.Reason.In(t.env())
	if err != nil {
		return t.broken(err)
	}
	p := t.fails(t.step.Pos, reason)
	p.verdict = trace.Skipped
	return p
}
