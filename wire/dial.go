package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Dialer says how to open a connection. It is not changed by dialling and may be shared.
type Dialer struct {
	URL             string   // ws:// or wss://; user and password become Authorization: Basic
	Header          []Field  // written as they are, in order, after our own; one that names one of ours replaces it
	Protocols       []string // subprotocols in order of preference
	Origin          string
	TLS             *tls.Config   // nil: the system's roots. TLS 1.2 or later and ALPN http/1.1 are always set
	Proxy           *url.URL      // http:// proxy that is asked to CONNECT, for ws and wss; user and password are sent
	Deflate         *DeflateOffer // what is offered and accepted of compression; nil: nothing
	Edit            Edit          // of the request, past everything above
	AnyAccept       bool          // open whatever Sec-WebSocket-Accept says, else it must answer the key that was sent
	FollowRedirects int           // how many redirects are followed
	Private         Private       // what no other host is to see
	Policy          Policy
	Limits          Limits
	Timeout         time.Duration // for the whole of Dial; 0 is 10 s
	// NetDial makes the TCP connection, to the proxy if there is one; nil is a net.Dialer.
	NetDial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Private is what is not sent on by a redirect to another host or port, or from wss to ws. Of fields that is Authorization,
// Cookie and Proxy-Authorization in any case.
type Private struct {
	Fields []string // names of further ones
	Edit   bool     // [Dialer.Edit] as a whole: such a redirect is not followed
	Carry  bool     // all of it is sent on
}

// has reports whether a field is not to be sent on.
func (p *Private) has(name string) bool {
	same := func(n string) bool { return sameName(name, n) }
	return !p.Carry && slices.ContainsFunc(slices.Concat(p.Fields, []string{"Authorization", "Cookie", "Proxy-Authorization"}), same)
}

// Kinds of a [DialError].
const (
	KindInvalid   = "invalid"   // the Dialer cannot be used, nothing was dialled
	KindDNS       = "dns"       // the host name was not found
	KindRefused   = "refused"   // no TCP connection
	KindTLS       = "tls"       // no TLS connection
	KindTimeout   = "timeout"   // Timeout or the context's deadline passed
	KindCanceled  = "canceled"  // the context was cancelled
	KindHandshake = "handshake" // refused by an HTTP answer, or ended before one came
	KindProtocol  = "protocol"  // the answer breaks a rule
	KindLimit     = "limit"     // the answer goes beyond one of [Limits]
	KindLocal     = "local"     // this machine could not: it lacks descriptors, memory, ports or a route. Nothing is known of the peer
)

// DialError is why a connection was not opened. It is the only type of error that [Dialer.Dial] returns.
type DialError struct {
	Kind   string
	Rule   string  // of KindProtocol: where the rule stands; of KindLimit: its name
	URL    string  // what was dialled at last, without user and password; "" of KindInvalid
	Status int     // of the answer, 0 if none was read
	Header []Field // of the answer, in order
	Body   []byte  // of the answer, at most [Limits.Body] octets
	// Violations are the rules that were broken before, under [Observe]: what came to nothing for another reason.
	Violations []*Violation
	Err        error
}

// Error is the kind and the cause.
func (e *DialError) Error() string {
	s := e.Kind
	if e.Rule != "" {
		s += " " + e.Rule
	}
	return "dial: " + s + ": " + e.Err.Error()
}

// Unwrap is the cause.
func (e *DialError) Unwrap() error { return e.Err }

// Absent reports whether no server was there: it took no TCP connection, or a gateway answers 502,
// 503 or 504 in its place.
func (e *DialError) Absent() bool {
	return e.Kind == KindRefused || e.Kind == KindHandshake && e.Status >= http.StatusBadGateway && e.Status <= http.StatusGatewayTimeout
}

// Dial opens a connection: TCP, the proxy, TLS, the handshake. ctx and [Dialer.Timeout] bound only that.
func (d *Dialer) Dial(ctx context.Context) (*Conn, error) {
	timeout := d.Timeout
	if timeout <= 0 {
		timeout = 10 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	a := attempt{Dialer: d, limits: d.Limits.withDefaults(), header: d.Header, broken: breaches{fail: d.Policy.OnViolation == Fail}}
	var err error
	if a.target, err = parseTarget(d.URL); err != nil {
		return nil, &DialError{Kind: KindInvalid, Err: err}
	}
	if err := d.check(); err != nil {
		return nil, &DialError{Kind: KindInvalid, Err: err}
	}
	conn, bad := a.dial(ctx)
	if bad != nil {
		bad.URL, bad.Violations = a.url(), a.broken.observed()
		return nil, bad
	}
	return conn, nil
}

func (d *Dialer) check() error {
	for _, f := range d.Header {
		if !isToken(f.Name) || hasControl(f.Value) {
			return fmt.Errorf("header field %q: %q cannot be written", f.Name, f.Value)
		}
	}
	for _, p := range d.Protocols {
		if !isToken(p) {
			return fmt.Errorf("subprotocol %q is not a token", p)
		}
	}
	if hasControl(d.Origin) {
		return fmt.Errorf("origin %q cannot be written", d.Origin)
	}
	if d.Proxy != nil && d.Proxy.Scheme != "http" {
		return fmt.Errorf("proxy %s is not http", d.Proxy.Redacted())
	}
	if d.Deflate == nil {
		return nil
	}
	return d.Deflate.check()
}

// parseTarget reads a WebSocket URL (RFC 6455 section 3).
func parseTarget(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if bad := (*url.Error)(nil); errors.As(err, &bad) {
		return nil, fmt.Errorf("read URL: %w", bad.Err) // without the URL, which may hold a password
	}
	if u.Scheme != "ws" && u.Scheme != "wss" {
		return nil, fmt.Errorf("scheme %q is neither ws nor wss", u.Scheme)
	}
	if u.Hostname() == "" {
		return nil, errors.New("no host in the URL")
	}
	if u.Fragment != "" {
		return nil, errors.New("a WebSocket URL has no fragment")
	}
	return u, nil
}

func isRedirect(status int) bool {
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308
}
