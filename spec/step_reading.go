package spec

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Reading stops taking what comes on a connection, or goes on.
type Reading struct {
	How string // off, on
}

func (r *Reading) shape() yamldoc.Shape {
	word := yamldoc.Word(&r.How, "off", "on")
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind != yamldoc.Scalar {
			out.Hintf(n.Pos, "off takes nothing more from the connection, on goes on", "say how: reading: off or reading: on")
			return
		}
		word.Decode(n, out)
	}, word.Describe)
}
