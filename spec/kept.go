package spec

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/match"
)

// kept takes a value that is kept under a name, such as that of a variable or an argument.
// It may be or hold a matcher.
func kept(d *value.Data) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) { *d = readKept(n, out) }, value.JSON(d).Describe)
}

func readKept(n *yamldoc.Node, out *diag.List) value.Data {
	match.CheckWords(n, out)
	return value.ReadKept(n, out)
}

// own takes a value of a variable of a connection, which is no matcher.
func own(d *value.Data) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		*d = readKept(n, out)
		checkOwn(d, out)
	}, value.JSON(d).Describe)
}

func checkOwn(d *value.Data, out *diag.List) {
	if d.HoldsCondition() {
		out.Hintf(d.Pos, "keep it in vars", "a variable of a connection holds no matcher")
	}
}
