package match

import (
	"fmt"
	"unicode/utf8"

	"github.com/duologue/duologue/diag"
)

// Unlike says where octets first differ from the expected ones. Long octets are shown only at
// their beginning, where they may be the same.
func Unlike(want, got []byte) string {
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			return fmt.Sprintf("octet %d is %s, not %s", i+1, octet(got[i]), octet(want[i]))
		}
	}
	switch {
	case len(got) < len(want):
		return fmt.Sprintf("it ends after %d of %d octets", len(got), len(want))
	case len(got) > len(want):
		return fmt.Sprintf("it goes on after the %d octets", len(want))
	}
	return ""
}

// WhyNoText says why octets are no text in UTF-8. It gives nil if they are.
func WhyNoText(data []byte) error {
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size <= 1 {
			return fmt.Errorf("it is no text in UTF-8: octet %d is %s", at+1, octet(data[at]))
		}
		at += size
	}
	return nil
}

func octet(c byte) string { return diag.Octets([]byte{c}) }
