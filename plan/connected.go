package plan

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
)

// connected is the connection of steps that name none.
type connected struct {
	name   string
	adrift bool // it may be another one
}

var mainConnection = connected{name: spec.MainConnection}

// inside gives the connection of the steps in a block. The block may name one itself, and
// some of the block may be in doubt.
func (c connected) inside(said string, d diag.Doubt) connected {
	if said != "" {
		return connected{name: said}
	}
	return connected{c.name, c.adrift || d.Unclear()}
}

// placed gives a step with the connection that it speaks of.
func (c connected) placed(step spec.Step) spec.Step {
	if step.On == "" {
		step.On, step.Adrift = c.name, c.adrift || step.Adrift
	}
	return step
}

// of gives the connection of the steps inside a placed step.
func of(step *spec.Step) connected { return connected{step.On, step.Adrift} }
