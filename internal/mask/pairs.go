package mask

// pairs is a set of pairs of octets. With it one look is enough to pass most
// places of a text.
type pairs [1 << 16 / 64]uint64

func (s *pairs) has(a, b byte) bool { return s[uint(a)<<2|uint(b)>>6]>>(b&63)&1 != 0 }

func (s *pairs) set(a, b byte) { s[uint(a)<<2|uint(b)>>6] |= 1 << (b & 63) }

// add adds the pairs with which a form may begin: in either case, with its first
// or second octet escaped, or with a line break between the two.
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

// cases gives a lower-case octet in both cases.
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
