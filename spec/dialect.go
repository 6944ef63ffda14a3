package spec

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Dialect says how media travels: the name of a dialect or of its file, our
// role, and values for the opening message.
type Dialect struct {
	Pos    diag.Pos
	Name   string
	Role   string // platform or app; "" is the role of the side that dials in this dialect
	Values []yamldoc.Entry[value.Data]
	Lost   bool // it was said, and its name could not be read
}

// DialectOf takes a name, or {name, role, …}.
func DialectOf(d *Dialect) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		d.Pos = n.Pos
		defer func() { d.Lost = d.Name == "" }()
		if n.Kind != yamldoc.Mapping {
			wordShape(&d.Name).Decode(n, out)
			return
		}
		for _, f := range n.Fields {
			switch f.Key.Text {
			case "name":
				d.Pos = f.Value.Pos
				wordShape(&d.Name).Decode(f.Value, out)
			case "role":
				yamldoc.Word(&d.Role, "platform", "app").Decode(f.Value, out)
			default:
				d.Values = append(d.Values, yamldoc.Entry[value.Data]{Name: f.Key.Text, Pos: f.Key.Pos, Value: value.Read(f.Value, value.Literal, out)})
			}
		}
		if n.Get("name") == nil {
			out.Addf(n.Pos, "key %q is missing", "name")
		}
	}, func(*yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Type: "string"}, {Type: "object", Additional: &yamldoc.Schema{},
			Properties: []yamldoc.Property{
				{Name: "name", Required: true, Schema: &yamldoc.Schema{Type: "string"}},
				{Name: "role", Schema: &yamldoc.Schema{Enum: []string{"platform", "app"}}},
			}}}}
	})
}

// IsSet reports whether a dialect was named.
func (d *Dialect) IsSet() bool { return d.Name != "" }

// In computes the values for the opening message.
func (d *Dialect) In(env expr.Env) (map[string]any, error) {
	values := make(map[string]any, len(d.Values))
	for _, v := range d.Values {
		bound, err := v.Value.Bind(env)
		if err != nil {
			return nil, err
		}
		values[v.Name] = bound.Value()
	}
	return values, nil
}
