package diag

import (
	"encoding/hex"
	"strings"
)

// maxOctets is how many octets are shown of some.
const maxOctets = 32

// Octets shows octets in hex with their text beside it, as in `524946460a |RIFF.|`: a
// point stands for what is no printable ASCII. Of more than 32 it shows the first, and
// a `…` behind both: secrets are masked up to where a text says that it was cut.
func Octets(data []byte) string {
	if len(data) <= maxOctets {
		return strings.TrimSpace(hex.EncodeToString(data) + " " + ASCII(data))
	}
	first := data[:maxOctets]
	text := ASCII(first)
	if text != "" {
		text = strings.TrimSuffix(text, "|") + "…|"
	}
	return strings.TrimSpace(hex.EncodeToString(first) + "… " + text)
}

// ASCII shows octets as text between strokes, or gives "" where none of them is printable
// ASCII.
func ASCII(data []byte) string {
	text, printable := make([]byte, len(data)), false
	for i, c := range data {
		if text[i] = '.'; IsPrintable(c) {
			text[i], printable = c, true
		}
	}
	if !printable {
		return ""
	}
	return "|" + string(text) + "|"
}

// IsPrintable reports whether an octet is printable ASCII.
func IsPrintable(c byte) bool { return c >= ' ' && c <= '~' }
