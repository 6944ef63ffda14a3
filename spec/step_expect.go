package spec

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Expect is `expect` and `await`: the next unread event of the kind it names
// must match; with Skip those that do not match are read past.
type Expect struct {
	Pattern Pattern
	Skip    bool
}

func (e *Expect) shape() yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		e.Pattern = readPattern(n, out)
	}, func(*yamldoc.Defs) *yamldoc.Schema { return patternSchema() })
}

// patternSchema describes an event: its name, or a mapping of its name.
func patternSchema() *yamldoc.Schema {
	kinds := words(eventFields)
	object := &yamldoc.Schema{Type: "object", Closed: true}
	for _, kind := range kinds {
		object.Properties = append(object.Properties, yamldoc.Property{Name: kind, Schema: &yamldoc.Schema{}})
	}
	return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Enum: kinds}, object}}
}
