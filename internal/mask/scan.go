package mask

type octets interface{ string | []byte }

// result is what scan made of a text.
type result struct {
	out     []byte // instead of src[:done], if masked
	masked  bool
	done    int // octets of src that are dealt with
	covered int // octets after done that belong to a secret already masked
}

func scanWhole[T octets](m *Masker, src T) result {
	if m == nil {
		return result{}
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	return scan(m, src, 0, true)
}

// scan masks src, of which the first covered octets belong to a secret that is
// already masked. Unless final, more may follow: then it ends where that could
// matter.
//
// Every place is looked at, also inside a secret: another one may begin there
// and reach further.
func scan[T octets](m *Masker, src T, covered int, final bool) result {
	r := result{masked: covered > 0, done: len(src)}
	end := covered // of the secret that reaches furthest
	plain := 0     // where octets begin that are not yet in r.out
	for p := 0; p < len(src); p++ {
		if p+1 < len(src) && !m.pairs.has(src[p], src[p+1]) {
			continue
		}
		f := finder[T]{src: src, final: final}
		f.find(&m.root, p)
		if f.short {
			r.done = p
			break
		}
		if f.end == 0 {
			continue
		}
		if p >= end {
			plain = max(plain, end)
			r.out = append(append(r.out, src[plain:p]...), stars...)
			r.masked = true
		}
		end = max(end, f.end)
	}
	if plain = max(plain, end); r.masked && plain < r.done {
		r.out = append(r.out, src[plain:r.done]...)
	}
	r.covered = max(end-r.done, 0)
	return r
}

// finder looks for the longest occurrence of a form at one place.
type finder[T octets] struct {
	src   T
	final bool
	end   int  // of the longest found; 0 if none
	short bool // src ends where a longer one is still possible

	// How many times over the text is taken to be escaped, as in URLs and in
	// JSON, and whether anything was met that makes a difference.
	percents, backslashes    int
	percentMet, backslashMet bool
}

// nesting is how many times over a text may have been escaped.
const nesting = 3

// find reads the text at pos as escaped 0 to 3 times in each way. For each way of
// reading every place of the text means one thing, so that the work is bounded
// by the size of the tree.
func (f *finder[T]) find(root *node, pos int) {
	for f.percents = 0; f.percents <= nesting; f.percents++ {
		for f.backslashes = 0; f.backslashes <= nesting; f.backslashes++ {
			f.walk(root, pos)
			if !f.backslashMet {
				break
			}
		}
		if !f.percentMet {
			return
		}
	}
}

// walk follows the tree from n and the text from pos.
func (f *finder[T]) walk(n *node, pos int) {
	for n != nil {
		if n.end {
			f.end = max(f.end, pos)
		}
		if n.child == nil {
			return
		}
		if pos == len(f.src) {
			f.cut()
			return
		}
		octet := f.src[pos]
		switch octet {
		case '%', '+':
			f.percentMet = true
			if f.percents > 0 {
				n, pos = f.percent(n, pos)
				continue
			}
		case '\\':
			f.backslashMet = true
			if f.backslashes > 0 {
				n, pos = f.backslash(n, pos)
				continue
			}
		}
		n = n.next(octet)
		pos++
	}
}

// cut notes that src ends too early to decide.
func (f *finder[T]) cut() { f.short = f.short || !f.final }

// percent reads + or %XX (RFC 3986 section 2.1), whose % may be escaped in turn:
// %25XX. A + that is not escaped as often as the text is may be a space.
func (f *finder[T]) percent(n *node, pos int) (*node, int) {
	octet, pos := rune(f.src[pos]), pos+1
	level := 0
	for ; octet == '%' && level < f.percents; level++ {
		var ok bool
		if octet, ok = f.hex(pos, 2); !ok {
			return nil, pos
		}
		pos += 2
	}
	if octet == '+' && level < f.percents {
		f.walk(n.next(' '), pos)
	}
	return n.next(byte(octet)), pos
}

// hex reads that many hexadecimal digits.
func (f *finder[T]) hex(pos, digits int) (v rune, ok bool) {
	for i := range digits {
		if pos+i >= len(f.src) {
			f.cut()
			return 0, false
		}
		d := unhex(f.src[pos+i])
		if d < 0 {
			return 0, false
		}
		v = v<<4 | d
	}
	return v, true
}

func unhex(c byte) rune {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0')
	case 'a' <= c && c <= 'f':
		return rune(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return rune(c-'A') + 10
	}
	return -1
}
