package protobuf

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/match"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// Encode writes a message of bound data. The same data gives the same octets.
func (m *Message) Encode(d value.Data) ([]byte, error) {
	var out diag.List
	msg := m.message(d, &out)
	if err := out.Err(); err != nil {
		return nil, out.Sorted()[0]
	}
	return proto.MarshalOptions{Deterministic: true, AllowPartial: true}.Marshal(msg.Interface())
}

// EncodeValue writes a message of a computed value.
func (m *Message) EncodeValue(v any) ([]byte, error) { return m.Encode(value.Constant(diag.Pos{}, v)) }

// Check complains of what is written in data and cannot stand in the message. What is computed
// is not known yet.
func (m *Message) Check(d value.Data, out *diag.List) { m.message(d, out) }

// message makes a message, and complains of what it cannot take.
func (m *Message) message(d value.Data, out *diag.List) protoreflect.Message {
	msg := dynamicpb.NewMessage(m.of)
	b := building{m.types, out}
	b.fill(msg, d)
	return msg
}

// building makes messages of data.
type building struct {
	types *Types
	out   *diag.List
}

// fill sets the fields of a message.
func (b building) fill(msg protoreflect.Message, d value.Data) {
	if d.IsComputed() {
		return
	}
	if w, ok := wellKnown[msg.Descriptor().FullName()]; ok {
		w.encode(b, msg, d)
		return
	}
	b.fields(msg, d, "")
}

// fields sets the fields of a message, except one of that name.
func (b building) fields(msg protoreflect.Message, d value.Data, except string) {
	m := b.types.of(msg.Descriptor())
	all, ok := entries(d)
	if !ok {
		b.wrong(d, m.Name())
		return
	}
	missing := m.required()
	for _, e := range all {
		if e.Name == except {
			continue
		}
		f, err := m.fieldOf(e.Name)
		if err != nil {
			b.out.Add(diag.At(e.Pos, err))
			continue
		}
		if e.Value.IsNull() && !isValue(f) { // as if it were not there
			continue
		}
		delete(missing, f.Number())
		if one := f.ContainingOneof(); one != nil && msg.WhichOneof(one) != nil {
			b.out.Addf(e.Pos, "%q and %q are both of the oneof %q, which holds one", msg.WhichOneof(one).TextName(), f.TextName(), one.Name())
			continue
		}
		b.field(msg, f, e.Value)
	}
	for _, f := range missing {
		b.out.Hintf(d.Pos, "send octets with hex to leave it out", "%s needs its field %q", m.Name(), f.TextName())
	}
}

// required gives the fields that must be there.
func (m *Message) required() map[protowire.Number]protoreflect.FieldDescriptor {
	out := map[protowire.Number]protoreflect.FieldDescriptor{}
	for i := range m.of.RequiredNumbers().Len() {
		n := m.of.RequiredNumbers().Get(i)
		out[n] = m.of.Fields().ByNumber(n)
	}
	return out
}

// isValue reports whether null is a value of the field.
func isValue(f protoreflect.FieldDescriptor) bool {
	return f.Message() != nil && f.Message().FullName() == "google.protobuf.Value"
}

func (b building) field(msg protoreflect.Message, f protoreflect.FieldDescriptor, d value.Data) {
	switch {
	case d.IsComputed():
		if f.ContainingOneof() != nil && f.Message() == nil { // it will be there
			msg.Set(f, f.Default())
		}
	case f.IsMap():
		b.mapping(msg.Mutable(f).Map(), f, d)
	case f.IsList():
		list, ok := items(d)
		if !ok {
			b.wrong(d, "a list of "+wordOf(f))
			return
		}
		to := msg.Mutable(f).List()
		for _, item := range list {
			if f.Message() != nil {
				b.fill(to.AppendMutable().Message(), item)
			} else if v, ok := b.scalar(f, item); ok {
				to.Append(v)
			}
		}
	case f.Message() != nil:
		b.fill(msg.Mutable(f).Message(), d)
	default:
		if v, ok := b.scalar(f, d); ok {
			msg.Set(f, v)
		}
	}
}

func (b building) mapping(to protoreflect.Map, f protoreflect.FieldDescriptor, d value.Data) {
	all, ok := entries(d)
	if !ok {
		b.wrong(d, "a map from "+f.MapKey().Kind().String()+" to "+wordOf(f.MapValue()))
		return
	}
	for _, e := range all {
		key, ok := scalarIn(f.MapKey(), keyOf(e.Name))
		if !ok {
			b.out.Addf(e.Pos, "a key of %s is %s, not %s", f.FullName(), f.MapKey().Kind(), match.Show(keyOf(e.Name)))
			continue
		}
		if f.MapValue().Message() != nil {
			v := to.NewValue()
			b.fill(v.Message(), e.Value)
			to.Set(key.MapKey(), v)
		} else if v, ok := b.scalar(f.MapValue(), e.Value); ok {
			to.Set(key.MapKey(), v)
		}
	}
}

// keyOf gives a key by its name: text, a number, true or false.
func keyOf(name string) any {
	if expr.IsTextKey(name) {
		return name
	}
	shown := expr.ShowKey(name)
	if shown == "true" || shown == "false" {
		return shown == "true"
	}
	return json.Number(shown)
}

// scalar gives the value of a field that is no message. It gives false, and complains, if
// there is none.
func (b building) scalar(f protoreflect.FieldDescriptor, d value.Data) (protoreflect.Value, bool) {
	if d.IsComputed() {
		return f.Default(), false
	}
	v, ok := scalarIn(f, d.Value())
	if !ok {
		hint := ""
		if _, isText := d.Value().(string); isText && f.Kind() == protoreflect.BytesKind {
			hint = "write ${unhex('…')} or ${octets('…')}"
		} else if isText && f.Enum() != nil {
			hint = diag.DidYouMean(d.Value().(string), valuesOf(f.Enum()))
		}
		b.out.Hintf(d.Pos, hint, "%s is %s, not %s", f.FullName(), wordOf(f), match.Show(d.Value()))
	}
	return v, ok
}

func (b building) wrong(d value.Data, want string) {
	b.out.Addf(d.Pos, "expected %s, found %s", want, match.Show(d.Value()))
}

// scalarIn gives the value of a field of that type, or false.
func scalarIn(f protoreflect.FieldDescriptor, v any) (protoreflect.Value, bool) {
	v = expr.Settle(v)
	switch f.Kind() {
	case protoreflect.BoolKind:
		x, ok := v.(bool)
		return protoreflect.ValueOfBool(x), ok
	case protoreflect.StringKind:
		x, ok := v.(string)
		return protoreflect.ValueOfString(x), ok
	case protoreflect.BytesKind:
		x, ok := v.([]byte)
		return protoreflect.ValueOfBytes(x), ok
	case protoreflect.EnumKind:
		if name, ok := v.(string); ok {
			known := f.Enum().Values().ByName(protoreflect.Name(name))
			if known == nil {
				return protoreflect.Value{}, false
			}
			return protoreflect.ValueOfEnum(known.Number()), true
		}
		n, ok := integer(v, 32)
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(n)), ok
	case protoreflect.FloatKind:
		x, ok := float(v)
		short := float32(x)
		return protoreflect.ValueOfFloat32(short), ok && (!math.IsInf(float64(short), 0) || math.IsInf(x, 0))
	case protoreflect.DoubleKind:
		x, ok := float(v)
		return protoreflect.ValueOfFloat64(x), ok
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		n, ok := integer(v, 32)
		return protoreflect.ValueOfInt32(int32(n)), ok
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		n, ok := integer(v, 64)
		return protoreflect.ValueOfInt64(n), ok
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		n, ok := natural(v, 32)
		return protoreflect.ValueOfUint32(uint32(n)), ok
	}
	n, ok := natural(v, 64)
	return protoreflect.ValueOfUint64(n), ok
}

// digits gives a whole number in digits, or false.
func digits(v any) (string, bool) {
	if match.KindOf(v) != match.Number {
		return "", false
	}
	text, err := expr.WholeText(v)
	return text, err == nil
}

func integer(v any, bits int) (int64, bool) {
	text, ok := digits(v)
	n, err := strconv.ParseInt(text, 10, bits)
	return n, ok && err == nil
}

func natural(v any, bits int) (uint64, bool) {
	text, ok := digits(v)
	n, err := strconv.ParseUint(strings.TrimPrefix(text, "+"), 10, bits)
	return n, ok && err == nil
}

func float(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case json.Number:
		f, err := strconv.ParseFloat(string(v), 64)
		return f, err == nil
	}
	if match.KindOf(v) != match.Number {
		return 0, false
	}
	text, err := expr.Text(v)
	if err != nil {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil
}
