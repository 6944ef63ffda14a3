package match

import (
	"strings"
	"testing"
)

// The difference of octets is told, even if it is beyond what is shown of them.
func TestUnlike(t *testing.T) {
	long := strings.Repeat("a", 100)
	for _, tt := range []struct{ want, got, told string }{
		{long + "b", long + "c", "octet 101 is 63 |c|, not 62 |b|"},
		{"\x00", "\x01", "octet 1 is 01, not 00"},
		{long, long[:40], "it ends after 40 of 100 octets"},
		{long[:40], long, "it goes on after the 40 octets"},
		{long, long, ""},
	} {
		if got := Unlike([]byte(tt.want), []byte(tt.got)); got != tt.told {
			t.Errorf("Unlike(%q, %q) = %q, want %q", tt.want, tt.got, got, tt.told)
		}
	}
}
