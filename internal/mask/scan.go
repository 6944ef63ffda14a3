package mask

type octets interface{ string | []byte }

// span is a place to be masked.
type span struct{ from, to int }

// masked gives src with stars in place of the spans, or nil if there are none.
func masked[T octets](src T, spans []span) []byte {
	if spans == nil {
		return nil
	}
	var out []byte
	plain := 0
	for _, s := range spans {
		out = append(append(out, src[plain:s.from]...), stars...)
		plain = s.to
	}
	return append(out, src[plain:]...)
}

// scanWhole gives the places to be masked in src.
func scanWhole[T octets](m *Masker, src T) []span {
	if m == nil {
		return nil
	}
	m.hold()
	defer m.release()
	spans, _ := scan(m, src, ends{final: true})
	return spans
}

// hold prevents changes of what m knows until release.
func (m *Masker) hold() {
	if m.base != nil {
		m.base.mu.RLock()
	}
	m.mu.RLock()
}

func (m *Masker) release() {
	m.mu.RUnlock()
	if m.base != nil {
		m.base.mu.RUnlock()
	}
}

// begins reports whether an occurrence may begin with these two octets.
func (m *Masker) begins(a, b byte) bool {
	return m.pairs.has(a, b) || m.base != nil && m.base.pairs.has(a, b)
}

// ends says what the end of a text means.
type ends struct {
	final bool // nothing follows
	cut   bool // the rest was left out
}

// scan gives the places to be masked in src, in order and without overlaps. done is the number
// of octets that are finished. If more text may follow, an occurrence may begin at the next
// octet.
//
// It looks at every place, even inside a secret, because another secret may begin there and be
// longer.
func scan[T octets](m *Masker, src T, at ends) (spans []span, done int) {
	if m.base != nil && m.forms == nil {
		m = m.base
	}
	cuts := 0
	for p := 0; p < len(src); p++ {
		if p+1 < len(src) && !m.begins(src[p], src[p+1]) {
			continue
		}
		if n := cutSign(src, p); n > 0 && cuts < maxCuts {
			cuts++
			if end := tail(m, src, p+n); end > 0 {
				spans = add(spans, span{p + n, end})
			}
		}
		f := finder[T]{src: src, ends: at}
		f.find(&m.root, p)
		if m.base != nil {
			f.find(&m.base.root, p)
		}
		if f.short {
			return spans, p
		}
		if f.end > 0 {
			spans = add(spans, span{p, f.end})
		}
	}
	return spans, len(src)
}

// add adds a span that begins no earlier than those before. It joins spans that overlap.
func add(spans []span, s span) []span {
	if last := len(spans) - 1; last >= 0 && s.from < spans[last].to {
		spans[last].to = max(spans[last].to, s.to)
		return spans
	}
	return append(spans, s)
}

// finder looks for the longest occurrence of a form at one place.
type finder[T octets] struct {
	src T
	ends
	end   int  // of the longest occurrence; 0 if there is none
	short bool // src ends, but a longer occurrence is still possible

	broken bool // a line break was skipped, and only blanks since then

	// How many times the text is taken to be escaped, as in URLs and as in JSON, and whether an
	// octet was met for which that matters.
	percents, backslashes    int
	percentMet, backslashMet bool
}

// nesting is how many times a text may have been escaped.
const nesting = 3

// find reads the text at pos as escaped 0 to 3 times in each way. In each of these readings
// every place of the text has one meaning, so the work is limited by the size of the tree.
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

// walk follows the tree from n by the text from pos.
func (f *finder[T]) walk(n *node, pos int) {
	for n != nil {
		if n.end || n.deep && f.isCut(pos) {
			f.end = max(f.end, pos)
		}
		if n.child == nil {
			return
		}
		if pos == len(f.src) {
			f.unknown()
			return
		}
		n, pos = f.step(n, pos)
	}
}

// step goes on by one character of the text.
func (f *finder[T]) step(n *node, pos int) (*node, int) {
	octet := f.src[pos]
	switch octet {
	case '%', '+':
		f.percentMet = true
		if f.percents > 0 {
			return f.percent(n, pos)
		}
	case '\\':
		f.backslashMet = true
		if f.backslashes > 0 {
			return f.backslash(n, pos)
		}
	}
	return f.over(n, octet), pos + 1
}

// over goes down the tree by an octet. Inside a secret it stays at the same node for a line
// break that is not in the form, and for blanks after it.
func (f *finder[T]) over(n *node, octet byte) *node {
	if next := n.next(octet); next != nil {
		f.broken = false
		return next
	}
	if n.inside && (octet == '\n' || octet == '\r' || f.broken && (octet == ' ' || octet == '\t')) {
		f.broken = true
		return n
	}
	return nil
}

// unknown notes that src ends too early to decide.
func (f *finder[T]) unknown() { f.short = f.short || !f.final }

// percent reads + or %XX (RFC 3986 section 2.1). The % may itself be escaped: %25XX. A + that
// is escaped fewer times than the text may be a space.
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
		f.walk(f.over(n, ' '), pos)
	}
	return f.over(n, byte(octet)), pos
}

// hex reads so many hexadecimal digits.
func (f *finder[T]) hex(pos, digits int) (v rune, ok bool) {
	for i := range digits {
		if pos+i >= len(f.src) {
			f.unknown()
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
