package spec

import (
	"bytes"
	"encoding/json"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Data is a value as JSON has them, any scalar of which may be written ${…}.
// Bound data holds no ${…}.
type Data struct {
	Pos      diag.Pos
	node     *yamldoc.Node
	literal  any // of a scalar: string, bool, json.Number, time.Duration, float64 or nil
	template *expr.Template
	list     []Data
	object   []yamldoc.Entry[Data]
	kind     yamldoc.Kind
}

// readData reads data whose scalars are read by scalar.
func readData(n *yamldoc.Node, scalar func(n *yamldoc.Node) (any, error), out *diag.List) Data {
	d := Data{Pos: n.Pos, node: n, kind: n.Kind}
	switch n.Kind {
	case yamldoc.Sequence:
		for _, item := range n.Items {
			d.list = append(d.list, readData(item, scalar, out))
		}
		return d
	case yamldoc.Mapping:
		for _, f := range n.Fields {
			d.object = append(d.object, yamldoc.Entry[Data]{Name: f.Key.Text, Pos: f.Key.Pos, Value: readData(f.Value, scalar, out)})
		}
		return d
	}
	t, err := expr.Parse(n.Text, expr.Scope{})
	if err != nil {
		out.Add(explain(n, err))
		return d
	}
	text, constant := t.Constant()
	if !constant {
		d.template = t
		return d
	}
	plain := *n
	plain.Text = text
	if d.literal, err = scalar(&plain); err != nil {
		out.Add(diag.At(n.Pos, err))
	}
	return d
}

// JSON takes any JSON value; objects and lists hold further values.
func JSON(d *Data) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		*d = readData(n, literal, out)
	}, func(*yamldoc.Defs) *yamldoc.Schema { return &yamldoc.Schema{} })
}

// Bind computes every ${…} once and gives data without any.
func (d Data) Bind(env expr.Env) (Data, error) {
	if d.template != nil {
		v, err := d.template.Eval(env)
		if err != nil {
			return d, explain(d.node, err)
		}
		d.literal, d.template = v, nil
		return d, nil
	}
	if d.list != nil {
		list := make([]Data, len(d.list))
		for i, item := range d.list {
			var err error
			if list[i], err = item.Bind(env); err != nil {
				return d, err
			}
		}
		d.list = list
	}
	if d.object != nil {
		object := make([]yamldoc.Entry[Data], len(d.object))
		for i, f := range d.object {
			v, err := f.Value.Bind(env)
			if err != nil {
				return d, err
			}
			object[i] = yamldoc.Entry[Data]{Name: f.Name, Pos: f.Pos, Value: v}
		}
		d.object = object
	}
	return d, nil
}

// computed gives the first part of data that holds ${…}, nil if none does.
func (d Data) computed() *Data {
	if d.template != nil {
		return &d
	}
	for _, item := range d.list {
		if at := item.computed(); at != nil {
			return at
		}
	}
	for _, f := range d.object {
		if at := f.Value.computed(); at != nil {
			return at
		}
	}
	return nil
}

// Value gives bound data as plain Go values: string, bool, json.Number, nil,
// []any, map[string]any, or what an expression gave.
func (d Data) Value() any {
	switch d.kind {
	case yamldoc.Sequence:
		list := make([]any, len(d.list))
		for i, item := range d.list {
			list[i] = item.Value()
		}
		return list
	case yamldoc.Mapping:
		object := make(map[string]any, len(d.object))
		for _, f := range d.object {
			object[f.Name] = f.Value.Value()
		}
		return object
	}
	return d.literal
}

// Fields gives the entries of an object in the order in which they were
// written, and whether it is one.
func (d Data) Fields() ([]yamldoc.Entry[Data], bool) { return d.object, d.kind == yamldoc.Mapping }

// Items gives the items of a list, and whether it is one.
func (d Data) Items() ([]Data, bool) { return d.list, d.kind == yamldoc.Sequence }

// MarshalJSON writes bound data with the keys of objects in the order in which
// they were written: a peer may care, and a reader of the trace does.
func (d Data) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	switch d.kind {
	case yamldoc.Sequence:
		b.WriteByte('[')
		for i, item := range d.list {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := appendJSON(&b, item); err != nil {
				return nil, err
			}
		}
		b.WriteByte(']')
	case yamldoc.Mapping:
		b.WriteByte('{')
		for i, f := range d.object {
			if i > 0 {
				b.WriteByte(',')
			}
			_ = appendJSON(&b, f.Name) // text always can be written
			b.WriteByte(':')
			if err := appendJSON(&b, f.Value); err != nil {
				return nil, err
			}
		}
		b.WriteByte('}')
	default:
		if err := appendJSON(&b, d.literal); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

func appendJSON(b *bytes.Buffer, v any) error {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1)
	return nil
}

// IsNull reports whether the data is null, as it was written.
func (d Data) IsNull() bool {
	return d.kind == yamldoc.Scalar && d.literal == nil && d.template == nil
}
