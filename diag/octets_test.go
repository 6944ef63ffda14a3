package diag_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
)

func TestOctets(t *testing.T) {
	for data, want := range map[string]string{
		"":                            "",
		"RIFF\n":                      "524946460a |RIFF.|",
		"\x00\xff":                    "00ff",
		"|.|":                         "7c2e7c ||.||",
		strings.Repeat("a", 32):       strings.Repeat("61", 32) + " |" + strings.Repeat("a", 32) + "|",
		strings.Repeat("a", 32) + "b": strings.Repeat("61", 32) + "… |" + strings.Repeat("a", 32) + "…|",
		string(bytes.Repeat([]byte{0}, 32)) + "b": strings.Repeat("00", 32) + "…",
	} {
		if got := diag.Octets([]byte(data)); got != want {
			t.Errorf("Octets(%q) = %s, want %s", data, got, want)
		}
	}
}
