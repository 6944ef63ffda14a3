package wire

import "encoding/binary"

// utf8Check follows a text across arbitrary cuts and knows at each octet whether it can still become valid UTF-8
// (RFC 3629). The zero value stands at the start of a text.
type utf8Check struct {
	need   int  // continuation octets still to come
	lo, hi byte // what the next one must lie between
}

// feed returns the index of the first octet of b that no valid text can have there, or -1. After a bad octet the
// check is of no more use.
func (u *utf8Check) feed(b []byte) int {
	for i := 0; i < len(b); i++ {
		if u.need == 0 {
			i += ascii(b[i:])
			if i == len(b) {
				break
			}
			if !u.start(b[i]) {
				return i
			}
			continue
		}
		if b[i] < u.lo || b[i] > u.hi {
			return i
		}
		u.need--
		u.lo, u.hi = 0x80, 0xbf
	}
	return -1
}

// complete reports whether the text may end here.
func (u *utf8Check) complete() bool { return u.need == 0 }

// start takes the first octet of a sequence (RFC 3629 section 4).
func (u *utf8Check) start(c byte) bool {
	u.lo, u.hi = 0x80, 0xbf
	switch {
	case c < 0x80:
	case c >= 0xc2 && c <= 0xdf:
		u.need = 1
	case c >= 0xe0 && c <= 0xef:
		u.need = 2
		if c == 0xe0 {
			u.lo = 0xa0 // overlong
		}
		if c == 0xed {
			u.hi = 0x9f // surrogates
		}
	case c >= 0xf0 && c <= 0xf4:
		u.need = 3
		if c == 0xf0 {
			u.lo = 0x90 // overlong
		}
		if c == 0xf4 {
			u.hi = 0x8f // beyond U+10FFFF
		}
	default:
		return false
	}
	return true
}

// ascii is the number of octets below 0x80 at the start of b.
func ascii(b []byte) int {
	n := 0
	for len(b)-n >= 8 && binary.LittleEndian.Uint64(b[n:])&0x8080808080808080 == 0 {
		n += 8
	}
	for n < len(b) && b[n] < 0x80 {
		n++
	}
	return n
}
