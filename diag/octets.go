package diag

import (
	"encoding/hex"
	"strings"
)

// maxOctets is how many octets are shown of some.
const maxOctets = 32

// Octets shows octets in hex with their text beside it, as in `524946460a |RIFF.|`: a
// point stands for what is no printable ASCII. Of more than 32 it shows the first.
func Octets(data []byte) string {
	first, more := data, ""
	if len(data) > maxOctets {
		first, more = data[:maxOctets], "…"
	}
	return strings.TrimSpace(hex.EncodeToString(first) + more + " " + ASCII(first))
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
