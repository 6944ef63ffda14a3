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
