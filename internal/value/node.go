package value

import (
	"encoding/json"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Plain gives a value as it is written, in which nothing is computed.
func Plain(n *yamldoc.Node, out *diag.List) any {
	switch n.Kind {
	case yamldoc.Sequence:
		list := make([]any, len(n.Items))
		for i, item := range n.Items {
			list[i] = Plain(item, out)
		}
		return list
	case yamldoc.Mapping:
		object := expr.NewMapping(len(n.Fields))
		for _, f := range n.Fields {
			object.Set(f.Key.Text, Plain(f.Value, out))
		}
		return object
	}
	v, err := Literal(n)
	if err != nil {
		out.Add(diag.At(n.Pos, err))
	}
	return v
}

// NodeOf gives a computed value as if it were written at pos, for shapes to read. It is an
// error if the value, or one in it, can be neither text nor JSON.
func NodeOf(v any, pos diag.Pos) (*yamldoc.Node, error) {
	n := &yamldoc.Node{Pos: pos}
	switch v := v.(type) {
	case []any:
		n.Kind = yamldoc.Sequence
		for _, item := range v {
			inner, err := NodeOf(item, pos)
			if err != nil {
				return nil, err
			}
			n.Items = append(n.Items, inner)
		}
		return n, nil
	case *expr.Mapping:
		n.Kind = yamldoc.Mapping
		for name, item := range v.All() {
			inner, err := NodeOf(item, pos)
			if err != nil {
				return nil, err
			}
			if strings.HasPrefix(name, "$") {
				name = "$" + name
			}
			n.Fields = append(n.Fields, yamldoc.Field{Key: &yamldoc.Node{Pos: pos, Text: name}, Value: inner})
		}
		return n, nil
	case nil:
		n.Text = "null"
		return n, nil
	}
	text, err := expr.Text(v)
	if err != nil {
		return nil, diag.At(pos, err)
	}
	switch v.(type) {
	case json.Number, int, int64, float64, bool:
	default:
		n.Quoted = true
	}
	n.Text = strings.ReplaceAll(text, "$", "$$")
	return n, nil
}
