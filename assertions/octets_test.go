package assertions_test

import (
	"strings"
	"testing"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/trace"
)

// Octets are shown with their text, in each form in which they can be asked for.
func TestOctetsAreShownWithTheirText(t *testing.T) {
	for _, tt := range []struct{ pattern, data, expected, told string }{
		{`{message: {hex: "5249"}}`, "RIFF\x00", `"5249" |RI|`, `"5249464600" |RIFF.| (it goes on after the 2 octets)`},
		{`{message: {base64: UklGRg==}}`, "RIFX", `"UklGRg==" |RIFF|`, `"UklGWA==" |RIFX| (octet 4 is 58 |X|, not 46 |F|)`},
		{`{message: {hex: "00"}}`, "\x01", `"00"`, `"01" (octet 1 is 01, not 00)`},
		{`{message: {hex: {$length: 4}}}`, "RIFF", "4", "8"},
		{`{message: {binary: "${unhex('5249')}"}}`, "RIFF", "hex 5249 |RI|", "hex 52494646 |RIFF| (it goes on after the 2 octets)"},
		{`{message: {hex: "00"}}`, strings.Repeat("a", 65), `"00"`,
			"65 octets, hex " + strings.Repeat("61", 32) + "… |" + strings.Repeat("a", 32) + "…| (octet 1 is 61 |a|, not 00)"},
	} {
		wrong := assertions.MatchEvent(pattern(t, tt.pattern), trace.Event{Detail: &trace.Message{Binary: true, Data: []byte(tt.data)}})
		if len(wrong) != 1 || wrong[0].Expected != tt.expected || wrong[0].Told() != tt.told {
			t.Errorf("%s of %q: %+v, want %s, not %s", tt.pattern, tt.data, wrong, tt.expected, tt.told)
		}
	}
}
