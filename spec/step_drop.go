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
	word := yamldoc.Word(&d.How, "fin", "rst", "half")
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind != yamldoc.Scalar {
			out.Hintf(n.Pos, "fin ends our side in order, rst breaks the connection off, half ends our side and reads on", "say how: drop: fin, drop: rst or drop: half")
			return
		}
		word.Decode(n, out)
	}, word.Describe)
}
