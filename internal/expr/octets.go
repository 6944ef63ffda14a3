package expr

import (
	endian "encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/big"
	"slices"
)

// unsigned reads octets as a whole number.
func unsigned(_ *evaluation, args []any) (any, error) {
	b := args[0].([]byte)
	if len(b) == 0 || len(b) > maxBits/8 {
		return nil, fmt.Errorf("%d octets are no number: there must be 1 to %d", len(b), maxBits/8)
	}
	b, err := mostSignificantFirst(b, args[1:])
	if err != nil {
		return nil, err
	}
	return new(big.Rat).SetInt(new(big.Int).SetBytes(b)), nil
}

// signed reads 1 to 8 octets as a whole number in two's complement.
func signed(_ *evaluation, args []any) (any, error) {
	b := args[0].([]byte)
	if len(b) == 0 || len(b) > 8 {
		return nil, fmt.Errorf("%d octets are no number with a sign: there must be 1 to 8", len(b))
	}
	b, err := mostSignificantFirst(b, args[1:])
	if err != nil {
		return nil, err
	}
	n := int64(int8(b[0]))
	for _, octet := range b[1:] {
		n = n<<8 | int64(octet)
	}
	return n, nil
}

// mostSignificantFirst gives octets in the order of the network. They come in the order that the
// argument names, if there is one. It may give b itself.
func mostSignificantFirst(b []byte, order []any) ([]byte, error) {
	if len(order) == 0 || order[0] == "big" {
		return b, nil
	}
	if order[0] != "little" {
		return nil, fmt.Errorf("the order is 'big' or 'little', not %s", describe(order[0]))
	}
	b = slices.Clone(b)
	slices.Reverse(b)
	return b, nil
}

// toOctets gives the octets of text in UTF-8, or writes a number as 1 to 8 octets. A negative
// number is written in two's complement.
func toOctets(ev *evaluation, args []any) (any, error) {
	if kindOf(args[0]) != number {
		if len(args) > 1 {
			return nil, errors.New("a size belongs only to a number")
		}
		b := raw(args[0])
		return slices.Clone(b), ev.charge(len(b))
	}
	if len(args) == 1 {
		return nil, errors.New("a number needs the size, as in octets(258, 2)")
	}
	size, err := wholeNumber(args[1])
	if err != nil {
		return nil, err
	}
	if size < 1 || size > 8 {
		return nil, fmt.Errorf("a number takes 1 to 8 octets, not %d", size)
	}
	bits, err := twosComplement(args[0], uint(size)*8)
	if err != nil {
		return nil, err
	}
	var b [8]byte
	endian.BigEndian.PutUint64(b[:], bits)
	return mostSignificantFirst(b[8-size:], args[2:])
}

// twosComplement gives a whole number that fits into so many bits, with or without a sign.
func twosComplement(v any, bits uint) (uint64, error) {
	r, err := quantity(v)
	if err != nil {
		return 0, err
	}
	n := r.Num()
	if !r.IsInt() {
		return 0, fmt.Errorf("%s is not whole", describe(v))
	}
	least := new(big.Int).Neg(new(big.Int).Lsh(big.NewInt(1), bits-1))
	if n.Cmp(least) < 0 || n.Sign() >= 0 && n.BitLen() > int(bits) {
		return 0, fmt.Errorf("%s does not fit into %d octets", describe(v), bits/8)
	}
	if n.Sign() < 0 {
		return uint64(n.Int64()), nil
	}
	return n.Uint64(), nil
}

// toVarint writes a whole number in groups of 7 bits, the least significant first, as Protocol
// Buffers and the lengths of MQTT do. A negative number takes ten octets, as in an int64 of
// Protocol Buffers.
func toVarint(_ *evaluation, args []any) (any, error) {
	n, err := twosComplement(args[0], 64)
	if err != nil {
		return nil, err
	}
	return endian.AppendUvarint(nil, n), nil
}

// fromVarint reads the number that toVarint writes, at the beginning of octets. It gives the
// number without a sign, and how many octets it takes.
func fromVarint(_ *evaluation, args []any) (any, error) {
	n, size := endian.Uvarint(args[0].([]byte))
	switch {
	case size == 0:
		return nil, errors.New("the octets end before the number does")
	case size < 0:
		return nil, errors.New("the number has more than 64 bits")
	}
	out := NewMapping(2)
	out.Set("value", plain(new(big.Rat).SetUint64(n)))
	out.Set("size", int64(size))
	return out, nil
}

// checksum gives the CRC-32 of gzip, PNG and Ethernet (RFC 1952 section 8).
func checksum(_ *evaluation, args []any) (any, error) {
	return int64(crc32.ChecksumIEEE(raw(args[0]))), nil
}
