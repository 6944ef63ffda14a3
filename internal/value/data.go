// Package value holds values as a suite writes them: [Data] of any shape, bare
// expressions, and the names that these use. Bind and Value compute the ${…}.
// Their errors have the place of the word that is wrong.
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

// Data is a value of any shape that JSON has, or MessagePack and CBOR have. Any
// scalar of it may hold ${…}; bound data has none.
type Data struct {
	Pos      diag.Pos
	node     *yamldoc.Node
	literal  any // of a scalar: string, bool, json.Number, nil, or what an expression or a reader of scalars gave, such as a time.Duration
	template *expr.Template
	wrong    bool // a complaint was made about it
	computed bool // it was a ${…}
	asks     bool // it is a matcher, which is kept as it is written
	list     []Data
	object   []yamldoc.Entry[Data]
	keys     []any // of the object; nil if all are text
	kind     yamldoc.Kind
}

// Read reads data whose keys are text. scalar reads the scalars that hold no ${…}.
func Read(n *yamldoc.Node, scalar func(n *yamldoc.Node) (any, error), out *diag.List) Data {
	return read(n, scalar, nil, out)
}

// read reads data. If there is key, keys can be of any kind, and it reads them.
func read(n *yamldoc.Node, scalar, key func(n *yamldoc.Node) (any, error), out *diag.List) Data {
	d := Data{Pos: n.Pos, node: n, kind: n.Kind}
	switch n.Kind {
	case yamldoc.Sequence:
		for _, item := range n.Items {
			d.list = append(d.list, read(item, scalar, key, out))
		}
		return d
	case yamldoc.Mapping:
		for _, f := range n.Fields {
			name := Key(f.Key.Text)
			if key != nil {
				var k any
				k, name = packedKey(f.Key, key, out)
				d.keys = append(d.keys, k)
			}
			d.object = append(d.object, yamldoc.Entry[Data]{Name: name, Pos: f.Key.Pos, Value: read(f.Value, scalar, key, out)})
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

// Key gives the name that a key stands for: $$ at its beginning stands for $.
func Key(written string) string {
	if strings.HasPrefix(written, "$$") {
		return written[1:]
	}
	return written
}

// JSON takes any value of JSON.
func JSON(d *Data) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		*d = Read(n, Literal, out)
	}, func(*yamldoc.Defs) *yamldoc.Schema { return &yamldoc.Schema{} })
}

// ReadKept reads a value that is kept under a name: that of a variable, an argument or a cell.
// A matcher in it becomes a [Condition].
func ReadKept(n *yamldoc.Node, out *diag.List) Data {
	d := Read(n, Literal, out)
	d.keep()
	return d
}

// keep marks the matchers in the data.
func (d *Data) keep() {
	d.asks = IsMatcher(d.node)
	for i := range d.list {
		d.list[i].keep()
	}
	for i := range d.object {
		d.object[i].Value.keep()
	}
}

// IsMatcher reports whether a mapping has $ words. A key that begins with $$ is
// none: it stands for a key with one $.
func IsMatcher(n *yamldoc.Node) bool { return slices.ContainsFunc(n.Fields, isWord) }

func isWord(f yamldoc.Field) bool {
	return strings.HasPrefix(f.Key.Text, "$") && Key(f.Key.Text) == f.Key.Text
}

// NoMatchers complains about keys that begin with a single $. They look like
// matchers, but would be keys of the value.
func NoMatchers(n *yamldoc.Node, out *diag.List) {
	for _, item := range n.Items {
		NoMatchers(item, out)
	}
	for _, f := range n.Fields {
		if name := f.Key.Text; isWord(f) {
			out.Hintf(f.Key.Pos, "write a matcher directly in the place of the value that it checks; a key that begins with $ is written $"+name,
				"%s is not a matcher here: it would be a key of the value", name)
			continue
		}
		NoMatchers(f.Value, out)
	}
}

// Bind gives the data with every ${…} computed. An error is a [diag.Diagnostic]
// with the place, or [diag.Told] if a complaint was made before.
func (d Data) Bind(env expr.Env) (Data, error) {
	if d.wrong {
		return Data{}, diag.Told
	}
	if d.template != nil {
		v, err := d.template.Eval(env)
		if err != nil {
			return d, Explain(d.node, err)
		}
		d.literal, d.template, d.computed = v, nil, true
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

// keepers are the names under which a suite keeps values.
var keepers = []string{"vars", "args", "matrix", "each"}

// Kept gives the chain of names if the data is nothing but a ${…} that names something which
// the suite keeps, such as ${args.reply.id}. Otherwise it gives nil.
func (d Data) Kept() []string { return KeptBy(d.template) }

// KeptBy is Kept for a text.
func KeptBy(t *expr.Template) []string {
	if t == nil {
		return nil
	}
	if path := t.Chain(); len(path) > 0 && slices.Contains(keepers, path[0]) {
		return path
	}
	return nil
}

// IsShared reports whether a chain of names stands for what a suite keeps for many steps. An
// argument or an item is for the steps that are given it.
func IsShared(path []string) bool {
	return len(path) > 0 && (path[0] == "vars" || path[0] == "matrix")
}

// IsKnown reports whether the data, what is in it apart, was read and holds no ${…}.
func (d Data) IsKnown() bool { return d.template == nil && !d.wrong }

// Misfit is the cause of complaints about data that is of another kind than all who name it
// take. A mapping or a list may also have been named in a text.
func (d Data) Misfit() string {
	if d.kind == yamldoc.Scalar {
		return "data at " + d.Pos.String()
	}
	_, err := expr.Text(d.Value())
	return fmt.Sprint(err)
}

// IsCondition reports whether the data is a matcher that is kept under a name.
func (d Data) IsCondition() bool { return d.asks }

// HoldsCondition reports whether the data is such a matcher, or holds one.
func (d Data) HoldsCondition() bool {
	return d.asks || slices.ContainsFunc(d.list, Data.HoldsCondition) ||
		slices.ContainsFunc(d.object, func(f yamldoc.Entry[Data]) bool { return f.Value.HoldsCondition() })
}

// Node gives the data as it was written, or nil if it was not.
func (d Data) Node() *yamldoc.Node { return d.node }

// Computed gives the first part of the data that holds ${…}, or nil.
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

// Value gives bound data as a Go value: string, bool, json.Number, nil, []any,
// *expr.Mapping, [*Condition], or what an expression gave.
func (d Data) Value() any {
	if d.asks {
		return newCondition(d)
	}
	switch d.kind {
	case yamldoc.Sequence:
		list := make([]any, len(d.list))
		for i, item := range d.list {
			list[i] = item.Value()
		}
		return list
	case yamldoc.Mapping:
		object := expr.NewMapping(len(d.object))
		for i, f := range d.object {
			if d.keys != nil {
				_ = object.SetKey(d.keys[i], f.Value.Value()) // it was looked at when it was read
				continue
			}
			object.Set(f.Name, f.Value.Value())
		}
		return object
	}
	return d.literal
}

// Fields gives the entries of an object in the order in which they are written.
// It gives false if the data is no object.
func (d Data) Fields() ([]yamldoc.Entry[Data], bool) { return d.object, d.kind == yamldoc.Mapping }

// Items gives the items of a list. It gives false if the data is no list.
func (d Data) Items() ([]Data, bool) { return d.list, d.kind == yamldoc.Sequence }

// MarshalJSON writes bound data. The keys of objects keep their order: a peer
// may need it, and a reader of the trace does.
func (d Data) MarshalJSON() ([]byte, error) {
	if d.asks {
		return newCondition(d).MarshalJSON()
	}
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
			if !expr.IsTextKey(f.Name) {
				return nil, fmt.Errorf("JSON has no form for the key %s", expr.ShowKey(f.Name))
			}
			if i > 0 {
				b.WriteByte(',')
			}
			_ = expr.AppendJSON(&b, f.Name) // text can always be written
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

// IsNull reports whether the data is null. It is true for data that was not written.
func (d Data) IsNull() bool {
	return d.kind == yamldoc.Scalar && d.literal == nil && d.template == nil
}

// Constant makes data of a scalar that was not written in a suite, such as a
// cell of a file.
func Constant(pos diag.Pos, v any) Data { return Data{Pos: pos, literal: v} }

// Written gives the value of a scalar without ${…}. It gives false for any other
// data.
func (d Data) Written() (any, bool) {
	return d.literal, d.kind == yamldoc.Scalar && d.template == nil
}

// IsComputed reports whether the data is a scalar that holds ${…}.
func (d Data) IsComputed() bool { return d.template != nil }

// IsSet reports whether the data was written.
func (d Data) IsSet() bool { return d.node != nil }

// Map gives bound data whose scalar, or the scalars of whose list, are replaced by
// what read gives for them.
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

// Literal gives the JSON value of a scalar. Text that other readers of YAML take
// for a number is an error.
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

// Explain gives the error of an expression as a complaint at the word that is
// wrong.
func Explain(n *yamldoc.Node, err error) diag.Diagnostic {
	var e *expr.Error
	if !errors.As(err, &e) {
		return diag.At(n.Pos, err)
	}
	return diag.Diagnostic{Pos: n.At(e.Offset, e.Length), Message: e.Message, Hint: e.Hint}
}

// Text gives bound data as text: text as it is, and any other value as JSON.
func (d Data) Text() string {
	if s, ok := d.literal.(string); ok {
		return s
	}
	text, err := d.MarshalJSON()
	switch {
	case err != nil && Asks(d.Value()):
		return Written(d.Value())
	case err != nil:
		return fmt.Sprint(d.Value())
	}
	return string(text)
}

// Label gives bound data as text of at most 40 characters.
func (d Data) Label() string { return short(d.Text()) }

// short cuts text so that names of testcases stay readable.
func short(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
