package wire

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// attempt is one try to open a connection.
type attempt struct {
	*Dialer
	limits Limits
	target *url.URL
	header []Field
}

// follow turns to the target of a redirect.
func (a *attempt) follow(location string) error {
	if location == "" {
		return errors.New("redirect without a Location")
	}
	next, err := a.target.Parse(location)
	if err != nil {
		return fmt.Errorf("redirect to %q: %w", location, err)
	}
	switch next.Scheme {
	case "http":
		next.Scheme = "ws"
	case "https":
		next.Scheme = "wss"
	}
	next.Fragment = ""
	if next, err = parseTarget(next.String()); err != nil {
		return fmt.Errorf("redirect to %q: %w", location, err)
	}
	if address(next) != address(a.target) || a.target.Scheme == "wss" && next.Scheme == "ws" {
		a.header = withoutSecrets(a.header)
	}
	a.target = next
	return nil
}

func withoutSecrets(fields []Field) []Field {
	var kept []Field
	for _, f := range fields {
		if !sameName(f.Name, "Authorization") && !sameName(f.Name, "Cookie") {
			kept = append(kept, f)
		}
	}
	return kept
}

var defaultPorts = map[string]string{"ws": "80", "http": "80", "wss": "443"}

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
	addr := address(a.target)
	if a.Proxy != nil {
		addr = address(a.Proxy)
	}
	nc, err := dial(ctx, "tcp", addr)
	if err != nil {
		return nil, failure(ctx, KindRefused, fmt.Errorf("connect %s: %w", addr, err))
	}
	raw := &tap{Conn: nc}
	broken := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		_ = nc.SetDeadline(longAgo)
		close(broken)
	})
	conn, bad := a.open(ctx, raw)
	if !stop() {
		<-broken
		if bad == nil {
			bad = &DialError{Err: ctx.Err()}
		}
	}
	if bad != nil {
		_ = nc.Close()
		if ctx.Err() != nil && bad.Status == 0 {
			bad = failure(ctx, KindTimeout, bad.Err)
		}
		return nil, bad
	}
	conn.start()
	return conn, nil
}

// failure is an error of the network, seen in the light of ctx.
func failure(ctx context.Context, kind string, err error) *DialError {
	var dns *net.DNSError
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return &DialError{Kind: KindCanceled, Err: err}
	case ctx.Err() != nil, isTimeout(err):
		kind = KindTimeout
	case errors.As(err, &dns):
		kind = KindDNS
	}
	return &DialError{Kind: kind, Err: err}
}

// open makes a WebSocket connection out of a TCP connection.
func (a *attempt) open(ctx context.Context, raw *tap) (*Conn, *DialError) {
	if a.Proxy != nil {
		if bad := a.tunnel(ctx, raw); bad != nil {
			return nil, bad
		}
	}
	t := transport{Conn: raw, raw: raw}
	if a.target.Scheme == "wss" {
		t.tls = tls.Client(raw, a.tlsConfig())
		t.Conn = t.tls
		if err := t.tls.HandshakeContext(ctx); err != nil {
			return nil, failure(ctx, KindTLS, fmt.Errorf("TLS with %s: %w", a.target.Hostname(), err))
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
	fields := []Field{{"Host", addr}}
	if u := a.Proxy.User; u != nil {
		fields = append(fields, Field{"Proxy-Authorization", basic(u)})
	}
	got, bad := a.exchange(ctx, raw, "CONNECT "+addr+" HTTP/1.1", fields)
	if bad != nil {
		return bad
	}
	if got.head.status/100 != 2 {
		return a.refusal(raw, got, "proxy")
	}
	raw.ahead = got.rest
	return nil
}

func basic(u *url.Userinfo) string {
	password, _ := u.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(u.Username()+":"+password))
}

// upgrade makes the opening handshake (RFC 6455 section 4.1).
func (a *attempt) upgrade(ctx context.Context, t transport) (*Conn, *DialError) {
	fields := a.request()
	line := "GET " + a.target.RequestURI() + " HTTP/1.1"
	got, bad := a.exchange(ctx, t, line, fields)
	if bad != nil {
		return nil, bad
	}
	if got.head.status != http.StatusSwitchingProtocols {
		return nil, a.refusal(t, got, "server")
	}
	key := responseHead{fields: fields}.values("Sec-WebSocket-Key")
	protocols := tokens(responseHead{fields: fields}.values("Sec-WebSocket-Protocol"))
	protocol, deflate, bad := got.head.check(strings.Join(key, ","), protocols, a.Deflate)
	if bad != nil {
		bad.Status, bad.Header = got.head.status, got.head.header()
		return nil, bad
	}
	shown := *a.target
	shown.User = nil
	return newConn(t, a.Dialer.Policy, a.limits, shown.String(), got, Handshake{
		RequestLine: line, Request: fields, Status: got.head.status, Header: got.head.fields,
		Subprotocol: protocol, Deflate: deflate, At: got.at,
	}), nil
}

// request is the fields of our request: our own, each replaced by those of the caller with its name, then the rest.
func (a *attempt) request() []Field {
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // never fails, see its documentation
	ours := []Field{
		{"Host", strings.TrimSuffix(a.target.Host, ":"+defaultPorts[a.target.Scheme])},
		{"Upgrade", "websocket"},
		{"Connection", "Upgrade"},
		{"Sec-WebSocket-Key", base64.StdEncoding.EncodeToString(nonce[:])},
		{"Sec-WebSocket-Version", "13"},
	}
	if a.Origin != "" {
		ours = append(ours, Field{"Origin", a.Origin})
	}
	if len(a.Protocols) > 0 {
		ours = append(ours, Field{"Sec-WebSocket-Protocol", strings.Join(a.Protocols, ", ")})
	}
	if a.Deflate != nil {
		ours = append(ours, Field{"Sec-WebSocket-Extensions", a.Deflate.String()})
	}
	if a.target.User != nil {
		ours = append(ours, Field{"Authorization", basic(a.target.User)})
	}
	var fields []Field
	theirs := responseHead{fields: a.header}
	for _, f := range ours {
		if len(theirs.values(f.Name)) == 0 {
			fields = append(fields, f)
		}
	}
	return append(fields, a.header...)
}
