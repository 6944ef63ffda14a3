package mask

type octets interface{ string | []byte }

// span is where something is to be masked.
type span struct{ from, to int }

// masked gives src with stars in the place of spans, or nil if there are none.
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

// scanWhole gives what is to be masked in src.
func scanWhole[T octets](m *Masker, src T) []span {
	if m == nil {
		return nil
	}
	m.hold()
	defer m.release()
	spans, _ := scan(m, src, ends{final: true})
	return spans
}

// hold keeps what m knows as it is until release.
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

// begins reports whether an occurrence may begin with two octets.
func (m *Masker) begins(a, b byte) bool {
	return m.pairs.has(a, b) || m.base != nil && m.base.pairs.has(a, b)
}

// ends says what the end of a text means.
type ends struct {
	final bool // nothing follows
	cut   bool // what followed was left out
}

// scan gives what is to be masked in src, in order and apart, and how many octets are
// dealt with: where more may follow, an occurrence may begin at the next.
//
// Every place is looked at, also inside a secret: another one may begin there
// and reach further.
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

// add adds a span that begins no earlier than those before. What overlaps is one.
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
	end   int  // of the longest found; 0 if none
	short bool // src ends where a longer one is still possible

	broken bool // a line break was passed over, and nothing but blanks since

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

// over goes down the tree by an octet. Inside a secret it stays where it is at a line
// break that is not of the form, and at blanks behind it.
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
		f.walk(f.over(n, ' '), pos)
	}
	return f.over(n, byte(octet)), pos
}

// hex reads that many hexadecimal digits.
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
