package spec

import (
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Stop ends a program that a step or the scenario has started.
type Stop struct {
	Program Name   // the label of a `run`, or a service
	Signal  string // "" or term, int, kill
}

// stopSignals are the signals that `stop` sends.
var stopSignals = []string{"term", "int", "kill"}

func (s *Stop) shape() yamldoc.Shape {
	word := nameShape(&s.Program)
	keyed := yamldoc.Map(s)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind == yamldoc.Scalar {
			word.Decode(n, out)
			return
		}
		keyed.Decode(n, out)
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{word.Describe(d), keyed.Describe(d)}}
	})
}

// Names gives the program.
func (s *Stop) Names() Names { return Names{Programs: []Name{s.Program}} }

// Keys names the keys of `stop`.
func (s *Stop) Keys(k *yamldoc.Keys) {
	k.Key("program", nameShape(&s.Program), "The label of a run in the background, or a service of the scenario.", yamldoc.Required)
	k.Key("signal", yamldoc.Word(&s.Signal, slices.Clone(stopSignals)...), "What it gets first: term, int or kill (term).")
}
