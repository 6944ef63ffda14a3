package expr

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Tag is a value with a number that says what it means: a tag of CBOR (RFC 8949 section 3.4), or an
// extension of MessagePack, whose content is octets.
type Tag struct {
	Number  json.Number // a whole number
	Content any
}

// Member gives the number (`tag`) or the content (`value`).
func (t *Tag) Member(name string) (any, bool) {
	switch name {
	case "tag":
		return t.Number, true
	case "value":
		return t.Content, true
	}
	return nil, false
}

// Members lists the two members.
func (t *Tag) Members() []string { return []string{"tag", "value"} }

// MarshalJSON is an error, because JSON has no tags.
func (t *Tag) MarshalJSON() ([]byte, error) { return nil, errors.New("JSON has no form for a tag") }

// String gives the tag in the [Notation].
func (t *Tag) String() string { return Notation(t) }

// Simple is a simple value of CBOR that is neither true, false nor null (RFC 8949 section 3.3).
type Simple uint8

// undefined is the simple value of that name.
const undefined Simple = 23

// MarshalJSON is an error, because JSON has no simple values.
func (s Simple) MarshalJSON() ([]byte, error) {
	return nil, fmt.Errorf("JSON has no form for %s", Notation(s))
}

// tag is the function of that name.
func tag(_ *evaluation, args []any) (any, error) {
	n, err := packedNumber(args[0])
	if err != nil {
		return nil, err
	}
	switch n := n.(type) {
	case int64:
		return &Tag{json.Number(strconv.FormatInt(n, 10)), args[1]}, nil
	case uint64:
		return &Tag{json.Number(strconv.FormatUint(n, 10)), args[1]}, nil
	}
	return nil, fmt.Errorf("%s is no number of a tag", describe(args[0]))
}

// simple is the function of that name.
func simple(_ *evaluation, args []any) (any, error) {
	n, err := wholeNumber(args[0])
	switch {
	case err != nil:
		return nil, err
	case n < 0 || n > 255 || n >= 24 && n < 32:
		return nil, fmt.Errorf("%d is no simple value: they are 0 to 23 and 32 to 255", n)
	case n >= 20 && n <= 22:
		return map[int64]any{20: false, 21: true, 22: nil}[n], nil
	}
	return Simple(n), nil
}

// packedNumber gives a number in the type in which MessagePack and CBOR write it: int64, uint64, *big.Int if
// it has more than 64 bits, or float64. A number that was written with a fraction or an exponent is a float.
func packedNumber(v any) (any, error) {
	switch v := v.(type) {
	case int64:
		return v, nil
	case float64:
		return v, nil
	case json.Number:
		if strings.ContainsAny(string(v), ".eE") {
			f, err := strconv.ParseFloat(string(v), 64)
			if err != nil {
				return nil, fmt.Errorf("%s does not fit into a float of 64 bits", brief(string(v)))
			}
			return f, nil
		}
	}
	r, _, err := toRat(v)
	if err != nil {
		return nil, err
	}
	if !r.IsInt() { // computed
		f, _ := r.Float64()
		return f, nil
	}
	return smallest(r.Num()), nil
}

// WholeText gives a whole number in digits.
func WholeText(v any) (string, error) {
	r, ok, err := toRat(v)
	if err != nil {
		return "", err
	}
	if !ok || !r.IsInt() {
		return "", fmt.Errorf("%s is not a whole number", describe(v))
	}
	return r.Num().String(), nil
}

// smallest gives a whole number as int64, else as uint64, else as it is.
func smallest(n *big.Int) any {
	switch {
	case n.IsInt64():
		return n.Int64()
	case n.IsUint64():
		return n.Uint64()
	}
	return n
}

// unpackedNumber gives a number that a peer sent in a type that callers know.
func unpackedNumber(n any) any {
	switch n := n.(type) {
	case uint64:
		if int64(n) < 0 {
			return json.Number(strconv.FormatUint(n, 10))
		}
		return int64(n)
	case *big.Int:
		return json.Number(n.String())
	}
	return n
}

// keyMark begins the name of a key that is no text. No text has it, since it is not UTF-8.
const keyMark = "\xff"

// maxKeyNotation bounds the keys that are no text, in octets of their [Notation].
const maxKeyNotation = 1 << 10

// KeyName gives the name under which a [Mapping] has a key. The name of text is the text. Any other
// key has a name that no text has, so 1 and "1" are two keys.
func KeyName(key any) (string, error) {
	switch k := kindOf(key); {
	case k == text:
		return key.(string), nil
	case k == number:
		n, err := packedNumber(plain(key))
		if err != nil {
			return "", err
		}
		key = unpackedNumber(n)
	case k&(duration|object|condition|foreign) != 0:
		return "", fmt.Errorf("%s cannot be a key", describe(key))
	}
	w := notation{most: maxKeyNotation, exact: true}
	w.value(key)
	if w.full {
		return "", fmt.Errorf("a key that is no text has at most %d characters", maxKeyNotation)
	}
	return keyMark + string(w.out), nil
}

// ShowKey gives a key by its name, as the [Notation] has it.
func ShowKey(name string) string {
	if shown, ok := strings.CutPrefix(name, keyMark); ok {
		return shown
	}
	return Notation(name)
}

// IsTextKey reports whether a name of a [Mapping] is that of a key that is text.
func IsTextKey(name string) bool { return !strings.HasPrefix(name, keyMark) }

// The most that is read of one message. A peer could make more values of its octets than memory holds.
const (
	maxPackedValues = 1 << 20
	maxPackedDepth  = 1000
)

// unpacking counts what is read of one message.
type unpacking struct{ values, depth int }

func (u *unpacking) count(at int) error {
	if u.values++; u.values > maxPackedValues {
		return fmt.Errorf("at octet %d it has more than %d values, which are the most that are read", at+1, maxPackedValues)
	}
	return nil
}

// within reads what is inside a list, a mapping or a tag.
func (u *unpacking) within(at int, read func() (any, error)) (any, error) {
	if u.depth++; u.depth > maxPackedDepth {
		return nil, fmt.Errorf("at octet %d it is nested more than %d deep", at+1, maxPackedDepth)
	}
	v, err := read()
	u.depth--
	return v, err
}

// add adds an entry to a mapping whose key begins at an octet.
func (*unpacking) add(to *Mapping, at int, key, v any) error {
	name, err := KeyName(key)
	if err != nil {
		return fmt.Errorf("at octet %d: %w", at+1, err)
	}
	if _, ok := to.Get(name); ok {
		return fmt.Errorf("at octet %d the key %s is given twice", at+1, brief(ShowKey(name)))
	}
	return to.SetKey(key, v)
}

func endsEarly(size int, inside string) error {
	if size == 0 {
		return errors.New("it is empty")
	}
	return fmt.Errorf("it ends too early, at octet %d inside %s", size+1, inside)
}

func goesOn(size, end int) error {
	if size-end == 1 {
		return fmt.Errorf("octet %d follows the value, which has ended", size)
	}
	return fmt.Errorf("octets %d to %d follow the value, which has ended", end+1, size)
}

// noForm says that a format has no form for a value.
func noForm(format string, v any) error {
	return fmt.Errorf("%s has no form for %s", format, describe(v))
}

// packWith gives a function that writes a value in a format.
func packWith(encode func(any) ([]byte, error)) func(*evaluation, []any) (any, error) {
	return func(ev *evaluation, args []any) (any, error) {
		b, err := encode(args[0])
		if err != nil {
			return nil, err
		}
		return b, ev.charge(len(b))
	}
}

// unpackWith gives a function that reads a value in a format.
func unpackWith(decode func([]byte) (any, error), format string) func(*evaluation, []any) (any, error) {
	return func(ev *evaluation, args []any) (any, error) {
		data := args[0].([]byte)
		if err := ev.charge(len(data)); err != nil {
			return nil, err
		}
		v, err := decode(data)
		if err != nil {
			return nil, fmt.Errorf("it is not %s: %w", format, err)
		}
		return v, nil
	}
}

// messageOf gives the type of a message by its name.
func messageOf(ev *evaluation, name any) (Message, error) {
	if ev.env.Messages == nil {
		return nil, errors.New("the suite names no .proto files")
	}
	return ev.env.Messages(name.(string))
}

// toProtobuf writes a message of Protocol Buffers.
func toProtobuf(ev *evaluation, args []any) (any, error) {
	m, err := messageOf(ev, args[0])
	if err != nil {
		return nil, err
	}
	b, err := m.EncodeValue(args[1])
	if err != nil {
		return nil, err
	}
	return b, ev.charge(len(b))
}

// fromProtobuf reads a message of Protocol Buffers.
func fromProtobuf(ev *evaluation, args []any) (any, error) {
	m, err := messageOf(ev, args[0])
	if err != nil {
		return nil, err
	}
	data := args[1].([]byte)
	if err := ev.charge(len(data)); err != nil {
		return nil, err
	}
	v, err := m.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("it is no %s: %w", args[0], err)
	}
	return v, nil
}
