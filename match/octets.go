package match

import (
	"fmt"

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

func octet(c byte) string { return diag.Octets([]byte{c}) }
