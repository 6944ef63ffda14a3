package mask

import "unicode/utf8"

// simple are the escapes with one letter in JSON (RFC 8259 section 7) and Go.
var simple = map[byte]byte{'"': '"', '\'': '\'', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'a': '\a', 'v': '\v'}

// backslash reads an escape that begins with a backslash, in a text that was
// escaped L times. 2^L backslashes stand for one. Fewer of them begin another
// escape.
func (f *finder[T]) backslash(n *node, pos int) (*node, int) {
	one := 1 << f.backslashes
	run := f.run(pos, one)
	pos += run
	if run == one {
		return f.over(n, '\\'), pos
	}
	if pos == len(f.src) {
		f.unknown()
		return nil, pos
	}
	switch letter := f.src[pos]; letter {
	case 'u':
		return f.unicode(n, pos+1)
	case 'x':
		v, ok := f.hex(pos+1, 2)
		if !ok {
			return nil, pos
		}
		return f.over(n, byte(v)), pos + 3
	default:
		octet, ok := simple[letter]
		if !ok {
			return nil, pos
		}
		return f.over(n, octet), pos + 1
	}
}

// run counts the backslashes at pos, up to most.
func (f *finder[T]) run(pos, most int) int {
	n := 0
	for n < most && pos+n < len(f.src) && f.src[pos+n] == '\\' {
		n++
	}
	return n
}

// unicode reads the four digits of \uXXXX. If they are the first half of a
// surrogate pair, it reads the second half, too.
func (f *finder[T]) unicode(n *node, pos int) (*node, int) {
	r, ok := f.hex(pos, 4)
	if !ok {
		return nil, pos
	}
	pos += 4
	if r < 0xd800 || r > 0xdbff {
		return f.follow(n, r), pos
	}
	pos += f.run(pos, 1<<f.backslashes)
	if pos == len(f.src) {
		f.unknown()
		return nil, pos
	}
	if f.src[pos] != 'u' {
		return nil, pos
	}
	low, ok := f.hex(pos+1, 4)
	if !ok || low < 0xdc00 || low > 0xdfff {
		return nil, pos
	}
	return f.follow(n, (r-0xd800)<<10+(low-0xdc00)+0x10000), pos + 5
}

// follow goes down the tree by the octets of r in UTF-8.
func (f *finder[T]) follow(n *node, r rune) *node {
	if r < utf8.RuneSelf {
		return f.over(n, byte(r))
	}
	for _, octet := range utf8.AppendRune(nil, r) {
		if n = n.next(octet); n == nil {
			return nil
		}
	}
	return n
}
