package diag

import (
	"fmt"
	"strings"
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
	return fmt.Sprintf(`\u%04x`, r)
}

// harmless reports whether a rune may reach a terminal or a log: no C0 or C1
// control, no bidirectional control, no line or paragraph separator, no
// zero-width joiner that hides text.
func harmless(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0:
		return false
	case r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x2069, r == 0xfeff:
		return false
	}
	return true
}
