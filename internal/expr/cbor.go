package expr

import (
	endian "encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/fxamacker/cbor/v2"
)

// The major types of CBOR (RFC 8949 section 3.1) that hold other values, and that of floats and simple values.
const (
	cborArray  = 4
	cborMap    = 5
	cborTag    = 6
	cborSimple = 7
)

// cborBreak ends a list, a map or a text of indefinite length.
const cborBreak = 0xff

// DecodeCBOR reads one CBOR value and nothing else. Keys of any kind stay what they are, and a key that
// a map has twice is an error. The tags of large whole numbers become numbers.
func DecodeCBOR(data []byte) (any, error) {
	r := cborReader{data: data}
	v, err := r.value("")
	if err != nil {
		return nil, err
	}
	if r.at < len(data) {
		return nil, goesOn(len(data), r.at)
	}
	return v, nil
}

// cborReader reads one message. It reads lists, maps and tags, because the library has no order of keys and no keys
// that are lists. The library reads all other values.
type cborReader struct {
	data []byte
	at   int // how many octets were read
	unpacking
}

// value reads a value that is inside of something; that is "" at the top.
func (r *cborReader) value(inside string) (any, error) {
	if err := r.count(r.at); err != nil {
		return nil, err
	}
	if r.at >= len(r.data) {
		return nil, endsEarly(len(r.data), inside)
	}
	at, c := r.at, r.data[r.at]
	switch c >> 5 {
	case cborArray:
		return r.within(at, r.list)
	case cborMap:
		return r.within(at, r.mapping)
	case cborTag:
		return r.within(at, r.tag)
	}
	if v, ok := r.simple(c); ok {
		return v, nil
	}
	var v any
	rest, err := cborDecoding.UnmarshalFirst(r.data[at:], &v)
	if err != nil {
		return nil, r.wrong(at, err)
	}
	r.at = len(r.data) - len(rest)
	switch n := v.(type) {
	case uint64:
		return unpackedNumber(n), nil
	case big.Int:
		return unpackedNumber(&n), nil
	}
	return v, nil
}

// cborDecoding reads values without others in them.
var cborDecoding = func() cbor.DecMode {
	mode, err := cbor.DecOptions{IntDec: cbor.IntDecConvertNone, UTF8: cbor.UTF8RejectInvalid}.DecMode()
	if err != nil {
		panic(err)
	}
	return mode
}()

// wrong says in our words what the library says of a value.
func (r *cborReader) wrong(at int, err error) error {
	var semantic *cbor.SemanticError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return endsEarly(len(r.data), []string{"a number", "a number", "octets", "text", "", "", "", "a number"}[r.data[at]>>5])
	case errors.As(err, &semantic) && r.data[at]>>5 == 3:
		return fmt.Errorf("at octet %d stands text that is not UTF-8", at+1)
	}
	return fmt.Errorf("at octet %d: %s", at+1, strings.TrimPrefix(err.Error(), "cbor: "))
}

// simple reads a simple value. It gives false for any other, and for one that is wrong.
func (r *cborReader) simple(c byte) (any, bool) {
	switch {
	case c>>5 != cborSimple || c&31 > 24:
		return nil, false
	case c&31 < 24:
		r.at++
		return simpleOf(c & 31), true
	case len(r.data) < r.at+2 || r.data[r.at+1] < 32: // the shorter form must be used for these
		return nil, false
	}
	r.at += 2
	return simpleOf(r.data[r.at-1]), true
}

func simpleOf(n byte) any {
	switch n {
	case 20, 21:
		return n == 21
	case 22:
		return nil
	}
	return Simple(n)
}

// head reads the argument of a list, a map or a tag. It gives false for one of indefinite length.
func (r *cborReader) head(what string) (n uint64, definite bool, err error) {
	at, short := r.at, r.data[r.at]&31
	r.at++
	switch {
	case short < 24:
		return uint64(short), true, nil
	case short == 31 && r.data[at]>>5 != cborTag:
		return 0, false, nil
	case short > 27:
		return 0, false, fmt.Errorf("at octet %d no value begins with %02x", at+1, r.data[at])
	}
	size := 1 << (short - 24)
	if len(r.data)-r.at < size {
		return 0, false, endsEarly(len(r.data), what)
	}
	for _, octet := range r.data[r.at : r.at+size] {
		n = n<<8 | uint64(octet)
	}
	r.at += size
	return n, true, nil
}

// items reads the values of a list, or the keys and values of a map.
func (r *cborReader) items(what string, of uint64, item func() error) error {
	n, definite, err := r.head(what)
	if err != nil {
		return err
	}
	if left := uint64(len(r.data) - r.at); definite && n > left/of {
		return endsEarly(len(r.data), what)
	}
	for i := uint64(0); !definite || i < n; i++ {
		if !definite && r.at < len(r.data) && r.data[r.at] == cborBreak {
			r.at++
			return nil
		}
		if err := item(); err != nil {
			return err
		}
	}
	return nil
}

func (r *cborReader) list() (any, error) {
	list := []any{}
	err := r.items("a list", 1, func() error {
		v, err := r.value("a list")
		list = append(list, v)
		return err
	})
	return list, err
}

func (r *cborReader) mapping() (any, error) {
	m := NewMapping(0)
	err := r.items("a map", 2, func() error {
		at := r.at
		key, err := r.value("a map")
		if err != nil {
			return err
		}
		v, err := r.value("a map")
		if err != nil {
			return err
		}
		return r.add(m, at, key, v)
	})
	return m, err
}

// The tags of whole numbers of any size (RFC 8949 section 3.4.3).
const (
	bigPositive = 2
	bigNegative = 3
)

func (r *cborReader) tag() (any, error) {
	number, _, err := r.head("a tag")
	if err != nil {
		return nil, err
	}
	v, err := r.value("a tag")
	if err != nil {
		return nil, err
	}
	if b, ok := v.([]byte); ok && (number == bigPositive || number == bigNegative) && len(b) <= maxBits/8 {
		n := new(big.Int).SetBytes(b)
		if number == bigNegative {
			n.Not(n)
		}
		return unpackedNumber(smallest(n)), nil
	}
	return &Tag{json.Number(strconv.FormatUint(number, 10)), v}, nil
}

// EncodeCBOR writes a value as CBOR, in the preferred serialization (RFC 8949 section 4.1): every number and length
// is as short as it can be. Keys keep their order.
func EncodeCBOR(v any) ([]byte, error) { return appendCBOR(nil, v) }

// cborEncoding writes values without others in them.
var cborEncoding = func() cbor.EncMode {
	mode, err := cbor.PreferredUnsortedEncOptions().EncMode()
	if err != nil {
		panic(err)
	}
	return mode
}()

func appendCBOR(b []byte, v any) ([]byte, error) {
	var err error
	switch v := Settle(v).(type) {
	case []any:
		b = appendHead(b, cborArray, uint64(len(v)))
		for _, item := range v {
			if b, err = appendCBOR(b, item); err != nil {
				return nil, err
			}
		}
		return b, nil
	case *Mapping:
		b = appendHead(b, cborMap, uint64(v.Len()))
		for name, item := range v.All() {
			if b, err = appendCBOR(b, v.Key(name)); err != nil {
				return nil, err
			}
			if b, err = appendCBOR(b, item); err != nil {
				return nil, err
			}
		}
		return b, nil
	case *Tag:
		number, err := strconv.ParseUint(string(v.Number), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("CBOR has no tag %s", v.Number)
		}
		return appendCBOR(appendHead(b, cborTag, number), v.Content)
	case Simple:
		return appendHead(b, cborSimple, uint64(v)), nil
	case nil, bool, string:
		return appendLeaf(b, v)
	case []byte:
		return appendLeaf(b, cbor.ByteString(v))
	}
	if kindOf(v) != number {
		return nil, noForm("CBOR", v)
	}
	n, err := packedNumber(v)
	if err != nil {
		return nil, err
	}
	return appendLeaf(b, n)
}

func appendLeaf(b []byte, v any) ([]byte, error) {
	leaf, err := cborEncoding.Marshal(v)
	return append(b, leaf...), err
}

// appendHead writes the head of a value: its major type and its argument.
func appendHead(b []byte, major byte, n uint64) []byte {
	major <<= 5
	switch {
	case n < 24:
		return append(b, major|byte(n))
	case n <= math.MaxUint8:
		return append(b, major|24, byte(n))
	case n <= math.MaxUint16:
		return endian.BigEndian.AppendUint16(append(b, major|25), uint16(n))
	case n <= math.MaxUint32:
		return endian.BigEndian.AppendUint32(append(b, major|26), uint32(n))
	}
	return endian.BigEndian.AppendUint64(append(b, major|27), n)
}
