package assertions

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/match"
)

// encodings are the fields that hold octets as text, with their decoders.
var encodings = map[string]func(string) ([]byte, error){"hex": hex.DecodeString, "base64": base64.StdEncoding.DecodeString}

// besideText adds to the mismatches of such a field the octets as readable text, and where they
// differ.
func besideText(field string, wrong []match.Mismatch) []match.Mismatch {
	decode := encodings[field]
	if decode == nil {
		return wrong
	}
	for i := range wrong {
		m := &wrong[i]
		want, expected := octetsOf(m.Expected, decode)
		got, came := octetsOf(m.Actual, decode)
		if expected {
			m.Expected = withText(m.Expected, want)
		}
		if came {
			m.Actual = withText(m.Actual, got)
		}
		if expected && came && m.Why == "" {
			m.Why = match.Unlike(want, got)
		}
	}
	return wrong
}

// octetsOf gives the octets of a quoted text.
func octetsOf(shown string, decode func(string) ([]byte, error)) ([]byte, bool) {
	text, err := strconv.Unquote(shown)
	if err != nil {
		return nil, false
	}
	data, err := decode(text)
	return data, err == nil
}

// longOctets is the most octets that are shown whole.
const longOctets = 64

func withText(shown string, data []byte) string {
	if len(data) > longOctets {
		return fmt.Sprintf("%d octets, hex %s", len(data), diag.Octets(data))
	}
	if text := diag.ASCII(data); text != "" {
		return shown + " " + text
	}
	return shown
}
