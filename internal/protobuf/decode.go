package protobuf

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/duologue/duologue/internal/expr"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// The most that is read of one message. A peer could make more values of its octets than
// memory holds.
const (
	maxValues = 1 << 20
	maxDepth  = 1000
	maxAnys   = 16 // in each other: the octets of each are read anew
)

// heavy is how many values a message counts as.
const heavy = 4

// Decode reads a message. It becomes a mapping of its fields by the names of the .proto file.
// A field that is always there has its default if it did not come. A field that the file does
// not have stands under its number, as a list of all that came.
func (m *Message) Decode(data []byte) (any, error) {
	r := reading{types: m.types}
	return r.octets(m, data)
}

// reading counts what is read of one message.
type reading struct {
	types         *Types
	values, depth int
	anys          int // how many are around what is read
}

// octets reads a message, also one inside an Any.
func (r *reading) octets(m *Message, data []byte) (any, error) {
	if _, err := r.weigh(m.of, data, 0, 0, 0); err != nil {
		return nil, err
	}
	msg := dynamicpb.NewMessage(m.of)
	if err := (proto.UnmarshalOptions{Resolver: m.types.types, RecursionLimit: maxDepth}).Unmarshal(data, msg); err != nil {
		return nil, ownWords(err)
	}
	return r.value(msg)
}

// ownWords says in our words that octets end, and drops what the library says before other errors.
func ownWords(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it ends too early")
	}
	return errors.New(strings.TrimLeft(strings.TrimPrefix(err.Error(), "proto:"), " \u00a0"))
}

// weigh goes through the octets of a message without keeping anything, and counts the values
// in it. The message begins at an octet. If it is a group, it ends with the end of the group.
// It gives how many octets it has.
func (r *reading) weigh(d protoreflect.MessageDescriptor, data []byte, at, depth int, group protowire.Number) (int, error) {
	if depth > maxDepth {
		return 0, fmt.Errorf("at octet %d it is nested more than %d deep", at+1, maxDepth)
	}
	from := 0
	for from < len(data) {
		number, kind, size := protowire.ConsumeTag(data[from:])
		if size < 0 {
			return 0, fmt.Errorf("at octet %d no field begins: %w", at+from+1, ownWords(protowire.ParseError(size)))
		}
		if kind == protowire.EndGroupType && number == group {
			return from + size, nil
		}
		f := r.fieldOf(d, number)
		size, err := r.field(f, number, kind, data[from+size:], at+from+size, depth)
		if err != nil {
			return 0, err
		}
		_, _, head := protowire.ConsumeTag(data[from:])
		from += head + size
		if r.values++; r.values > maxValues {
			return 0, fmt.Errorf("at octet %d it has more than %d values, which are the most that are read", at+from, maxValues)
		}
	}
	if group != 0 {
		return 0, fmt.Errorf("it ends too early, at octet %d inside a group", at+len(data)+1)
	}
	return from, nil
}

// field counts what is inside of a field, whose value begins at an octet, and gives how many
// octets the value has.
func (r *reading) field(f protoreflect.FieldDescriptor, number protowire.Number, kind protowire.Type, data []byte, at, depth int) (int, error) {
	if kind == protowire.StartGroupType {
		var inner protoreflect.MessageDescriptor
		if f != nil {
			inner = f.Message()
		}
		r.values += heavy
		return r.weigh(inner, data, at, depth+1, number)
	}
	size := protowire.ConsumeFieldValue(number, kind, data)
	if size < 0 {
		return 0, fmt.Errorf("at octet %d, in %s: %w", at+1, called(f, number), ownWords(protowire.ParseError(size)))
	}
	if f == nil || kind != protowire.BytesType {
		return size, nil
	}
	inner, _ := protowire.ConsumeBytes(data)
	switch {
	case f.Message() != nil:
		r.values += heavy
		_, err := r.weigh(f.Message(), inner, at+size-len(inner), depth+1, 0)
		return size, err
	case f.IsList():
		r.values += packed(f.Kind(), inner)
	}
	return size, nil
}

// packed counts the numbers of a packed list.
func packed(kind protoreflect.Kind, data []byte) int {
	switch kind {
	case protoreflect.StringKind, protoreflect.BytesKind:
		return 0
	case protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind, protoreflect.FloatKind:
		return len(data) / 4
	case protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind, protoreflect.DoubleKind:
		return len(data) / 8
	}
	n := 0
	for _, octet := range data {
		if octet < 0x80 {
			n++
		}
	}
	return n
}

func (r *reading) fieldOf(d protoreflect.MessageDescriptor, number protowire.Number) protoreflect.FieldDescriptor {
	if d == nil {
		return nil
	}
	if f := d.Fields().ByNumber(number); f != nil {
		return f
	}
	if x, err := r.types.types.FindExtensionByNumber(d.FullName(), number); err == nil {
		return x.TypeDescriptor()
	}
	return nil
}

func called(f protoreflect.FieldDescriptor, number protowire.Number) string {
	if f == nil {
		return fmt.Sprintf("field %d", number)
	}
	return string(f.FullName())
}

// value gives a message in the values of the language.
func (r *reading) value(m protoreflect.Message) (any, error) {
	if r.depth++; r.depth > maxDepth {
		return nil, fmt.Errorf("it is nested more than %d deep", maxDepth)
	}
	defer func() { r.depth-- }()
	if w, ok := wellKnown[m.Descriptor().FullName()]; ok {
		if v, ok := w.decode(r, m); ok {
			return v, nil
		}
	}
	return r.fields(m)
}

// fields gives the fields of a message, in the order of their numbers.
func (r *reading) fields(m protoreflect.Message) (*expr.Mapping, error) {
	var set []protoreflect.FieldDescriptor
	m.Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		set = append(set, f)
		return true
	})
	slices.SortFunc(set, func(a, b protoreflect.FieldDescriptor) int { return int(a.Number()) - int(b.Number()) })
	out := expr.NewMapping(len(set))
	out.Unset = r.types.of(m.Descriptor()).unset
	for _, f := range set {
		v, err := r.whole(f, m.Get(f))
		if err != nil {
			return nil, err
		}
		out.Set(f.TextName(), v)
	}
	_, err := unknown(out, m.GetUnknown())
	return out, err
}

// whole gives the value of a field, which may be a list or a map.
func (r *reading) whole(f protoreflect.FieldDescriptor, v protoreflect.Value) (any, error) {
	switch {
	case f.IsList():
		list := make([]any, v.List().Len())
		for i := range list {
			item, err := r.single(f, v.List().Get(i))
			if err != nil {
				return nil, err
			}
			list[i] = item
		}
		return list, nil
	case f.IsMap():
		return r.mapping(f, v.Map())
	}
	return r.single(f, v)
}

// mapping gives a map in the order of its keys.
func (r *reading) mapping(f protoreflect.FieldDescriptor, m protoreflect.Map) (any, error) {
	var keys []protoreflect.MapKey
	m.Range(func(k protoreflect.MapKey, _ protoreflect.Value) bool {
		keys = append(keys, k)
		return true
	})
	slices.SortFunc(keys, compareKeys)
	out := expr.NewMapping(len(keys))
	for _, k := range keys {
		v, err := r.single(f.MapValue(), m.Get(k))
		if err == nil {
			err = out.SetKey(scalarOf(f.MapKey(), k.Value()), v)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func compareKeys(a, b protoreflect.MapKey) int {
	switch x := a.Interface().(type) {
	case string:
		return strings.Compare(x, b.String())
	case bool:
		if x == b.Bool() {
			return 0
		} else if x {
			return 1
		}
		return -1
	case int32, int64:
		return compareWhole(a.Int(), b.Int())
	}
	return compareWhole(a.Uint(), b.Uint())
}

func compareWhole[N int64 | uint64](a, b N) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (r *reading) single(f protoreflect.FieldDescriptor, v protoreflect.Value) (any, error) {
	if f.Message() != nil {
		return r.value(v.Message())
	}
	return scalarOf(f, v), nil
}

// unknown adds fields that the .proto file does not have, by their numbers. If they are those
// of a group, they end with the end of the group. It gives how many octets they have.
func unknown(to *expr.Mapping, data []byte) (int, error) {
	var numbers []protowire.Number
	came := map[protowire.Number][]any{}
	from := 0
	for from < len(data) {
		number, kind, size := protowire.ConsumeTag(data[from:])
		from += size
		if size < 0 || kind == protowire.EndGroupType {
			break
		}
		v, size, err := wireValue(number, kind, data[from:])
		if err != nil {
			return 0, err
		}
		if came[number] == nil {
			numbers = append(numbers, number)
		}
		came[number] = append(came[number], v)
		from += size
	}
	for _, number := range numbers {
		if err := to.SetKey(int64(number), came[number]); err != nil {
			return 0, err
		}
	}
	return from, nil
}

// wireValue gives what can be told of a value whose type is not known, and how many octets it
// has: a number without a sign, octets, or the fields of a group. weigh has read all before.
func wireValue(number protowire.Number, kind protowire.Type, data []byte) (any, int, error) {
	switch kind {
	case protowire.VarintType:
		n, size := protowire.ConsumeVarint(data)
		return whole(n), size, nil
	case protowire.Fixed32Type:
		n, size := protowire.ConsumeFixed32(data)
		return int64(n), size, nil
	case protowire.Fixed64Type:
		n, size := protowire.ConsumeFixed64(data)
		return whole(n), size, nil
	case protowire.StartGroupType:
		group := expr.NewMapping(0)
		size, err := unknown(group, data)
		return group, size, err
	}
	inner, size := protowire.ConsumeBytes(data)
	return slices.Clone(inner), size, nil
}

// whole gives a whole number without a sign.
func whole(n uint64) any {
	if n <= math.MaxInt64 {
		return int64(n)
	}
	return json.Number(strconv.FormatUint(n, 10))
}

// float64Of gives a float of 32 bits as the shortest decimal that stands for it: 0.1, and not
// 0.10000000149011612.
func float64Of(f float32) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(float64(f), 'g', -1, 32), 64)
	if err != nil {
		return float64(f)
	}
	return short
}
