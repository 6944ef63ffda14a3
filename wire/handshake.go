package wire

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Field is one header line as it is written: neither name nor value is changed.
type Field struct{ Name, Value string }

// Handshake is the opening handshake as it was made (RFC 6455 section 4), whichever side we are.
type Handshake struct {
	RequestLine string
	Request     []Field // in order
	Status      int
	Header      []Field // of the response, in order
	Subprotocol string  // "" if none was agreed on
	Deflate     *Deflate
	At          time.Time // when the response's head had been read, or written
}

// responseHead is a response up to its empty line.
type responseHead struct {
	proto  string
	status int
	fields fields
}

// parseHead reads the lines of a response head by the letter of RFC 9112.
func parseHead(lines []string) (responseHead, *DialError) {
	h, bad := parseStatusLine(lines[0])
	if bad != nil {
		return responseHead{}, bad
	}
	fs, faults := parseFields(lines[1:])
	if len(faults) > 0 {
		return responseHead{}, broken("RFC9112#5", "%w", faults[0])
	}
	h.fields = fs
	return h, nil
}

// parseStatusLine reads "HTTP/1.1 101 Switching Protocols" (RFC 9112 section 4).
func parseStatusLine(line string) (responseHead, *DialError) {
	proto, rest, _ := strings.Cut(line, " ")
	digits, _, _ := strings.Cut(rest, " ")
	malformed := broken("RFC9112#4", "malformed status line %q", line)
	if !isVersion(proto) || hasControl(line) {
		return responseHead{}, malformed
	}
	if len(digits) != 3 || !isDigit(digits[0]) || !isDigit(digits[1]) || !isDigit(digits[2]) {
		return responseHead{}, malformed
	}
	status := int(digits[0]-'0')*100 + int(digits[1]-'0')*10 + int(digits[2]-'0')
	return responseHead{proto: proto, status: status}, nil
}

// isVersion reports whether s is an HTTP-version (RFC 9112 section 2.3).
func isVersion(s string) bool {
	return len(s) == 8 && strings.HasPrefix(s, "HTTP/") && s[6] == '.' && isDigit(s[5]) && isDigit(s[7])
}

// AcceptFor is the Sec-WebSocket-Accept that answers a key (RFC 6455 section 4.2.2).
func AcceptFor(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// broken is a response that breaks a rule.
func broken(rule, format string, args ...any) *DialError {
	return &DialError{Kind: KindProtocol, Rule: rule, Err: fmt.Errorf(format, args...)}
}

// isUpgrade reports whether the values of Upgrade are one "websocket".
func isUpgrade(values []string) bool { return len(values) == 1 && sameName(values[0], "websocket") }

// hasUpgrade reports whether the values of Connection name Upgrade.
func hasUpgrade(values []string) bool {
	return slices.ContainsFunc(tokens(values), func(t string) bool { return sameName(t, "Upgrade") })
}

// check holds a 101 response against the request that was sent, by RFC 6455 section 4.1.
func (h responseHead) check(sent sentHead, anyAccept bool) (protocol string, d *Deflate, bad *DialError) {
	if h.proto != "HTTP/1.1" {
		return "", nil, broken("RFC6455#4.1", "response is %s, not HTTP/1.1", h.proto)
	}
	if up := h.fields.values("Upgrade"); !isUpgrade(up) {
		return "", nil, broken("RFC6455#4.1", "Upgrade is %q, not one websocket", up)
	}
	if connection := h.fields.values("Connection"); !hasUpgrade(connection) {
		return "", nil, broken("RFC6455#4.1", "Connection is %q, without Upgrade", connection)
	}
	want := AcceptFor(strings.Join(sent.fields.values("Sec-WebSocket-Key"), ","))
	if a := h.fields.values("Sec-WebSocket-Accept"); !anyAccept && (len(a) != 1 || a[0] != want) {
		return "", nil, broken("RFC6455#4.1", "Sec-WebSocket-Accept is %q, not one %s", a, want)
	}
	if p := h.fields.values("Sec-WebSocket-Protocol"); len(p) > 0 {
		asked := tokens(sent.fields.values("Sec-WebSocket-Protocol"))
		if len(p) > 1 || !slices.Contains(asked, p[0]) {
			return "", nil, broken("RFC6455#4.1", "subprotocol is %q, not one of %q", p, asked)
		}
		protocol = p[0]
	}
	// Offers of ours that are malformed offer nothing: the server has to fail the connection (RFC 6455 section 9.1).
	offered, _ := parseExtensions(sent.fields.values("Sec-WebSocket-Extensions"))
	d, err := negotiated(h.fields.values("Sec-WebSocket-Extensions"), offered)
	if err != nil {
		return "", nil, broken("RFC6455#9.1", "%w", err)
	}
	return protocol, d, nil
}
