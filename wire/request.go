package wire

import (
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Request is a client's opening handshake as it came (RFC 6455 section 4.2.1). Exactly one of [Request.Accept],
// [Request.Refuse] and [Request.Drop] ends it. No [Policy] looks at its violations: whether to accept is the caller's
// choice.
type Request struct {
	Line       string // the request line
	Method     string // of Line, as far as it can be told
	Target     string
	Version    string
	Fields     []Field // every line with a colon, in order
	Octets     []byte  // the head as it came, with its empty line
	First      time.Time
	At         time.Time    // when the head was complete
	Violations []*Violation // every rule that it breaks; of octets before the response only those that came with it
	Remote     net.Addr
	TLS        *tls.ConnectionState // nil over plain TCP

	policy    Policy
	limits    Limits
	transport transport
	rest      []byte // came behind the head
}

func newRequest(p Policy, t transport, l Limits, h *headReader, rest []byte, first, at time.Time) *Request {
	fs, faults := parseFields(h.lines[1:])
	r := &Request{
		Line: h.lines[0], Fields: fs, Octets: h.octets, First: first, At: at, Remote: t.RemoteAddr(),
		policy: p, limits: l, transport: t, rest: rest,
	}
	if t.tls != nil {
		state := t.tls.ConnectionState()
		r.TLS = &state
	}
	if h.fault != nil {
		r.violate("RFC9112#2", 400, "%v", h.fault)
	}
	for _, fault := range faults {
		r.violate("RFC9112#5", 400, "%v", fault)
	}
	r.checkLine()
	r.checkFields()
	r.checkOffers()
	if len(rest) > 0 {
		r.violate("RFC6455#4.1", 400, "%d octets before the response", len(rest))
	}
	return r
}

// Values are the values of every field of that name, in order; the case of the name does not matter.
func (r *Request) Values(name string) []string { return fields(r.Fields).values(name) }

// Protocols are the subprotocols asked for, in order.
func (r *Request) Protocols() []string { return tokens(r.Values("Sec-WebSocket-Protocol")) }

// Extensions are those offered, in order; none if the field is malformed.
func (r *Request) Extensions() []Extension {
	es, _ := parseExtensions(r.Values("Sec-WebSocket-Extensions"))
	return es
}

// Deflate are the well-formed offers of permessage-deflate, in order.
func (r *Request) Deflate() []DeflateOffer { return deflateOffers(r.Extensions()) }

// key is what the accept key is made from, also if there is no key or more than one.
func (r *Request) key() string { return strings.Join(r.Values("Sec-WebSocket-Key"), ",") }

func (r *Request) violate(rule string, status int, format string, args ...any) {
	r.Violations = append(r.Violations, &Violation{Rule: rule, Text: fmt.Sprintf(format, args...), Code: status, At: r.At})
}

// checkLine holds the request line against RFC 9112 section 3 and RFC 6455 section 4.2.1.
func (r *Request) checkLine() {
	var rest string
	r.Method, rest, _ = strings.Cut(r.Line, " ")
	r.Target, r.Version, _ = strings.Cut(rest, " ")
	if !isToken(r.Method) || r.Target == "" || !isVersion(r.Version) || hasControl(r.Line) {
		r.violate("RFC9112#3", 400, "malformed request line %q", r.Line)
		return
	}
	if r.Method != "GET" {
		r.violate("RFC6455#4.2.1", 405, "method is %s, not GET", r.Method)
	}
	if r.Version < "HTTP/1.1" || r.Version >= "HTTP/2" {
		r.violate("RFC6455#4.2.1", 505, "version is %s, not HTTP/1.1", r.Version)
	}
	u, err := url.ParseRequestURI(r.Target)
	absolute := err == nil && (u.Scheme == "http" || u.Scheme == "https")
	if err != nil || strings.Contains(r.Target, "#") || r.Target[0] != '/' && !absolute {
		r.violate("RFC9112#3.2", 400, "request target is %q, neither a path nor an http or https URL", r.Target)
		return
	}
	if hosts := r.Values("Host"); absolute && len(hosts) == 1 && !sameAuthority(u.Scheme, u.Host, hosts[0]) {
		r.violate("RFC9112#3.2", 400, "Host is %q, not %q as the request target has it", hosts[0], u.Host)
	}
}

// checkFields holds the fields that make the request a handshake against RFC 6455 section 4.2.1.
func (r *Request) checkFields() {
	r.checkHost()
	if v := r.Values("Upgrade"); !slices.ContainsFunc(tokens(v), func(t string) bool { return sameName(t, "websocket") }) {
		r.violate("RFC6455#4.2.1", 426, "Upgrade is %s; it must name websocket", valuesOf(v))
	}
	if v := r.Values("Connection"); !hasUpgrade(v) {
		r.violate("RFC6455#4.2.1", 400, "Connection is %s; it must name Upgrade", valuesOf(v))
	}
	if v := r.Values("Sec-WebSocket-Key"); len(v) != 1 || !isKey(v[0]) {
		r.violate("RFC6455#4.2.1", 400, "Sec-WebSocket-Key is %s; it must be 16 octets in base64", valuesOf(v))
	}
	if v := r.Values("Sec-WebSocket-Version"); len(v) != 1 || v[0] != "13" {
		r.violate("RFC6455#4.2.1", 426, "Sec-WebSocket-Version is %s; it must be 13", valuesOf(v))
	}
	r.checkOrigin()
}

// checkHost holds Host against RFC 9112 section 3.2: a request must have it once, with the authority of what is asked for.
func (r *Request) checkHost() {
	switch v := r.Values("Host"); {
	case len(v) == 0:
		r.violate("RFC9112#3.2", 400, "Host is missing")
	case len(v) > 1:
		r.violate("RFC9112#3.2", 400, "Host is %s; it must be there once", valuesOf(v))
	case v[0] == "":
		r.violate("RFC9112#3.2", 400, "Host is empty")
	default:
		if _, _, ok := authority(v[0]); !ok {
			r.violate("RFC9112#3.2", 400, "Host is %q, not a host that a port may follow", v[0])
		}
	}
}

// checkOrigin holds Origin, which need not be there, against RFC 6454 section 7.
func (r *Request) checkOrigin() {
	switch v := r.Values("Origin"); {
	case len(v) > 1:
		r.violate("RFC6454#7.3", 400, "Origin is %s; it must be there once", valuesOf(v))
	case len(v) == 1 && !isOrigin(v[0]):
		r.violate("RFC6454#7.1", 400, "Origin is %q, neither null nor like https://host:port", v[0])
	}
}

func isKey(s string) bool {
	octets, _ := base64.StdEncoding.Strict().DecodeString(s) // fewer, if it is malformed
	return len(octets) == 16 && len(s) == 24                 // the decoder passes over CR and LF
}

// checkOffers holds what is asked for against RFC 6455 sections 4.1 and 9.1, and RFC 7692 section 7.1.
func (r *Request) checkOffers() {
	seen := map[string]bool{}
	for p := range strings.SplitSeq(strings.Join(r.Values("Sec-WebSocket-Protocol"), ","), ",") {
		p = strings.Trim(p, " \t")
		switch {
		case len(r.Values("Sec-WebSocket-Protocol")) == 0:
		case !isToken(p):
			r.violate("RFC6455#4.1", 400, "subprotocol %q is not a token", p)
		case seen[p]:
			r.violate("RFC6455#4.1", 400, "subprotocol %q is asked for twice", p)
		}
		seen[p] = true
	}
	values := r.Values("Sec-WebSocket-Extensions")
	offered, err := parseExtensions(values)
	if err != nil {
		r.violate("RFC6455#9.1", 400, "%s", noExtensions(values, err))
	}
	for _, e := range offered {
		if e.Name != deflateName {
			continue
		}
		if _, err := deflateParams(e); err != nil {
			r.violate("RFC7692#7.1", 400, "offer of %s: %v", deflateName, err)
		}
	}
}
