package spec

import (
	"fmt"
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Assert holds what has happened against matchers. Every key except `audio` and
// `turn` is an expression or a difference of two moments.
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
				if near, ok := misspelledCheck(f); ok {
					out.Hintf(f.Key.Pos, fmt.Sprintf("did you mean %q?", near), "unknown check %q", f.Key.Text)
					continue
				}
				a.Comparisons = append(a.Comparisons, readComparison(f, out))
			}
		}
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{Type: "object", Additional: &yamldoc.Schema{},
			Properties: []yamldoc.Property{{Name: "audio", Schema: audio.Describe(d)}, {Name: "turn", Schema: turn.Describe(d)}}}
	})
}

// Names gives everything that the checks name. A stream that is chosen by its
// tag is on the step's connection, which an empty name stands for.
func (a *Assert) Names() Names {
	var names Names
	for i := range a.Comparisons {
		c := &a.Comparisons[i]
		if c.Expression != nil {
			names.Expressions = append(names.Expressions, c.Expression)
		}
		if c.Difference != nil {
			names.Labels = append(names.Labels, Name{c.Pos, c.Difference.A.Label}, Name{c.Pos, c.Difference.B.Label})
		}
		names.Matchers = append(names.Matchers, &c.Matcher)
	}
	if a.Audio != nil {
		for i := range a.Audio.Checks {
			names.Matchers = append(names.Matchers, &a.Audio.Checks[i].Want.Matcher)
		}
		names.Labels = append(names.Labels, a.Audio.labels()...)
		names.References = append(names.References, &a.Audio.Source)
		names.Connections = append(names.Connections, a.Audio.Source.connections()...)
		if a.Audio.During.Text == "" {
			names.Connections = append(names.Connections, Name{})
		}
	}
	if a.Turn != nil {
		names.Labels = append(names.Labels, a.Turn.labels()...)
		for i := range a.Turn.Checks {
			names.Matchers = append(names.Matchers, &a.Turn.Checks[i].Want.Matcher)
		}
	}
	return names
}

// misspelledCheck reports whether a key is a misspelled `audio` or `turn`, and
// which. An expression can look like one, so the value must have only keys of
// that check.
func misspelledCheck(f yamldoc.Field) (string, bool) {
	if len(f.Value.Fields) == 0 || value.IsMatcher(f.Value) {
		return "", false
	}
	near, ok := diag.Nearest(f.Key.Text, []string{"audio", "turn"})
	if !ok {
		return "", false
	}
	keys := map[string][]string{"audio": yamldoc.Names(&Audio{}), "turn": yamldoc.Names(&Turn{})}[near]
	other := func(f yamldoc.Field) bool { return !slices.Contains(keys, f.Key.Text) }
	return near, !slices.ContainsFunc(f.Value.Fields, other)
}
