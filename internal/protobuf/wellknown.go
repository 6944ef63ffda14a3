package protobuf

import (
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/match"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// special is a message whose value is not the mapping of its fields.
type special struct {
	// position sets what the value can be.
	position func(p *positions, d protoreflect.MessageDescriptor, at *match.Position)
	// decode gives the value. It gives false for a message that has none; its fields are then
	// its value.
	decode func(r *reading, m protoreflect.Message) (any, bool)
	encode func(b building, m protoreflect.Message, d value.Data)
}

// wellKnown are the well-known types that the JSON of Protocol Buffers writes in forms of their
// own. The forms here are the same, except that a Duration is a duration.
var wellKnown map[protoreflect.FullName]special

func init() { // their functions refer to the table
	wellKnown = map[protoreflect.FullName]special{
		"google.protobuf.Timestamp": inJSON(match.Text, "a time, such as 2026-11-30T09:15:00Z"),
		"google.protobuf.FieldMask": inJSON(match.Text, "paths of fields, such as user.name,photo"),
		"google.protobuf.Struct":    inJSON(match.Object, "an object of JSON"),
		"google.protobuf.ListValue": inJSON(match.List, "a list of JSON"),
		"google.protobuf.Value":     inJSON(match.JSON, "a value of JSON"),
		"google.protobuf.Duration":  {durationPosition, decodeDuration, encodeDuration},
		"google.protobuf.Any":       {anyPosition, decodeAny, encodeAny},
	}
	for _, name := range strings.Fields("Double Float Int64 UInt64 Int32 UInt32 Bool String Bytes") {
		wellKnown[protoreflect.FullName("google.protobuf."+name+"Value")] = special{wrapperPosition, decodeWrapper, encodeWrapper}
	}
}

// inJSON is a message that is written as the JSON of Protocol Buffers has it.
func inJSON(kind match.Kind, want string) special {
	return special{
		func(_ *positions, _ protoreflect.MessageDescriptor, at *match.Position) {
			at.Of, at.Want, at.Read, at.Packed = kind, want, value.Literal, false
			if kind&(match.Object|match.List) != 0 {
				at.Inner = &match.Position{Of: match.JSON, Want: "a value of JSON", Read: value.Literal}
			}
		},
		func(_ *reading, m protoreflect.Message) (any, bool) {
			text, err := protojson.Marshal(m.Interface())
			if err != nil {
				return nil, false
			}
			v, err := expr.DecodeJSON(text)
			return v, err == nil
		},
		func(b building, m protoreflect.Message, d value.Data) {
			if d.Computed() != nil {
				return
			}
			text, err := d.MarshalJSON()
			if err == nil {
				err = protojson.Unmarshal(text, m.Interface())
			}
			if err != nil {
				b.wrong(d, want)
			}
		},
	}
}

func durationPosition(_ *positions, _ protoreflect.MessageDescriptor, at *match.Position) {
	at.Of, at.Want, at.Packed = match.Duration, "a duration", false
	at.Read = func(n *yamldoc.Node) (any, error) {
		d, err := durationOf(n.Text)
		if err != nil {
			return nil, err
		}
		return d, nil
	}
}

// durationOf reads a duration, which may be negative.
func durationOf(text string) (time.Duration, error) {
	rest, negative := strings.CutPrefix(text, "-")
	d, err := expr.ParseDuration(rest)
	if negative {
		d = -d
	}
	return d, err
}

// secondsOf gives the fields of a Duration.
func secondsOf(m protoreflect.Message) (seconds, nanos protoreflect.FieldDescriptor) {
	return m.Descriptor().Fields().ByNumber(1), m.Descriptor().Fields().ByNumber(2)
}

func decodeDuration(_ *reading, m protoreflect.Message) (any, bool) {
	s, n := secondsOf(m)
	seconds, nanos := m.Get(s).Int(), m.Get(n).Int()
	whole := time.Duration(seconds) * time.Second
	if whole/time.Second != time.Duration(seconds) || nanos <= -1e9 || nanos >= 1e9 || seconds < 0 && nanos > 0 || seconds > 0 && nanos < 0 {
		return nil, false
	}
	sum := whole + time.Duration(nanos)
	return sum, (sum < 0) == (seconds < 0 || nanos < 0)
}

func encodeDuration(b building, m protoreflect.Message, d value.Data) {
	v, ok := d.Value().(time.Duration)
	if text, isText := d.Value().(string); isText {
		var err error
		v, err = durationOf(text)
		ok = err == nil
	}
	if !ok {
		b.wrong(d, "a duration")
		return
	}
	s, n := secondsOf(m)
	m.Set(s, protoreflect.ValueOfInt64(int64(v/time.Second)))
	m.Set(n, protoreflect.ValueOfInt32(int32(v%time.Second)))
}

// wrapped gives the only field of a message that wraps a value.
func wrapped(d protoreflect.MessageDescriptor) protoreflect.FieldDescriptor {
	return d.Fields().ByNumber(1)
}

func wrapperPosition(p *positions, d protoreflect.MessageDescriptor, at *match.Position) {
	*at = *p.single(wrapped(d))
}

func decodeWrapper(_ *reading, m protoreflect.Message) (any, bool) {
	f := wrapped(m.Descriptor())
	return scalarOf(f, m.Get(f)), true
}

func encodeWrapper(b building, m protoreflect.Message, d value.Data) {
	if v, ok := b.scalar(wrapped(m.Descriptor()), d); ok {
		m.Set(wrapped(m.Descriptor()), v)
	}
}

func anyPosition(_ *positions, _ protoreflect.MessageDescriptor, at *match.Position) {
	anything := match.JSON | match.Octets | match.Tagged | match.Duration
	at.Inner = &match.Position{Of: anything, Want: "a value in an Any", Read: value.PackedLiteral, Packed: true}
}

// The keys of an Any beside the fields of the message in it. A message with a form of its own,
// and octets whose type is not known, stand under anyValue.
const (
	anyType  = "@type"
	anyValue = "value"
)

// anyFields gives the fields of an Any.
func anyFields(m protoreflect.Message) (url, content protoreflect.FieldDescriptor) {
	return m.Descriptor().Fields().ByNumber(1), m.Descriptor().Fields().ByNumber(2)
}

// typeOf gives the type that a URL names.
func (t *Types) typeOf(url string) (*Message, error) {
	return t.Message(url[strings.LastIndexByte(url, '/')+1:])
}

func decodeAny(r *reading, m protoreflect.Message) (any, bool) {
	u, c := anyFields(m)
	url, content := m.Get(u).String(), m.Get(c).Bytes()
	out := expr.NewMapping(2)
	out.Set(anyType, url)
	of, err := r.types.typeOf(url)
	if err != nil {
		out.Set(anyValue, content)
		return out, true
	}
	if r.anys++; r.anys > maxAnys {
		return nil, false
	}
	v, err := r.octets(of, content)
	r.anys--
	if err != nil {
		out.Set(anyValue, content)
		return out, true
	}
	if _, ok := wellKnown[of.of.FullName()]; ok {
		out.Set(anyValue, v)
		return out, true
	}
	return v.(*expr.Mapping).Behind(anyType, url), true
}

func encodeAny(b building, m protoreflect.Message, d value.Data) {
	all, ok := entries(d)
	if !ok {
		b.wrong(d, "google.protobuf.Any")
		return
	}
	var url string
	var content value.Data
	found := false
	for _, e := range all {
		switch e.Name {
		case anyType:
			if e.Value.IsComputed() {
				return
			}
			url, found = e.Value.Value().(string)
		case anyValue:
			content = e.Value
		}
	}
	if !found {
		b.out.Hintf(d.Pos, "such as \"@type\": type.googleapis.com/chat.Hello", "a google.protobuf.Any needs its %q", anyType)
		return
	}
	u, c := anyFields(m)
	m.Set(u, protoreflect.ValueOfString(url))
	if content.IsComputed() {
		return
	}
	if octets, ok := content.Value().([]byte); ok && len(all) == 2 {
		m.Set(c, protoreflect.ValueOfBytes(octets))
		return
	}
	of, err := b.types.typeOf(url)
	if err != nil {
		b.out.Add(diag.At(d.Pos, err))
		return
	}
	inner := dynamicpb.NewMessage(of.of)
	if _, ok := wellKnown[of.of.FullName()]; ok {
		b.fill(inner, content)
	} else {
		b.fields(inner, d, anyType)
	}
	octets, err := proto.MarshalOptions{Deterministic: true, AllowPartial: true}.Marshal(inner)
	if err != nil {
		b.out.Add(diag.At(d.Pos, err))
		return
	}
	m.Set(c, protoreflect.ValueOfBytes(octets))
}
