package spec

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Drop ends a connection without a Close frame.
type Drop struct {
	How string // fin, rst, half
}

func (d *Drop) shape() yamldoc.Shape {
	return wordOf(&d.How, "say how: drop: fin, drop: rst or drop: half",
		"fin ends our side in order, rst resets the connection, half ends our side and reads on", "fin", "rst", "half")
}

// Names gives nothing.
func (d *Drop) Names() Names { return Names{} }

// wordOf is the shape of a verb that takes one word. The complaint about
// anything else is ask, with hint.
func wordOf(to *string, ask, hint string, words ...string) yamldoc.Shape {
	word := yamldoc.Word(to, words...)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind != yamldoc.Scalar {
			out.Hintf(n.Pos, hint, "%s", ask)
			return
		}
		word.Decode(n, out)
	}, word.Describe)
}
