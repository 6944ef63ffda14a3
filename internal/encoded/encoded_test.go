package encoded

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

func TestWhyNoBase64(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "",
		"YWI=":                           "",
		"YWI":                            "it has 3 characters where a multiple of 4 is needed: = is missing at the end",
		"YQ":                             "it has 2 characters where a multiple of 4 is needed: == is missing at the end",
		strings.Repeat("YWJj", 20) + "a": "it has 81 characters where a multiple of 4 is needed",
		"YQ=":                            "it has 3 characters where a multiple of 4 is needed",
		"YW_-":                           `character 3 is "_", of base64url`,
		"YW\nI=":                         `character 3 is "\n", no character of base64`,
		"YWI=\n":                         `character 4 is "=", but the padding stands at the end`,
		"YW=I":                           `character 3 is "=", but the padding stands at the end`,
		"YWJj====":                       "it ends in 4 characters of padding, which is too many",
		"ä":                              `character 1 is "ä", no character of base64`,
		"äbä":                            `character 1 is "ä", no character of base64`,
		"YWJ=":                           `character 3 is "J", whose unused last bits are not zero`,
		" YWI":                           `character 1 is " ", no character of base64`,
	} {
		if got := told(WhyNoBase64(text)); got != want {
			t.Errorf("WhyNoBase64(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestFromHex(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "00fF": "", "0": "it has 1 digits, and two make an octet", "0g": `character 2 is "g", no digit of hex`, "0x00": `character 2 is "x", no digit of hex`,
		"00 ff": `character 3 is " ", no digit of hex`, "äx": `character 1 is "ä", no digit of hex`,
	} {
		if _, err := FromHex(text); told(err) != want {
			t.Errorf("FromHex(%q) = %v, want %q", text, err, want)
		}
	}
}

func told(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Octets that are written are read back, and a text that is refused has a
// reason.
func FuzzOctets(f *testing.F) {
	f.Add("YWI=")
	f.Add("YW_-==")
	f.Fuzz(func(t *testing.T, text string) {
		if data, err := FromBase64(base64.StdEncoding.EncodeToString([]byte(text))); err != nil || string(data) != text {
			t.Errorf("base64 of %q is read as %q, %v", text, data, err)
		}
		if data, err := FromHex(hex.EncodeToString([]byte(text))); err != nil || string(data) != text {
			t.Errorf("hex of %q is read as %q, %v", text, data, err)
		}
		if data, err := FromBase64(text); err == nil && !bytes.Equal([]byte(base64.StdEncoding.EncodeToString(data)), []byte(text)) {
			t.Errorf("%q is read as %q", text, data)
		}
	})
}
