package protobuf

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/match"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Message is the type of a message. It is safe to share.
type Message struct {
	types *Types
	of    protoreflect.MessageDescriptor
	unset map[string]any // the values of fields that are always there, where nothing came

	once     sync.Once
	position *match.Position
}

// Name gives the full name.
func (m *Message) Name() string { return string(m.of.FullName()) }

// unset gives the values that fields have without having come. A field whose presence is
// known has none.
func unset(d protoreflect.MessageDescriptor) map[string]any {
	out := map[string]any{}
	for i := range d.Fields().Len() {
		switch f := d.Fields().Get(i); {
		case f.IsList():
			out[f.TextName()] = []any{}
		case f.IsMap():
			out[f.TextName()] = expr.NewMapping(0)
		case !f.HasPresence():
			out[f.TextName()] = scalarOf(f, f.Default())
		}
	}
	return out
}

// scalarOf gives the value of a field that is no message.
func scalarOf(f protoreflect.FieldDescriptor, v protoreflect.Value) any {
	switch v := v.Interface().(type) {
	case protoreflect.EnumNumber:
		if known := f.Enum().Values().ByNumber(v); known != nil {
			return string(known.Name())
		}
		return int64(v)
	case int32:
		return int64(v)
	case uint32:
		return int64(v)
	case uint64:
		return whole(v)
	case float32:
		return float64Of(v)
	default: // bool, int64, float64, string, []byte
		return v
	}
}

// Position is what a value of the message can be.
func (m *Message) Position() *match.Position {
	m.once.Do(func() {
		m.position = (&positions{types: m.types, made: map[protoreflect.FullName]*match.Position{}}).of(m.of)
	})
	return m.position
}

// positions makes the positions of messages that may hold each other.
type positions struct {
	types *Types
	made  map[protoreflect.FullName]*match.Position
}

func (p *positions) of(d protoreflect.MessageDescriptor) *match.Position {
	if at := p.made[d.FullName()]; at != nil {
		return at
	}
	at := &match.Position{Of: match.Object, Want: string(d.FullName()), Read: value.PackedLiteral, Packed: true}
	p.made[d.FullName()] = at
	if of, ok := wellKnown[d.FullName()]; ok {
		of.position(p, d, at)
		return at
	}
	at.Members = map[string]*match.Position{}
	for i := range d.Fields().Len() {
		f := d.Fields().Get(i)
		at.Members[f.TextName()] = p.field(f)
	}
	for _, x := range p.types.extensions[d.FullName()] {
		at.Members[x.TextName()] = p.field(x)
	}
	return at
}

// field gives the position of a field.
func (p *positions) field(f protoreflect.FieldDescriptor) *match.Position {
	switch {
	case f.IsMap():
		keys := kindOf(f.MapKey())
		return &match.Position{Of: match.Object, Want: fmt.Sprintf("a map from %s to %s", f.MapKey().Kind(), wordOf(f.MapValue())), Name: string(f.FullName()),
			Read: value.PackedLiteral, Packed: true, Keys: keys, Inner: p.single(f.MapValue()), Always: true}
	case f.IsList():
		inner := *p.single(f)
		return &match.Position{Of: match.List, Want: "a list of " + wordOf(f), Name: string(f.FullName()), Read: value.PackedLiteral, Packed: true, Inner: &inner, Always: true}
	}
	at := p.single(f)
	if f.Message() == nil {
		at.Name, at.Always = string(f.FullName()), !f.HasPresence()
	}
	return at
}

// single gives the position of a value of a field. That of a message is shared.
func (p *positions) single(f protoreflect.FieldDescriptor) *match.Position {
	if d := f.Message(); d != nil {
		return p.of(d)
	}
	at := &match.Position{Of: kindOf(f), Want: wordOf(f), Read: value.PackedLiteral, Packed: true}
	if f.Enum() != nil {
		at.Words = valuesOf(f.Enum())
		at.Read = value.Literal
	}
	return at
}

// kindOf gives the kinds of values that a field without messages has.
func kindOf(f protoreflect.FieldDescriptor) match.Kind {
	switch f.Kind() {
	case protoreflect.BoolKind:
		return match.Boolean
	case protoreflect.StringKind:
		return match.Text
	case protoreflect.BytesKind:
		return match.Octets
	case protoreflect.EnumKind:
		return match.Text | match.Number // a value that the enum does not name is a number
	}
	return match.Number
}

// wordOf says what the type of a field is.
func wordOf(f protoreflect.FieldDescriptor) string {
	switch {
	case f.Message() != nil:
		return string(f.Message().FullName())
	case f.Enum() != nil:
		return "one of " + string(f.Enum().FullName())
	}
	return f.Kind().String()
}

func valuesOf(e protoreflect.EnumDescriptor) []string {
	out := make([]string, e.Values().Len())
	for i := range out {
		out[i] = string(e.Values().Get(i).Name())
	}
	return out
}

// fieldOf finds a field, or an extension, by its name in the .proto file.
func (m *Message) fieldOf(name string) (protoreflect.FieldDescriptor, error) {
	if f := m.of.Fields().ByTextName(name); f != nil {
		return f, nil
	}
	known := map[string]bool{}
	for i := range m.of.Fields().Len() {
		known[m.of.Fields().Get(i).TextName()] = true
	}
	for _, x := range m.types.extensions[m.of.FullName()] {
		if x.TextName() == name {
			return x, nil
		}
		known[x.TextName()] = true
	}
	if !expr.IsTextKey(name) {
		name = expr.ShowKey(name)
	}
	return nil, diag.Hinted(diag.DidYouMean(name, slices.Sorted(maps.Keys(known))), "%s has no field %q", m.Name(), name)
}

// entries gives the entries of data that is an object, written or computed.
func entries(d value.Data) ([]yamldoc.Entry[value.Data], bool) {
	if fields, ok := d.Fields(); ok {
		return fields, true
	}
	m, ok := d.Value().(*expr.Mapping)
	if !ok {
		return nil, false
	}
	var out []yamldoc.Entry[value.Data]
	for name, item := range m.All() {
		out = append(out, yamldoc.Entry[value.Data]{Name: name, Pos: d.Pos, Value: value.Constant(d.Pos, item)})
	}
	return out, true
}

// items gives the items of data that is a list, written or computed.
func items(d value.Data) ([]value.Data, bool) {
	if list, ok := d.Items(); ok {
		return list, true
	}
	list, ok := d.Value().([]any)
	out := make([]value.Data, len(list))
	for i, item := range list {
		out[i] = value.Constant(d.Pos, item)
	}
	return out, ok
}
