package wire

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Why a connection did not open is told in one line: the kind, and what is so. Nothing stands there twice.
func TestCausesAreToldOnce(t *testing.T) {
	server, client := certificate(t)
	wrong, choosy := client.Clone(), server.Clone()
	wrong.ServerName = "other.test"
	choosy.ClientAuth = tls.RequireAnyClientCert
	failing := func(err error) func(context.Context, string, string) (net.Conn, error) {
		return func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 80}, Err: err}
		}
	}
	never := func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
	says := func(text string) func(p *peer) {
		return func(p *peer) { _, _ = http.ReadRequest(p.br); p.write([]byte(text)) }
	}
	resets := func(p *peer) {
		_, _ = http.ReadRequest(p.br)
		_ = p.nc.(*net.TCPConn).SetLinger(0)
	}
	mute := func(p *peer) { p.drain() }
	proxy, _ := proxy(t, "407")
	const soon = 30 * time.Millisecond
	tests := []struct {
		name string
		d    Dialer
		want string // HERE is host and port of the URL
	}{
		{"nobody listens", Dialer{URL: "ws://127.0.0.1:1"}, "refused: HERE does not accept connections"},
		{"no proxy listens", Dialer{URL: "ws://target.test", Proxy: &url.URL{Scheme: "http", Host: "127.0.0.1:1"}}, "refused: the proxy 127.0.0.1:1 does not accept connections"},
		{"no way there", Dialer{URL: "ws://10.0.0.1", NetDial: failing(os.NewSyscallError("connect", syscall.EHOSTUNREACH))}, "refused: no connection to 10.0.0.1:80: no route to host"},
		{"no such host", Dialer{URL: "ws://no.test", NetDial: failing(&net.DNSError{Err: "no such host", Name: "no.test", Server: "10.0.0.53:53", IsNotFound: true})},
			"dns: there is no host no.test"},
		{"names that cannot be looked up", Dialer{URL: "ws://no.test", NetDial: failing(&net.DNSError{Err: "server misbehaving", Name: "no.test", Server: "10.0.0.53:53"})},
			"dns: no address of no.test can be had: server misbehaving"},
		{"names that are not looked up in time", Dialer{URL: "ws://no.test", NetDial: failing(&net.DNSError{Err: "i/o timeout", Name: "no.test", IsTimeout: true})},
			"timeout: no connection to no.test:80"},
		{"no connection in time", Dialer{URL: "ws://10.0.0.1", NetDial: never, Timeout: soon}, "timeout: no connection to 10.0.0.1:80"},
		{"no TLS in time", Dialer{URL: "wss://127.0.0.1/", NetDial: to(listen(t, nil, mute)), Timeout: soon}, "timeout: no TLS with 127.0.0.1"},
		{"no answer in time", Dialer{URL: listen(t, nil, mute), Timeout: soon}, "timeout: no response came"},
		{"half an answer in time", Dialer{URL: listen(t, nil, func(p *peer) { p.write([]byte("HTTP/1.1")); p.drain() }), Timeout: soon}, "timeout: of the response only 8 octets, \"HTTP/1.1\" came"},
		{"an unknown authority", Dialer{URL: listen(t, server, mute)}, "tls: no TLS with 127.0.0.1: its certificate cannot be trusted: certificate signed by unknown authority"},
		{"another name", Dialer{URL: listen(t, server, mute), TLS: wrong}, "tls: no TLS with 127.0.0.1: its certificate cannot be trusted: certificate is valid for example.test, not other.test"},
		{"no client certificate", Dialer{URL: listen(t, choosy, mute), TLS: client}, "tls: the connection ended before a response: it sent the alert certificate required"},
		{"no TLS at all", Dialer{URL: "wss://127.0.0.1/", NetDial: to(listen(t, nil, func(p *peer) { p.write([]byte("HTTP/1.1 400 Bad\r\n\r\n")) }))},
			"tls: no TLS with 127.0.0.1: it speaks HTTP without TLS"},
		{"an end instead of TLS", Dialer{URL: "wss://127.0.0.1/", NetDial: to(listen(t, nil, func(p *peer) { _, _ = p.br.Discard(5) }))}, "tls: no TLS with 127.0.0.1: (the connection ended|connection reset by peer)"},
		{"an end without an answer", Dialer{URL: listen(t, nil, says(""))}, "handshake: the connection ended before a response"},
		{"an end in the middle of the answer", Dialer{URL: listen(t, nil, says("HTTP/1.1 101"))}, `handshake: the response ended after 12 octets, "HTTP/1.1 101"`},
		{"a page without a head", Dialer{URL: listen(t, nil, says("<html>no</html>"))}, `handshake: the response ended after 15 octets, "<html>no</html>"`},
		{"TLS where none was asked for", Dialer{URL: listen(t, nil, says("\x15\x03\x01\x00\x02\x02\x46"))}, "handshake: the response ended after 7 octets of TLS"},
		{"frames of HTTP/2", Dialer{URL: listen(t, nil, says("\x00\x00\x12\x04a"))}, `handshake: the response ended after 5 octets, hex 0000120461 \|....a\|`},
		{"another protocol than TLS", Dialer{URL: "wss://127.0.0.1/", NetDial: to(listen(t, nil, func(p *peer) { p.write([]byte("SSH-2.0-x\r\n")) }))},
			`tls: no TLS with 127.0.0.1: it begins with 5 octets, "SSH-2", which is no TLS`},
		{"a reset", Dialer{URL: listen(t, nil, resets)}, "handshake: the connection ended before a response: connection reset by peer"},
		{"a refused upgrade", Dialer{URL: listen(t, nil, says("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"))}, "handshake: server answered 403 Forbidden"},
		{"a refused tunnel", Dialer{URL: "ws://target.test", Proxy: proxy}, "handshake: proxy answered 407 Proxy Authentication Required"},
		{"an answer that breaks a rule", Dialer{URL: listen(t, nil, says("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"))},
			`protocol RFC6455#4.1: .*Upgrade.*`},
		{"an address that cannot be", Dialer{URL: "http://127.0.0.1/"}, `invalid: scheme "http" is neither ws nor wss`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bad := dialError(t, tt.d)
			u, err := url.Parse(tt.d.URL)
			if err != nil {
				t.Fatal(err)
			}
			got, isDial := strings.CutPrefix(bad.Error(), "dial: ")
			if want := strings.ReplaceAll(tt.want, "HERE", u.Host); !isDial || !regexp.MustCompile("^(?:"+want+")$").MatchString(got) {
				t.Errorf("Dial() = %q, want dial: %s", bad, want)
			}
			if strings.Count(got, bad.Kind) > 1 || strings.Count(got, u.Hostname()) > 1 {
				t.Errorf("%q says a thing twice", got)
			}
		})
	}
}

// An attempt that is given up says so by its kind alone.
func TestGivenUp(t *testing.T) {
	ctx, giveUp := context.WithCancel(context.Background())
	d := Dialer{URL: "ws://10.0.0.1", NetDial: func(ctx context.Context, _, _ string) (net.Conn, error) { giveUp(); return nil, ctx.Err() }}
	if _, err := d.Dial(ctx); fmt.Sprint(err) != "dial: canceled: no connection to 10.0.0.1:80" {
		t.Errorf("Dial() = %v", err)
	}
}

// What is no request is told as briefly.
func TestCausesOfNoRequest(t *testing.T) {
	server, _ := certificate(t)
	for _, tt := range []struct {
		name string
		a    Acceptor
		sent string
		want string
	}{
		{"half a request", Acceptor{}, "GET /", `handshake: the request ended after 5 octets, "GET /"`},
		{"nothing", Acceptor{}, "", "handshake: the connection ended before a request"},
		{"no TLS", Acceptor{TLS: server}, "GET / HTTP/1.1\r\n\r\n", "tls: no TLS with pipe: it speaks HTTP without TLS"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ours, theirs := net.Pipe()
			go func() {
				_, _ = theirs.Write([]byte(tt.sent))
				_ = theirs.Close()
			}()
			if _, err := tt.a.Receive(context.Background(), ours); fmt.Sprint(err) != "receive request: "+tt.want {
				t.Errorf("Receive() = %v, want %s", err, tt.want)
			}
		})
	}
}

// to dials the host of a URL, whatever is asked for.
func to(at string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, strings.Split(at, "/")[2])
	}
}
