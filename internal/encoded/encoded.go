// Package encoded reads octets that are written as text in hex or base64 (RFC 4648). It says what is wrong with a text,
// and at which character. Characters count from 1.
package encoded

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"
)

// FromHex reads hex (RFC 4648 section 8) in upper or lower case.
func FromHex(text string) ([]byte, error) {
	data, err := hex.DecodeString(text)
	if err == nil {
		return data, nil
	}
	for i := range len(text) {
		if c := text[i]; !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'f') {
			return nil, fmt.Errorf("%s, no digit of hex", character(text, i))
		}
	}
	return nil, fmt.Errorf("it has %d digits, and two make an octet", len(text))
}

// FromBase64 reads base64 (RFC 4648 section 4) with its padding and without line breaks. Unused bits must be zero
// (section 3.5).
func FromBase64(text string) ([]byte, error) {
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	if err == nil && !strings.ContainsAny(text, "\r\n") { // the decoder skips line breaks
		return data, nil
	}
	return nil, whyNoBase64(text)
}

// WhyNoBase64 says why a text is not base64. It gives nil if it is.
func WhyNoBase64(text string) error {
	_, err := FromBase64(text)
	return err
}

func whyNoBase64(text string) error {
	body := strings.TrimRight(text, "=")
	padding := len(text) - len(body)
	for i := range len(body) {
		switch c := body[i]; {
		case isDigit(c), c|0x20 >= 'a' && c|0x20 <= 'z', c == '+', c == '/':
		case c == '-' || c == '_':
			return fmt.Errorf("%s, of base64url", character(body, i))
		case c == '=':
			return fmt.Errorf("%s, but the padding stands at the end", character(body, i))
		default:
			return fmt.Errorf("%s, no character of base64", character(body, i))
		}
	}
	switch over := len(body) % 4; {
	case len(text)%4 != 0 && padding == 0 && over > 1:
		return fmt.Errorf("it has %d characters where a multiple of 4 is needed: %s is missing at the end", len(text), strings.Repeat("=", 4-over))
	case len(text)%4 != 0:
		return fmt.Errorf("it has %d characters where a multiple of 4 is needed", len(text))
	case padding > 2 || over == 0 && padding > 0:
		return fmt.Errorf("it ends in %d characters of padding, which is too many", padding)
	}
	return fmt.Errorf("%s, whose unused last bits are not zero", character(body, len(body)-1))
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// character describes the character at an octet of a text.
func character(text string, at int) string {
	_, size := utf8.DecodeRuneInString(text[at:])
	return fmt.Sprintf("character %d is %q", utf8.RuneCountInString(text[:at])+1, text[at:at+size])
}
