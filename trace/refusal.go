package trace

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/duologue/duologue/diag"
)

// Header gives the value of the first header line of the answer with that name,
// or "".
func (e *Error) Header(name string) string { return valueOf(e.Headers, name) }

// valueOf is the same for any lines.
func valueOf(headers []Header, name string) string {
	for _, h := range headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// The most octets of a body that are decompressed, and that are shown.
const (
	maxDecoded = 64 << 10
	maxExcerpt = 300
)

// Excerpt gives the beginning of the answer's body on one line; see [Excerpt].
func (e *Error) Excerpt(mask func(string) string) string { return Excerpt(e.Headers, e.Body, mask) }

// Excerpt gives the beginning of a body on one line. It is text if the body is
// UTF-8 or ISO 8859-1, also in gzip. mask is applied before the text is cut. The
// excerpt may contain hostile text.
func Excerpt(headers []Header, body []byte, mask func(string) string) string {
	if len(body) == 0 {
		return ""
	}
	octets := body
	if coding := strings.ToLower(valueOf(headers, "Content-Encoding")); coding == "gzip" || coding == "x-gzip" {
		octets = unzipped(octets)
	}
	text, ok := textOf(headers, octets)
	if !ok {
		return fmt.Sprintf("%d octets, hex %s", len(body), diag.Octets(octets))
	}
	return diag.Clip(strings.Join(strings.Fields(mask(text)), " "), maxExcerpt)
}

// unzipped gives the beginning of compressed octets, whose end may be missing.
// It gives octets that are not compressed as they are.
func unzipped(octets []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(octets))
	if err != nil {
		return octets
	}
	out, _ := io.ReadAll(io.LimitReader(z, maxDecoded))
	return out
}

// textOf reads octets as UTF-8. If they are not, it reads them as ISO 8859-1,
// which counts if the headers say that they are text.
func textOf(headers []Header, octets []byte) (string, bool) {
	kind, params, _ := mime.ParseMediaType(valueOf(headers, "Content-Type"))
	whole := octets
	if params["charset"] == "" || strings.EqualFold(params["charset"], "utf-8") {
		whole = withoutHalf(octets)
	}
	if utf8.Valid(whole) && bytes.IndexByte(whole, 0) < 0 {
		return string(whole), true
	}
	return latin1(octets), strings.HasPrefix(kind, "text/")
}

// withoutHalf leaves out an incomplete UTF-8 character at the end.
func withoutHalf(octets []byte) []byte {
	for i := len(octets) - 1; i >= 0 && i > len(octets)-utf8.UTFMax; i-- {
		if utf8.RuneStart(octets[i]) && !utf8.FullRune(octets[i:]) {
			return octets[:i]
		}
	}
	return octets
}

// latin1 reads ISO 8859-1, in which each octet is one character.
func latin1(octets []byte) string {
	runes := make([]rune, len(octets))
	for i, c := range octets {
		runes[i] = rune(c)
	}
	return string(runes)
}
