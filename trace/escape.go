package trace

import (
	"fmt"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// escape escapes characters in a JSON text that JSON allows but a terminal may
// obey: DEL, C1 controls, bidirectional and other formatting characters. They
// can only stand in strings, so the value does not change.
func escape(text []byte) []byte {
	var out []byte // nil until one is found
	last := 0
	for i := 0; i < len(text); {
		if text[i] < 0x7f {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			out = append(out, text[last:i]...)
			for _, unit := range utf16.Encode([]rune{r}) {
				out = fmt.Appendf(out, `\u%04x`, unit)
			}
			last = i + size
		}
		i += size
	}
	if out == nil {
		return text
	}
	return append(out, text[last:]...)
}
