// Package value holds values as a suite writes them: [Data] of any shape, bare
// expressions, and the names that these refer to. What is written as ${…} is
// computed by Bind or Value; an error of that has the place of the word that it
// means.
package value

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

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
	wrong    bool // it was complained of
	list     []Data
	object   []yamldoc.Entry[Data]
	kind     yamldoc.Kind
}

// Read reads data whose scalars are read by scalar.
func Read(n *yamldoc.Node, scalar func(n *yamldoc.Node) (any, error), out *diag.List) Data {
	d := Data{Pos: n.Pos, node: n, kind: n.Kind}
	switch n.Kind {
	case yamldoc.Sequence:
		for _, item := range n.Items {
			d.list = append(d.list, Read(item, scalar, out))
		}
		return d
	case yamldoc.Mapping:
		for _, f := range n.Fields {
			d.object = append(d.object, yamldoc.Entry[Data]{Name: Key(f.Key.Text), Pos: f.Key.Pos, Value: Read(f.Value, scalar, out)})
		}
		return d
	}
	t, err := expr.Parse(n.Text, expr.Scope{})
	if err != nil {
		out.Add(Explain(n, err))
		d.wrong = true
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
		d.wrong = true
	}
	return d
}

// Key is the name that a key is written for: $$ at its beginning is a plain $.
func Key(written string) string {
	if strings.HasPrefix(written, "$$") {
		return written[1:]
	}
	return written
}

// JSON takes any JSON value that is sent as it stands; objects and lists hold
// further values.
func JSON(d *Data) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		*d = Read(n, Literal, out)
	}, func(*yamldoc.Defs) *yamldoc.Schema { return &yamldoc.Schema{} })
}

// Variable takes any JSON value that is kept to be named later, in which a
// matcher would be data.
func Variable(d *Data) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		NoMatchers(n, out)
		*d = Read(n, Literal, out)
	}, JSON(d).Describe)
}

// NoMatchers complains of the keys in a value that begin with a single $: they
// look like matchers, and would be taken for keys.
func NoMatchers(n *yamldoc.Node, out *diag.List) {
	for _, item := range n.Items {
		NoMatchers(item, out)
	}
	for _, f := range n.Fields {
		if name := f.Key.Text; Key(name) == name && strings.HasPrefix(name, "$") {
			out.Hintf(f.Key.Pos, "write a matcher directly in the place of the value that it checks; a key that begins with $ is written $"+name,
				"%s is not a matcher here: it would be a key of the value", name)
			continue
		}
		NoMatchers(f.Value, out)
	}
}

// Bind computes every ${…} once and gives data without any. An error is a
// [diag.Diagnostic] with the place, or [diag.Told].
func (d Data) Bind(env expr.Env) (Data, error) {
	if d.wrong {
		return Data{}, diag.Told
	}
	if d.template != nil {
		v, err := d.template.Eval(env)
		if err != nil {
			return d, Explain(d.node, err)
		}
		d.literal, d.template = v, nil
		return d, nil
	}
	var err error
	d.list = slices.Clone(d.list)
	for i := range d.list {
		if d.list[i], err = d.list[i].Bind(env); err != nil {
			return d, err
		}
	}
	d.object = slices.Clone(d.object)
	for i := range d.object {
		if d.object[i].Value, err = d.object[i].Value.Bind(env); err != nil {
			return d, err
		}
	}
	return d, nil
}

// Computed gives the first part of data that holds ${…}, nil if none does.
func (d Data) Computed() *Data {
	if d.template != nil {
		return &d
	}
	for _, item := range d.list {
		if at := item.Computed(); at != nil {
			return at
		}
	}
	for _, f := range d.object {
		if at := f.Value.Computed(); at != nil {
			return at
		}
	}
	return nil
}

// Value gives bound data as plain Go values: string, bool, json.Number, nil,
// []any, *expr.Mapping, or what an expression gave.
func (d Data) Value() any {
	switch d.kind {
	case yamldoc.Sequence:
		list := make([]any, len(d.list))
		for i, item := range d.list {
			list[i] = item.Value()
		}
		return list
	case yamldoc.Mapping:
		object := expr.NewMapping(len(d.object))
		for _, f := range d.object {
			object.Set(f.Name, f.Value.Value())
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
			if err := expr.AppendJSON(&b, item); err != nil {
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
			_ = expr.AppendJSON(&b, f.Name) // text always can be written
			b.WriteByte(':')
			if err := expr.AppendJSON(&b, f.Value); err != nil {
				return nil, err
			}
		}
		b.WriteByte('}')
	default:
		if err := expr.AppendJSON(&b, d.literal); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// IsNull reports whether the data is null, as it was written.
func (d Data) IsNull() bool {
	return d.kind == yamldoc.Scalar && d.literal == nil && d.template == nil
}

// Constant makes data of a plain value, as a row of a file has it.
func Constant(pos diag.Pos, v any) Data { return Data{Pos: pos, literal: v} }

// Written gives a scalar that holds no ${…}, and whether the data is one.
func (d Data) Written() (any, bool) {
	return d.literal, d.kind == yamldoc.Scalar && d.template == nil
}

// IsSet reports whether the data was written at all.
func (d Data) IsSet() bool { return d.node != nil }

// Map gives bound data with each scalar as read gives it.
func (d Data) Map(read func(any) (any, error)) (Data, error) {
	var err error
	if d.kind == yamldoc.Sequence {
		d.list = slices.Clone(d.list)
		for i := range d.list {
			if d.list[i], err = d.list[i].Map(read); err != nil {
				return d, err
			}
		}
		return d, nil
	}
	if d.literal, err = read(d.literal); err != nil {
		return d, diag.At(d.Pos, err)
	}
	return d, nil
}

// Literal gives the JSON value that a plain scalar stands for. Text that other
// readers of YAML would take for a number is an error.
func Literal(n *yamldoc.Node) (any, error) {
	if v, ok := yamldoc.Bool(n); ok {
		return v, nil
	}
	if yamldoc.IsNumber(n) {
		return json.Number(strings.TrimPrefix(n.Text, "+")), nil
	}
	if yamldoc.IsNull(n) {
		return nil, nil
	}
	if trap := yamldoc.Trap(n); trap != "" {
		return nil, fmt.Errorf("%s is %s", strconv.Quote(n.Text), trap)
	}
	return n.Text, nil
}

// Explain turns an expression's error into a complaint at the word it means.
func Explain(n *yamldoc.Node, err error) diag.Diagnostic {
	var e *expr.Error
	if !errors.As(err, &e) {
		return diag.At(n.Pos, err)
	}
	return diag.Diagnostic{Pos: n.At(e.Offset, e.Length), Message: e.Message, Hint: e.Hint}
}

// Text gives bound data as text: text as it is, all else as JSON.
func (d Data) Text() string {
	if s, ok := d.literal.(string); ok {
		return s
	}
	text, err := d.MarshalJSON()
	if err != nil {
		return fmt.Sprint(d.Value())
	}
	return string(text)
}

// Label gives bound data in a few characters.
func (d Data) Label() string { return short(d.Text()) }

// short keeps names of testcases readable.
func short(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
