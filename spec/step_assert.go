package spec

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Assert holds what has happened against matchers. Every key but `audio` and
// `turn` is an expression, or a difference of two moments.
type Assert struct {
	Audio       *Audio
	Turn        *Turn
	Comparisons []Comparison
}

func (a *Assert) shape() yamldoc.Shape {
	audio, turn := yamldoc.Optional(&a.Audio, yamldoc.Map[Audio]), yamldoc.Optional(&a.Turn, yamldoc.Map[Turn])
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if len(n.Fields) == 0 {
			yamldoc.Expected(n, "a mapping of what is asserted", out)
			return
		}
		for _, f := range n.Fields {
			switch f.Key.Text {
			case "audio":
				audio.Decode(f.Value, out)
			case "turn":
				turn.Decode(f.Value, out)
			default:
				a.Comparisons = append(a.Comparisons, readComparison(f, out))
			}
		}
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{Type: "object", Additional: &yamldoc.Schema{},
			Properties: []yamldoc.Property{{Name: "audio", Schema: audio.Describe(d)}, {Name: "turn", Schema: turn.Describe(d)}}}
	})
}
