package wire

import (
	"encoding/binary"
	"fmt"
	"time"
)

// Opcode is the four-bit kind of a frame (RFC 6455 section 5.2).
type Opcode byte

// The opcodes that RFC 6455 defines; 3 to 7 and 11 to 15 are reserved.
const (
	OpContinuation Opcode = 0
	OpText         Opcode = 1
	OpBinary       Opcode = 2
	OpClose        Opcode = 8
	OpPing         Opcode = 9
	OpPong         Opcode = 10
)

// Control reports whether o is a control opcode, also a reserved one.
func (o Opcode) Control() bool { return o&8 != 0 }

// Known reports whether RFC 6455 defines o.
func (o Opcode) Known() bool { return o <= OpBinary || o >= OpClose && o <= OpPong }

// String is the opcode's name in lower case, or "opcode N" for a reserved one.
func (o Opcode) String() string {
	switch o {
	case OpContinuation:
		return "continuation"
	case OpText:
		return "text"
	case OpBinary:
		return "binary"
	case OpClose:
		return "close"
	case OpPing:
		return "ping"
	case OpPong:
		return "pong"
	}
	return fmt.Sprintf("opcode %d", byte(o))
}

// Frame is one frame as it came (RFC 6455 section 5.2).
type Frame struct {
	Fin        bool
	RSV        byte // three bits, RSV1 is 4
	Opcode     Opcode
	Masked     bool
	Mask       [4]byte // the masking key if Masked
	LengthForm int     // bits of the length field used: 7, 16 or 64
	Payload    []byte  // unmasked, not inflated
	First      time.Time
	Last       time.Time
}

// rsv1 is the bit that permessage-deflate uses.
const rsv1 = 4

// maxHeader is the size of the longest frame header in octets.
const maxHeader = 14

// header is the part of a frame before its payload. It serves both roles.
type header struct {
	fin    bool
	rsv    byte
	opcode Opcode
	masked bool
	mask   [4]byte
	form   int // 7, 16 or 64
	length uint64
}

// parseHeader reads a header from the start of b. If b is too short, ok is false and size is how many octets are
// needed to learn more; else size is the size of the header.
func parseHeader(b []byte) (h header, size int, ok bool) {
	if len(b) < 2 {
		return header{}, 2, false
	}
	h.fin = b[0]&0x80 != 0
	h.rsv = b[0] >> 4 & 7
	h.opcode = Opcode(b[0] & 15)
	h.masked = b[1]&0x80 != 0
	h.form = 7
	h.length = uint64(b[1] & 0x7f)
	size = 2
	switch h.length {
	case 126:
		h.form = 16
		size += 2
	case 127:
		h.form = 64
		size += 8
	}
	lengthEnd := size
	if h.masked {
		size += 4
	}
	if len(b) < size {
		return header{}, size, false
	}
	switch h.form {
	case 16:
		h.length = uint64(binary.BigEndian.Uint16(b[2:]))
	case 64:
		h.length = binary.BigEndian.Uint64(b[2:])
	}
	if h.masked {
		copy(h.mask[:], b[lengthEnd:])
	}
	return h, size, true
}

// minimal reports whether the length stands in its shortest form.
func (h header) minimal() bool { return h.form == minimalForm(h.length) }

// minimalForm is the length form that RFC 6455 section 5.2 demands for a payload of n octets.
func minimalForm(n uint64) int {
	switch {
	case n <= 125:
		return 7
	case n <= 0xffff:
		return 16
	}
	return 64
}

// appendHeader appends h to dst in the length form that h names.
func appendHeader(dst []byte, h header) []byte {
	first := byte(h.opcode) | h.rsv<<4
	if h.fin {
		first |= 0x80
	}
	var second byte
	if h.masked {
		second = 0x80
	}
	switch h.form {
	case 16:
		dst = append(dst, first, second|126)
		dst = binary.BigEndian.AppendUint16(dst, uint16(h.length))
	case 64:
		dst = append(dst, first, second|127)
		dst = binary.BigEndian.AppendUint64(dst, h.length)
	default:
		dst = append(dst, first, second|byte(h.length))
	}
	if h.masked {
		dst = append(dst, h.mask[:]...)
	}
	return dst
}

// applyMask masks or unmasks b in place, which stands at the given offset of its payload (RFC 6455 section 5.3).
func applyMask(b []byte, key [4]byte, offset uint64) {
	var turned [4]byte
	for i := range turned {
		turned[i] = key[(offset+uint64(i))&3]
	}
	word := uint64(binary.LittleEndian.Uint32(turned[:]))
	word |= word << 32
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^word)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= turned[i&3]
	}
}
