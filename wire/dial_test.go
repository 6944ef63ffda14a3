package wire

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// dialError dials what must not succeed.
func dialError(t *testing.T, d Dialer) *DialError {
	t.Helper()
	c, err := d.Dial(context.Background())
	if err == nil {
		_ = c.Drop(DropRST)
		all(c)
		t.Fatal("Dial() = a connection, want an error")
	}
	var bad *DialError
	if !errors.As(err, &bad) {
		t.Fatalf("Dial() = %T, want *DialError", err)
	}
	return bad
}

func TestDialErrors(t *testing.T) {
	server, _ := certificate(t)
	tests := []struct{ name, url, kind string }{
		{"nobody listens", "ws://127.0.0.1:1", KindRefused},
		{"scheme", "http://127.0.0.1/", KindInvalid},
		{"unknown authority", listen(t, server, func(p *peer) {}), KindTLS},
		{"ended without an answer", listen(t, nil, func(p *peer) { _, _ = http.ReadRequest(p.br) }), KindHandshake},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if bad := dialError(t, Dialer{URL: tt.url}); bad.Kind != tt.kind {
				t.Errorf("Dial(%q) = %v, want kind %q", tt.url, bad, tt.kind)
			}
		})
	}
}

func TestRefusedUpgrade(t *testing.T) {
	url := listen(t, nil, func(p *peer) {
		_, _ = http.ReadRequest(p.br)
		p.write([]byte("HTTP/1.1 401 No\r\nX-Why: because\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("n", 100000)))
	})
	bad := dialError(t, Dialer{URL: url, Limits: Limits{Body: 10}})
	if want := "dial: handshake: server answered 401 Unauthorized"; bad.Error() != want {
		t.Errorf("Dial() = %v, want %s", bad, want)
	}
	if bad.Kind != KindHandshake || bad.Status != 401 || fields(bad.Header).values("x-why")[0] != "because" || string(bad.Body) != "nnnnnnnnnn" {
		t.Errorf("Dial() = %+v", bad)
	}
}

// TestNetworkErrors gives errors of the network before and after the time is over.
func TestNetworkErrors(t *testing.T) {
	for _, tt := range []struct {
		err  error
		wait bool // until the time is over
		kind string
	}{
		{&net.DNSError{Name: "h"}, false, KindDNS},
		{os.ErrDeadlineExceeded, false, KindTimeout},
		{errors.New("no route"), false, KindRefused},
		{errors.New("no route"), true, KindTimeout},
	} {
		d := Dialer{URL: "ws://h", Timeout: 10 * time.Millisecond, NetDial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			if tt.wait {
				<-ctx.Done()
			}
			return nil, tt.err
		}}
		if bad := dialError(t, d); bad.Kind != tt.kind {
			t.Errorf("Dial() = %v, want kind %s", bad, tt.kind)
		}
	}
}

func TestAbsent(t *testing.T) {
	for _, tt := range []struct {
		err  DialError
		want bool
	}{
		{DialError{Kind: KindRefused}, true},
		{DialError{Kind: KindHandshake, Status: 502}, true},
		{DialError{Kind: KindHandshake, Status: 504}, true},
		{DialError{Kind: KindHandshake, Status: 501}, false},
		{DialError{Kind: KindHandshake, Status: 505}, false},
		{DialError{Kind: KindHandshake}, false},
		{DialError{Kind: KindProtocol, Status: 503}, false},
		{DialError{Kind: KindTimeout}, false},
	} {
		if got := tt.err.Absent(); got != tt.want {
			t.Errorf("kind %s, status %d: Absent() = %t, want %t", tt.err.Kind, tt.err.Status, got, tt.want)
		}
	}
}
