package mask

// pairs is a set of pairs of octets, so that most places of a text are passed by
// with one look.
type pairs [1 << 16 / 64]uint64

func (s *pairs) has(a, b byte) bool { return s[uint(a)<<2|uint(b)>>6]>>(b&63)&1 != 0 }

func (s *pairs) set(a, b byte) { s[uint(a)<<2|uint(b)>>6] |= 1 << (b & 63) }

// add allows the beginnings of form, in either case, as it is or with its first or
// second octet escaped, or with a line break between them.
func (s *pairs) add(form string) {
	for _, first := range escaped(form[0]) {
		for b := range 256 {
			s.set(first, byte(b))
		}
	}
	seconds := append(cases(form[1]), escaped(form[1])...)
	for _, first := range cases(form[0]) {
		for _, second := range append(seconds, '\r', '\n') {
			s.set(first, second)
		}
	}
	s.set(sign[0], sign[1])
}

// cases gives an octet in lower case and in upper case.
func cases(octet byte) []byte {
	if 'a' <= octet && octet <= 'z' {
		return []byte{octet, octet - 'a' + 'A'}
	}
	return []byte{octet}
}

// escaped gives the octets with which an escape of octet may begin.
func escaped(octet byte) []byte {
	if octet == ' ' {
		return []byte("%\\+")
	}
	return []byte("%\\")
}
