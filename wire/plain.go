package wire

import (
	"context"
	"crypto/tls"
	"net"
	"net/url"
	"strings"
)

// DialPlain makes the TCP connection of a request over plain HTTP. dial may be nil. The error is a [*DialError], in the
// words of [Dialer.Dial].
func DialPlain(ctx context.Context, dial func(ctx context.Context, network, addr string) (net.Conn, error), addr string, proxy bool) (net.Conn, error) {
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	who := ""
	if proxy {
		who = "the proxy "
	}
	nc, err := dial(ctx, "tcp", addr)
	if err != nil {
		return nil, &DialError{Kind: kindOf(ctx, KindRefused, err), Err: unreached(ctx, who, addr, err)}
	}
	return nc, nil
}

// SecurePlain makes TLS of it, for the host of addr. It closes the TCP connection if there is none.
func SecurePlain(ctx context.Context, nc net.Conn, cfg *tls.Config, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = addr
	}
	a := attempt{Dialer: &Dialer{TLS: cfg}, target: &url.URL{Host: addr}}
	secured := tls.Client(nc, a.tlsConfig())
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = nc.Close()
		return nil, failure(ctx, KindTLS, "no TLS with "+host, err)
	}
	return secured, nil
}

// Failed is an error of a request over plain HTTP whose TCP connection was made, in the words of [Dialer.Dial].
func Failed(ctx context.Context, what string, err error) *DialError {
	kind := KindHandshake
	if strings.Contains(err.Error(), "tls: ") || strings.Contains(err.Error(), "x509: ") { // behind a proxy
		kind = KindTLS
	}
	bad := failure(ctx, kind, what, err)
	bad.Err = &told{strings.ReplaceAll(bad.Err.Error(), "net/http: ", ""), err}
	return bad
}

// Has reports whether a header line is not to be sent to another host.
func (p *Private) Has(name string) bool { return p.has(name) }

// SameHost reports whether a redirect stays where it is: at the same host and port, and not from TLS to plain.
func SameHost(from, to *url.URL) bool {
	secure := func(u *url.URL) bool { return u.Scheme == "wss" || u.Scheme == "https" }
	return address(from) == address(to) && (!secure(from) || secure(to))
}
