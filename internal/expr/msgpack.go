package expr

import (
	"bytes"
	endian "encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// DecodeMsgpack reads one MessagePack value and nothing else. Keys of any kind stay what they are, and a
// key that a map has twice is an error. The extension -1 is a timestamp: its content becomes the
// seconds since 1970.
func DecodeMsgpack(data []byte) (any, error) {
	in := bytes.NewReader(data)
	r := msgpackReader{data: data, in: in, dec: msgpack.NewDecoder(in)}
	v, err := r.value("")
	if err != nil {
		return nil, err
	}
	if in.Len() > 0 {
		return nil, goesOn(len(data), r.at())
	}
	return v, nil
}

// msgpackReader reads one message. The library reads the heads of values.
type msgpackReader struct {
	data []byte
	in   *bytes.Reader
	dec  *msgpack.Decoder
	unpacking
}

// at is how many octets were read.
func (r *msgpackReader) at() int { return len(r.data) - r.in.Len() }

// value reads a value that is inside of something; that is "" at the top.
func (r *msgpackReader) value(inside string) (any, error) {
	at := r.at()
	if err := r.count(at); err != nil {
		return nil, err
	}
	c, err := r.dec.PeekCode()
	if err != nil {
		return nil, endsEarly(len(r.data), inside)
	}
	v, err := r.coded(c, at)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, endsEarly(len(r.data), msgpackName(c))
	case err != nil:
		return nil, err
	}
	return v, nil
}

// coded reads a value that begins with the octet c.
func (r *msgpackReader) coded(c byte, at int) (any, error) {
	switch {
	case c == msgpcode.Nil:
		return nil, r.dec.DecodeNil()
	case c == msgpcode.True, c == msgpcode.False:
		return r.dec.DecodeBool()
	case c == msgpcode.Uint64:
		n, err := r.dec.DecodeUint64()
		return unpackedNumber(n), err
	case msgpcode.IsFixedNum(c), c >= msgpcode.Uint8 && c <= msgpcode.Int64:
		return r.dec.DecodeInt64()
	case c == msgpcode.Float, c == msgpcode.Double:
		return r.dec.DecodeFloat64()
	case msgpcode.IsString(c), msgpcode.IsBin(c):
		return r.octets(c, at)
	case msgpcode.IsFixedArray(c), c == msgpcode.Array16, c == msgpcode.Array32:
		return r.within(at, r.list)
	case msgpcode.IsFixedMap(c), c == msgpcode.Map16, c == msgpcode.Map32:
		return r.within(at, r.mapping)
	case msgpcode.IsExt(c):
		return r.extension()
	}
	return nil, fmt.Errorf("at octet %d no value begins with %02x", at+1, c)
}

// octets reads text or octets.
func (r *msgpackReader) octets(c byte, at int) (any, error) {
	n, err := r.dec.DecodeBytesLen()
	if err != nil {
		return nil, err
	}
	b, err := r.next(n)
	switch {
	case err != nil || msgpcode.IsBin(c):
		return b, err
	case !utf8.Valid(b):
		return nil, fmt.Errorf("at octet %d stands text that is not UTF-8", at+1)
	}
	return string(b), nil
}

// next gives the next octets.
func (r *msgpackReader) next(n int) ([]byte, error) {
	if n > r.in.Len() {
		return nil, io.ErrUnexpectedEOF
	}
	at := r.at()
	_, err := r.in.Seek(int64(n), io.SeekCurrent)
	return r.data[at : at+n : at+n], err
}

func (r *msgpackReader) list() (any, error) {
	n, err := r.dec.DecodeArrayLen()
	if err != nil {
		return nil, err
	}
	if n > r.in.Len() {
		return nil, io.ErrUnexpectedEOF
	}
	list := make([]any, 0, min(n, maxPackedValues))
	for range n {
		v, err := r.value("a list")
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func (r *msgpackReader) mapping() (any, error) {
	n, err := r.dec.DecodeMapLen()
	if err != nil {
		return nil, err
	}
	if n > r.in.Len()/2 {
		return nil, io.ErrUnexpectedEOF
	}
	m := NewMapping(min(n, maxPackedValues))
	for range n {
		at := r.at()
		key, err := r.value("a map")
		if err != nil {
			return nil, err
		}
		v, err := r.value("a map")
		if err != nil {
			return nil, err
		}
		if err := r.add(m, at, key, v); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (r *msgpackReader) extension() (any, error) {
	id, n, err := r.dec.DecodeExtHeader()
	if err != nil {
		return nil, err
	}
	b, err := r.next(n)
	if err != nil {
		return nil, err
	}
	t := &Tag{json.Number(strconv.Itoa(int(id))), b}
	if seconds, ok := timestamp(b); ok && id == timestampType {
		t.Content = seconds
	}
	return t, nil
}

// timestampType is the extension of MessagePack that is a timestamp.
const timestampType = -1

// timestamp reads the content of a timestamp. It gives false for octets that are none.
func timestamp(b []byte) (any, bool) {
	var seconds int64
	var nanoseconds uint64
	switch len(b) {
	case 4:
		seconds = int64(endian.BigEndian.Uint32(b))
	case 8:
		both := endian.BigEndian.Uint64(b)
		seconds, nanoseconds = int64(both&(1<<34-1)), both>>34
	case 12:
		seconds, nanoseconds = int64(endian.BigEndian.Uint64(b[4:])), uint64(endian.BigEndian.Uint32(b))
	default:
		return nil, false
	}
	if nanoseconds == 0 {
		return seconds, true
	}
	exact := new(big.Rat).SetFrac(new(big.Int).SetUint64(nanoseconds), big.NewInt(1e9))
	exact.Add(exact, new(big.Rat).SetInt64(seconds))
	return json.Number(strings.TrimRight(exact.FloatString(9), "0")), nanoseconds < 1e9
}

// msgpackName names what begins with an octet.
func msgpackName(c byte) string {
	switch {
	case msgpcode.IsString(c):
		return "text"
	case msgpcode.IsBin(c):
		return "octets"
	case msgpcode.IsExt(c):
		return "an extension"
	case msgpcode.IsFixedArray(c), c == msgpcode.Array16, c == msgpcode.Array32:
		return "a list"
	case msgpcode.IsFixedMap(c), c == msgpcode.Map16, c == msgpcode.Map32:
		return "a map"
	}
	return "a number"
}

// EncodeMsgpack writes a value as MessagePack, every number and length in the shortest form. Keys keep their order.
func EncodeMsgpack(v any) ([]byte, error) {
	var out bytes.Buffer
	w := msgpackWriter{out: &out, enc: msgpack.NewEncoder(&out)}
	err := w.value(v)
	return out.Bytes(), err
}

type msgpackWriter struct {
	out *bytes.Buffer
	enc *msgpack.Encoder
}

func (w *msgpackWriter) value(v any) error {
	switch v := Settle(v).(type) {
	case nil:
		return w.enc.EncodeNil()
	case bool:
		return w.enc.EncodeBool(v)
	case string:
		return w.enc.EncodeString(v)
	case []byte:
		return w.octets(v)
	case *Tag:
		return w.extension(v)
	case []any:
		if err := w.enc.EncodeArrayLen(len(v)); err != nil {
			return err
		}
		for _, item := range v {
			if err := w.value(item); err != nil {
				return err
			}
		}
		return nil
	case *Mapping:
		return w.mapping(v)
	}
	if kindOf(v) != number {
		return noForm("MessagePack", v)
	}
	return w.number(v)
}

// octets writes octets. The library would write nil for those that Go calls nil.
func (w *msgpackWriter) octets(b []byte) error {
	if err := w.enc.EncodeBytesLen(len(b)); err != nil {
		return err
	}
	_, err := w.out.Write(b)
	return err
}

func (w *msgpackWriter) number(v any) error {
	n, err := packedNumber(v)
	if err != nil {
		return err
	}
	switch n := n.(type) {
	case int64:
		return w.enc.EncodeInt(n)
	case uint64:
		return w.enc.EncodeUint(n)
	case float64:
		return w.enc.EncodeFloat64(n)
	}
	return fmt.Errorf("MessagePack has no whole numbers of more than 64 bits, such as %s", n)
}

func (w *msgpackWriter) mapping(m *Mapping) error {
	if err := w.enc.EncodeMapLen(m.Len()); err != nil {
		return err
	}
	for name, item := range m.All() {
		if err := w.value(m.Key(name)); err != nil {
			return err
		}
		if err := w.value(item); err != nil {
			return err
		}
	}
	return nil
}

// extension writes an extension. The content of a timestamp may be the seconds since 1970.
func (w *msgpackWriter) extension(t *Tag) error {
	id, err := strconv.ParseInt(string(t.Number), 10, 8)
	if err != nil {
		return fmt.Errorf("the type of a MessagePack extension is -128 to 127, not %s", t.Number)
	}
	if b, ok := t.Content.([]byte); ok {
		if err := w.enc.EncodeExtHeader(int8(id), len(b)); err != nil {
			return err
		}
		_, err := w.out.Write(b)
		return err
	}
	if id != timestampType || kindOf(t.Content) != number {
		return fmt.Errorf("the content of a MessagePack extension is octets, not %s", describe(t.Content))
	}
	return w.timestamp(t.Content)
}

func (w *msgpackWriter) timestamp(seconds any) error {
	r, _, err := toRat(seconds)
	if err != nil {
		return err
	}
	nanoseconds := new(big.Int).Mul(r.Num(), big.NewInt(1e9))
	nanoseconds.Div(nanoseconds, r.Denom())
	whole, rest := new(big.Int).DivMod(nanoseconds, big.NewInt(1e9), new(big.Int))
	if !whole.IsInt64() || whole.Int64() == math.MinInt64 {
		return fmt.Errorf("%s is no time of a MessagePack timestamp", describe(seconds))
	}
	return w.enc.EncodeTime(time.Unix(whole.Int64(), rest.Int64()))
}
