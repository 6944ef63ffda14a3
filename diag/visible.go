package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible makes text of unknown origin harmless to show: control characters,
// escape sequences, line separators, bidirectional overrides and invalid UTF-8
// are spelled out. Printable text comes back as it is.
func Visible(s string) string {
	clean := true
	for i, r := range s {
		if !harmless(r) || r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			fmt.Fprintf(&b, `\x%02x`, s[i])
			continue
		}
		b.WriteString(visibleRune(r))
	}
	return b.String()
}

func visibleRune(r rune) string {
	if harmless(r) {
		return string(r)
	}
	switch r {
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	}
	if r < 0x100 {
		return fmt.Sprintf(`\x%02x`, r)
	}
	if r > 0xffff {
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// harmless reports whether a rune may reach a terminal or a log: no control,
// no formatting character, which may turn the direction of text or hide it, no
// line or paragraph separator, nothing that XML forbids.
func harmless(r rune) bool {
	if r < 0x7f {
		return r >= 0x20
	}
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Noncharacter_Code_Point)
}

// Clip shortens text to at most n octets, at the end of a character, and a sign that there was more.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
