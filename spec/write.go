package spec

import (
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Write says in which pieces the octets of a step are handed to the system.
type Write struct {
	Pos   diag.Pos
	Mode  Value[string] // batch or per_frame
	Chop  Value[int]    // the most octets of one write; 0 is no limit
	Delay Value[time.Duration]
}

// Pieces is a [Write] with every ${…} computed. The zero value is one write for
// all octets.
type Pieces struct {
	PerFrame bool
	Chop     int
	Delay    time.Duration
}

// In computes the pieces. A nil Write gives one write for all octets.
func (w *Write) In(env expr.Env) (Pieces, error) {
	if w == nil {
		return Pieces{}, nil
	}
	mode, err := w.Mode.Or(env, "batch")
	if err != nil {
		return Pieces{}, err
	}
	chop, err := w.Chop.In(env)
	if err != nil {
		return Pieces{}, err
	}
	delay, err := w.Delay.In(env)
	return Pieces{mode == "per_frame", chop, delay}, err
}

var writeUnit = unit[string]{"batch, per_frame or {chop, delay}", func(s string) (string, error) {
	if s != "batch" && s != "per_frame" {
		return "", diag.Hinted("batch, per_frame, or {chop: 1, delay: 2ms}", "%q is no way to write", s)
	}
	return s, nil
}}

func (w *Write) shape() yamldoc.Shape {
	mode, keyed := valueShape(&w.Mode, writeUnit), yamldoc.Map(w)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		w.Pos = n.Pos
		if n.Kind == yamldoc.Mapping {
			keyed.Decode(n, out)
			return
		}
		mode.Decode(n, out)
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{mode.Describe(d), keyed.Describe(d)}}
	})
}

// Keys names the keys of `write`.
func (w *Write) Keys(k *yamldoc.Keys) {
	k.Key("mode", valueShape(&w.Mode, writeUnit), "batch, or per_frame (batch).")
	k.Key("chop", Octets(&w.Chop), "The most octets in one write; default: 0, which is no limit.")
	k.Key("delay", Duration(&w.Delay), "How long to wait between two writes (0ms).")
}
