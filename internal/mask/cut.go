package mask

import "strings"

// least is the fewest octets of a form that are masked before or after a cut. Fewer could
// belong to anything.
const least = 4

// sign stands in a text for what was left out.
const sign = "…"

// maxCuts is how many cuts of a text are looked at. Nobody writes more.
const maxCuts = 1000

// cutSign gives the length of the sign at p, or 0 if there is none.
func cutSign[T octets](src T, p int) int {
	if src[p] == sign[0] && p+len(sign) <= len(src) && string(src[p:p+len(sign)]) == sign {
		return len(sign)
	}
	return 0
}

// isCut reports whether the text is cut off at pos, or after a quotation mark there.
func (f *finder[T]) isCut(pos int) bool {
	if pos < len(f.src) && (f.src[pos] == '"' || f.src[pos] == '\'') {
		pos++
	}
	if pos == len(f.src) {
		return f.cut
	}
	return cutSign(f.src, pos) > 0
}

// tail gives the end of the octets at pos that are the rest of a form, or so much of its middle
// that it is no coincidence. It gives 0 if there are none.
func tail[T octets](m *Masker, src T, pos int) int {
	if pos+least > len(src) {
		return 0
	}
	var begin [least]byte
	for i := range begin {
		begin[i] = folded[src[pos+i]]
	}
	end := 0
	if m.base != nil {
		end = tail(m.base, src, pos)
	}
	for _, form := range m.forms {
		for at := strings.Index(form, string(begin[:])); at >= 0; {
			n := alike(form[at:], src, pos)
			if n >= MinLength || at+n == len(form) {
				end = max(end, pos+n)
			}
			next := strings.Index(form[at+1:], string(begin[:]))
			if next < 0 {
				break
			}
			at += 1 + next
		}
	}
	return end
}

// alike gives how many octets of form stand at pos.
func alike[T octets](form string, src T, pos int) int {
	n := 0
	for n < len(form) && pos+n < len(src) && folded[src[pos+n]] == form[n] {
		n++
	}
	return n
}
