package wire

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// attempt is one try to open a connection.
type attempt struct {
	*Dialer
	limits Limits
	target *url.URL
	header []Field
	away   bool     // a redirect has led to another host
	kept   []string // names of fields that did not go there
	broken breaches
}

// dial makes tries until one is not a redirect to be followed.
func (a *attempt) dial(ctx context.Context) (*Conn, *DialError) {
	var asked []*url.URL
	for followed := 0; ; followed++ {
		asked = append(asked, a.target)
		conn, bad := a.run(ctx)
		if bad == nil {
			return conn, nil
		}
		if followed > 0 {
			bad.Err = fmt.Errorf("%w, after %s: %s%s", bad.Err, redirects(followed), chain(asked), without(a.kept))
		}
		if followed == a.FollowRedirects || !isRedirect(bad.Status) || bad.Kind != KindHandshake {
			return nil, bad
		}
		if err := a.follow(bad.Header); err != nil {
			bad.Err = fmt.Errorf("%w: %w", bad.Err, err)
			return nil, bad
		}
	}
}

func redirects(n int) string {
	if n == 1 {
		return "a redirect"
	}
	return fmt.Sprintf("%d redirects", n)
}

// without says what a redirect took along no further.
func without(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return ", without " + strings.Join(names, ", ")
}

// maxChain is how many octets of a chain of redirects are told.
const maxChain = 120

// chain names what was asked for, one after the other; of the same host only the path, and no query, which may
// be nobody's business.
func chain(asked []*url.URL) string {
	parts := []string{brief(asked[0])}
	circle := false
	for i, u := range asked[1:] {
		part := brief(u)
		if address(u) == address(asked[i]) && u.Scheme == asked[i].Scheme {
			part = strings.TrimPrefix(part, u.Scheme+"://"+u.Host)
		}
		parts = append(parts, part)
		circle = circle || slices.ContainsFunc(asked[:i+1], func(before *url.URL) bool { return withoutUser(before) == withoutUser(u) })
	}
	text := strings.Join(parts, " -> ")
	if len(text) > maxChain {
		text = strings.ToValidUTF8(text[:maxChain], "") + "…"
	}
	if circle {
		text += ", in a circle"
	}
	return text
}

func brief(u *url.URL) string {
	text := u.Scheme + "://" + u.Host + cmp.Or(u.EscapedPath(), "/")
	if u.RawQuery != "" {
		text += "?…"
	}
	return text
}

// url is what is dialled, without user and password.
func (a *attempt) url() string { return withoutUser(a.target) }

func withoutUser(u *url.URL) string {
	shown := *u
	shown.User = nil
	return shown.String()
}

// follow turns to the target of a redirect.
func (a *attempt) follow(answer fields) error {
	locations := answer.values("Location")
	if len(locations) != 1 || locations[0] == "" {
		return fmt.Errorf("Location is %s; a redirect needs one", valuesOf(locations))
	}
	next, err := a.target.Parse(locations[0])
	if err != nil {
		return fmt.Errorf("Location is %q: it cannot be read", locations[0])
	}
	switch next.Scheme {
	case "http":
		next.Scheme = "ws"
	case "https":
		next.Scheme = "wss"
	}
	next.Fragment = ""
	if next, err = parseTarget(next.String()); err != nil {
		return fmt.Errorf("Location is %q: %w", locations[0], err)
	}
	if address(next) != address(a.target) || a.target.Scheme == "wss" && next.Scheme == "ws" {
		if a.editIsPrivate() {
			return fmt.Errorf("Location is %q: handshake adds a secret or a private header, which must not go to another host", locations[0])
		}
		a.away = true
		a.keep()
		a.header = slices.DeleteFunc(slices.Clone(a.header), func(f Field) bool { return a.Private.has(f.Name) })
	}
	a.target = next
	return nil
}

// keep notes which of our fields are not for another host.
func (a *attempt) keep() {
	note := func(name string, sent bool) {
		same := func(n string) bool { return sameName(n, name) }
		if sent && a.Private.has(name) && !slices.ContainsFunc(a.kept, same) {
			a.kept = append(a.kept, name)
		}
	}
	note("Origin", a.Origin != "")
	note("Sec-WebSocket-Protocol", len(a.Protocols) > 0)
	note("Authorization", a.target.User != nil)
	for _, f := range a.header {
		note(f.Name, true)
	}
}

// editIsPrivate reports whether what is changed of the request is not to be sent on.
func (a *attempt) editIsPrivate() bool {
	lines := a.Edit.Lines
	if a.Edit.Head != nil {
		lines = a.Edit.linesOf(a.Edit.Head)
	}
	private := func(line string) bool {
		name, _, _ := strings.Cut(line, ":")
		return a.Private.has(name)
	}
	return a.Private.Edit && !a.Private.Carry || slices.ContainsFunc(lines, private)
}

// tells reports whether a field of ours is sent to the host that is asked now.
func (a *attempt) tells(name string) bool { return !a.away || !a.Private.has(name) }

var defaultPorts = map[string]string{"ws": "80", "http": "80", "wss": "443", "https": "443"}

// address is host and port to dial.
func address(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = defaultPorts[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// run makes one try.
func (a *attempt) run(ctx context.Context) (*Conn, *DialError) {
	dial := a.NetDial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	who, addr := "", address(a.target)
	if a.Proxy != nil {
		who, addr = "the proxy ", address(a.Proxy)
	}
	nc, err := dial(ctx, "tcp", addr)
	if err != nil {
		return nil, &DialError{Kind: kindOf(ctx, KindRefused, err), Err: unreached(ctx, who, addr, err)}
	}
	unguard := guard(ctx, nc)
	conn, bad := a.open(ctx, &tap{Conn: nc})
	if !unguard() && bad == nil {
		bad = &DialError{Err: tell(ctx, "the handshake was not over", ctx.Err())}
	}
	if bad != nil {
		_ = nc.Close()
		if ctx.Err() != nil && bad.Status == 0 {
			bad = &DialError{Kind: kindOf(ctx, KindTimeout, bad.Err), Err: bad.Err}
		}
		return nil, bad
	}
	return newConn(*conn), nil
}

// failure is what came of an error of the network, seen in the light of ctx.
func failure(ctx context.Context, kind, what string, err error) *DialError {
	return &DialError{Kind: kindOf(ctx, kind, err), Err: tell(ctx, what, err)}
}

// kindOf is the kind of an error of the network, which is of the kind given unless ctx or the error says another.
func kindOf(ctx context.Context, kind string, err error) string {
	var dns *net.DNSError
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return KindCanceled
	case isLocal(err):
		return KindLocal
	case ctx.Err() != nil, isTimeout(err):
		return KindTimeout
	case errors.As(err, &dns):
		return KindDNS
	}
	return kind
}

// open makes a WebSocket connection out of a TCP connection.
func (a *attempt) open(ctx context.Context, raw *tap) (*opening, *DialError) {
	if a.Proxy != nil {
		if bad := a.tunnel(ctx, raw); bad != nil {
			return nil, bad
		}
	}
	t := transport{Conn: raw, raw: raw}
	if a.target.Scheme == "wss" {
		t = secured(raw, tls.Client, a.tlsConfig())
		if err := t.tls.HandshakeContext(ctx); err != nil {
			return nil, failure(ctx, KindTLS, "no TLS with "+a.target.Hostname(), err)
		}
	}
	return a.upgrade(ctx, t)
}

func (a *attempt) tlsConfig() *tls.Config {
	cfg := &tls.Config{}
	if a.TLS != nil {
		cfg = a.TLS.Clone()
	}
	cfg.MinVersion = max(cfg.MinVersion, tls.VersionTLS12)
	cfg.NextProtos = []string{"http/1.1"}
	if cfg.ServerName == "" {
		cfg.ServerName = a.target.Hostname()
	}
	return cfg
}

// tunnel asks the proxy for a tunnel to the target (RFC 9110 section 9.3.6).
func (a *attempt) tunnel(ctx context.Context, raw *tap) *DialError {
	addr := address(a.target)
	asked := fields{{"Host", addr}}
	if u := a.Proxy.User; u != nil {
		asked = append(asked, Field{"Proxy-Authorization", basic(u)})
	}
	request := new(Edit).octets("CONNECT "+addr+" HTTP/1.1", asked)
	got, bad := a.exchange(ctx, raw, request, nil, Delivery{})
	if bad != nil {
		return bad
	}
	if got.head.status/100 != 2 {
		return a.refusal(transport{Conn: raw, raw: raw}, got, "proxy")
	}
	raw.ahead = got.rest
	return nil
}

func basic(u *url.Userinfo) string {
	password, _ := u.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(u.Username()+":"+password))
}

// upgrade makes the opening handshake (RFC 6455 section 4.1).
func (a *attempt) upgrade(ctx context.Context, t transport) (*opening, *DialError) {
	line := "GET " + a.target.RequestURI() + " HTTP/1.1"
	sent := a.Edit.sent(a.Edit.octets(line, a.request()))
	got, bad := a.exchange(ctx, t, sent.octets, a.Edit.After, a.Edit.Delivery)
	if bad != nil {
		return nil, bad
	}
	if got.head.status != http.StatusSwitchingProtocols {
		return nil, a.refusal(t, got, "server")
	}
	agreed := got.head.check(sent, a.AnyAccept, &a.broken)
	if bad := a.broken.err(); bad != nil {
		return nil, bad.by(got.head)
	}
	return &opening{
		url: a.url(), policy: a.Policy, limits: a.limits, transport: t, sent: a.Edit.After, rest: got.rest, restAt: got.at, plain: agreed.disputed,
		handshake: Handshake{
			RequestLine: sent.line, Request: sent.fields, Status: got.head.status, Header: got.head.fields,
			Subprotocol: agreed.protocol, Deflate: agreed.deflate, At: got.at, Violations: a.broken.list, Withheld: a.kept,
		},
	}, nil
}

// request is the fields of our request: our own, each replaced by those of the caller with its name, then the rest.
func (a *attempt) request() fields {
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // never fails, see its documentation
	ours := fields{
		{"Host", strings.TrimSuffix(a.target.Host, ":"+defaultPorts[a.target.Scheme])},
		{"Upgrade", "websocket"},
		{"Connection", "Upgrade"},
		{"Sec-WebSocket-Key", base64.StdEncoding.EncodeToString(nonce[:])},
		{"Sec-WebSocket-Version", "13"},
	}
	if a.Origin != "" && a.tells("Origin") {
		ours = append(ours, Field{"Origin", a.Origin})
	}
	if len(a.Protocols) > 0 && a.tells("Sec-WebSocket-Protocol") {
		ours = append(ours, Field{"Sec-WebSocket-Protocol", strings.Join(a.Protocols, ", ")})
	}
	if a.Deflate != nil {
		ours = append(ours, Field{"Sec-WebSocket-Extensions", a.Deflate.String()})
	}
	if a.target.User != nil {
		ours = append(ours, Field{"Authorization", basic(a.target.User)})
	}
	return ours.replaced(a.header)
}
