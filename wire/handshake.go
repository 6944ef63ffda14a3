package wire

import (
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
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
	Subprotocol string  // "" if none was named
	Deflate     *Deflate
	First       time.Time    // in the server role: when the first octet of the request came
	At          time.Time    // when the response's head had been read, or written
	TLS         string       // the version, such as "TLS 1.3"; "" over plain TCP
	Withheld    []string     // names of fields of ours that a redirect did not take along, see [Private]
	Violations  []*Violation // every rule that the peer's head breaks, under [Observe] also if it is the response's
}

// responseHead is a response up to its empty line.
type responseHead struct {
	proto  string
	status int
	fields fields
}

// isInterim reports whether another response follows. After 101 another protocol does (RFC 9110 section 15.2).
func (h responseHead) isInterim() bool {
	return h.status/100 == 1 && h.status != http.StatusSwitchingProtocols
}

// parseHead reads the lines of a response head by the letter of RFC 9112. A field line that breaks a rule is a fault;
// without a status line there is no head.
func parseHead(lines []string) (h responseHead, faults []error, bad *DialError) {
	if h, bad = parseStatusLine(lines[0]); bad != nil {
		return responseHead{}, nil, bad
	}
	h.fields, faults = parseFields(lines[1:])
	return h, faults, nil
}

// checkBodiless holds a 1xx response, which has no body, against the fields that would announce one. Servers are known that
// send `Content-Length: 0` with their 101, and clients and proxies that then take the connection for one without traffic.
func (h responseHead) checkBodiless(b *breaches) {
	if h.status/100 != 1 {
		return
	}
	for _, field := range []struct{ name, rule string }{{"Transfer-Encoding", "RFC9112#6.1"}, {"Content-Length", "RFC9110#8.6"}} {
		if v := h.fields.values(field.name); len(v) > 0 {
			b.add(field.rule, "%s is %s in a response with status %d, which has no body", field.name, valuesOf(v), h.status)
		}
	}
}

// parseStatusLine reads "HTTP/1.1 101 Switching Protocols" (RFC 9112 section 4).
func parseStatusLine(line string) (responseHead, *DialError) {
	proto, rest, _ := strings.Cut(line, " ")
	digits, _, _ := strings.Cut(rest, " ")
	malformed := &DialError{Kind: KindProtocol, Rule: "RFC9112#4", Err: fmt.Errorf("malformed status line %q", line)}
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

// breaches are the rules that the answers to a handshake break, in order. Under [Fail] the first of them ends it.
type breaches struct {
	fail bool
	at   time.Time // when what is looked at was read
	list []*Violation
}

func (b *breaches) add(rule, format string, args ...any) {
	b.list = append(b.list, &Violation{Rule: rule, Text: fmt.Sprintf(format, args...), At: b.at})
}

// err is the breach that ends the handshake, or nil.
func (b *breaches) err() *DialError {
	if !b.fail || len(b.list) == 0 {
		return nil
	}
	return &DialError{Kind: KindProtocol, Rule: b.list[0].Rule, Err: errors.New(b.list[0].Text)}
}

// observed are those that do not end it.
func (b *breaches) observed() []*Violation {
	if b.fail {
		return nil
	}
	return b.list
}

// isUpgrade reports whether the values of Upgrade are one "websocket".
func isUpgrade(values []string) bool { return len(values) == 1 && sameName(values[0], "websocket") }

// hasUpgrade reports whether the values of Connection name Upgrade.
func hasUpgrade(values []string) bool {
	return slices.ContainsFunc(tokens(values), func(t string) bool { return sameName(t, "Upgrade") })
}

// agreement is what both sides go by, as an answer says it.
type agreement struct {
	protocol string   // "" if none was named
	deflate  *Deflate // nil without permessage-deflate
	disputed bool     // deflate is not what was offered
}

// check holds a 101 response against the request that was sent, by RFC 6455 section 4.1, and tells what it comes to all
// the same.
func (h responseHead) check(sent sentHead, anyAccept bool, b *breaches) (a agreement) {
	if h.proto != "HTTP/1.1" {
		b.add("RFC6455#4.1", "response is %s, not HTTP/1.1", h.proto)
	}
	if up := h.fields.values("Upgrade"); !isUpgrade(up) {
		b.add("RFC6455#4.1", "Upgrade is %s; it must be websocket", valuesOf(up))
	}
	if connection := h.fields.values("Connection"); !hasUpgrade(connection) {
		b.add("RFC6455#4.1", "Connection is %s; it must name Upgrade", valuesOf(connection))
	}
	want := AcceptFor(strings.Join(sent.fields.values("Sec-WebSocket-Key"), ","))
	if a := h.fields.values("Sec-WebSocket-Accept"); !anyAccept && (len(a) != 1 || a[0] != want) {
		b.add("RFC6455#4.1", "Sec-WebSocket-Accept is %s; it must be %q", valuesOf(a), want)
	}
	if p := h.fields.values("Sec-WebSocket-Protocol"); len(p) > 0 {
		a.protocol = p[0]
		if asked := tokens(sent.fields.values("Sec-WebSocket-Protocol")); len(p) > 1 || !slices.Contains(asked, p[0]) {
			b.add("RFC6455#4.1", "%s", wrongChoice(p, asked))
		}
	}
	// Offers of ours that are malformed offer nothing: the server has to fail the connection (RFC 6455 section 9.1).
	offered, _ := parseExtensions(sent.fields.values("Sec-WebSocket-Extensions"))
	a.deflate, a.disputed = negotiated(h.fields.values("Sec-WebSocket-Extensions"), offered, b)
	return a
}

// wrongChoice says what is wrong with the subprotocol that a server chose.
func wrongChoice(chosen, offered []string) string {
	text := "subprotocol is " + valuesOf(chosen) + "; "
	switch {
	case len(offered) == 0:
		return text + "none was offered"
	case slices.ContainsFunc(offered, func(o string) bool { return strings.EqualFold(o, chosen[0]) && o != chosen[0] }):
		return text + "offered was " + valuesOf(offered) + ", and upper and lower case differ"
	}
	return text + "offered was " + valuesOf(offered)
}
