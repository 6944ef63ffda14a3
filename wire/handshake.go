package wire

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Field is one header line as it is written: neither name nor value is changed.
type Field struct{ Name, Value string }

// Handshake is the opening handshake as it was made (RFC 6455 section 4).
type Handshake struct {
	RequestLine string
	Request     []Field // as sent, in order
	Status      int
	Header      []Field // of the response, in order
	Subprotocol string  // "" if none was agreed on
	Deflate     *Deflate
	At          time.Time // when the response's head had been read
}

// responseHead is a response up to its empty line.
type responseHead struct {
	proto  string
	status int
	fields []Field
}

// values are the values of every field of that name, whatever its case.
func (h responseHead) values(name string) []string {
	var vs []string
	for _, f := range h.fields {
		if sameName(f.Name, name) {
			vs = append(vs, f.Value)
		}
	}
	return vs
}

func (h responseHead) header() http.Header {
	hs := http.Header{}
	for _, f := range h.fields {
		hs.Add(f.Name, f.Value)
	}
	return hs
}

// parseHead reads the lines of a response head by the letter of RFC 9112: lines are not folded, and names are tokens.
func parseHead(lines []string) (responseHead, *DialError) {
	h, bad := parseStatusLine(lines[0])
	if bad != nil {
		return responseHead{}, bad
	}
	for _, line := range lines[1:] {
		name, value, ok := strings.Cut(line, ":")
		if !ok || !isToken(name) {
			return responseHead{}, broken("RFC9112#5", "malformed header line %q", line)
		}
		value = strings.Trim(value, " \t")
		if hasControl(value) {
			return responseHead{}, broken("RFC9112#5", "control character in header line %q", line)
		}
		h.fields = append(h.fields, Field{name, value})
	}
	return h, nil
}

// parseStatusLine reads "HTTP/1.1 101 Switching Protocols" (RFC 9112 section 4).
func parseStatusLine(line string) (responseHead, *DialError) {
	proto, rest, _ := strings.Cut(line, " ")
	digits, _, _ := strings.Cut(rest, " ")
	malformed := broken("RFC9112#4", "malformed status line %q", line)
	if len(proto) != 8 || !strings.HasPrefix(proto, "HTTP/") || proto[6] != '.' || !isDigit(proto[5]) || !isDigit(proto[7]) {
		return responseHead{}, malformed
	}
	if len(digits) != 3 || !isDigit(digits[0]) || !isDigit(digits[1]) || !isDigit(digits[2]) {
		return responseHead{}, malformed
	}
	if hasControl(line) {
		return responseHead{}, malformed
	}
	status := int(digits[0]-'0')*100 + int(digits[1]-'0')*10 + int(digits[2]-'0')
	return responseHead{proto: proto, status: status}, nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// hasControl reports whether s holds a control character, which may not stand in a line (RFC 9110 section 5.5).
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// isToken reports whether s is a token (RFC 9110 section 5.6.2).
func isToken(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return true
}

// sameName compares without regard to the case of ASCII letters; b is ASCII.
func sameName(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }

// tokens are the elements of a comma-separated list (RFC 9110 section 5.6.1).
func tokens(values []string) []string {
	var ts []string
	for _, v := range values {
		for t := range strings.SplitSeq(v, ",") {
			if t = strings.Trim(t, " \t"); t != "" {
				ts = append(ts, t)
			}
		}
	}
	return ts
}

// acceptFor is the Sec-WebSocket-Accept that answers a key (RFC 6455 section 4.2.2).
func acceptFor(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// broken is a response that breaks a rule.
func broken(rule, format string, args ...any) *DialError {
	return &DialError{Kind: KindProtocol, Rule: rule, Err: fmt.Errorf(format, args...)}
}

// check holds a 101 response against RFC 6455 section 4.1.
func (h responseHead) check(key string, protocols []string, offer *DeflateOffer) (protocol string, d *Deflate, bad *DialError) {
	if h.proto != "HTTP/1.1" {
		return "", nil, broken("RFC6455#4.1", "response is %s, not HTTP/1.1", h.proto)
	}
	if up := h.values("Upgrade"); len(up) != 1 || !sameName(up[0], "websocket") {
		return "", nil, broken("RFC6455#4.1", "Upgrade is %q, not one websocket", up)
	}
	connection := h.values("Connection")
	if !slices.ContainsFunc(tokens(connection), func(t string) bool { return sameName(t, "Upgrade") }) {
		return "", nil, broken("RFC6455#4.1", "Connection is %q, without Upgrade", connection)
	}
	if a := h.values("Sec-WebSocket-Accept"); len(a) != 1 || a[0] != acceptFor(key) {
		return "", nil, broken("RFC6455#4.1", "Sec-WebSocket-Accept is %q, not one %s", a, acceptFor(key))
	}
	if p := h.values("Sec-WebSocket-Protocol"); len(p) > 0 {
		if len(p) > 1 || !slices.Contains(protocols, p[0]) {
			return "", nil, broken("RFC6455#4.1", "subprotocol is %q, not one of %q", p, protocols)
		}
		protocol = p[0]
	}
	d, err := negotiated(h.values("Sec-WebSocket-Extensions"), offer)
	if err != nil {
		return "", nil, broken("RFC6455#9.1", "%w", err)
	}
	return protocol, d, nil
}
