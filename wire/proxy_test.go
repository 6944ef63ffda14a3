package wire

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// proxy listens as a proxy that tunnels to wherever it is asked, and reports the request that it got.
func proxy(t *testing.T, status string) (*url.URL, <-chan *http.Request) {
	requests := make(chan *http.Request, 1)
	at := listen(t, nil, func(p *peer) {
		req, err := http.ReadRequest(p.br)
		if err != nil {
			return
		}
		requests <- req
		if status != "200" {
			p.write([]byte("HTTP/1.1 " + status + " X\r\nContent-Length: 2\r\n\r\nno"))
			return
		}
		target, err := net.Dial("tcp", req.Host)
		if err != nil {
			return
		}
		p.write([]byte("HTTP/1.1 200 OK\r\n\r\n"))
		back := make(chan struct{})
		go func() {
			defer close(back)
			_, _ = io.Copy(p.nc, target)
			_ = p.nc.(*net.TCPConn).CloseWrite()
		}()
		_, _ = io.Copy(target, p.br)
		_ = target.(*net.TCPConn).CloseWrite()
		<-back
		_ = target.Close()
	})
	u, err := url.Parse(strings.Replace(at, "ws://", "http://bob:pass@", 1))
	if err != nil {
		t.Fatal(err)
	}
	return u, requests
}

func TestProxy(t *testing.T) {
	server, client := certificate(t)
	for _, cfg := range []*tls.Config{nil, server} {
		target := listen(t, cfg, func(p *peer) {
			p.accept("")
			p.write(frameOctets(true, OpClose, "\x03\xe8"))
			p.expect(OpClose, "\x03\xe8")
			if p.tc != nil {
				_ = p.tc.CloseWrite()
			}
		})
		at, requests := proxy(t, "200")
		c := dial(t, Dialer{URL: target, Proxy: at, TLS: client})
		req := <-requests
		host := strings.Split(target, "/")[2]
		if req.Method != "CONNECT" || req.RequestURI != host || req.Host != host || req.Header.Get("Proxy-Authorization") != "Basic Ym9iOnBhc3M=" {
			t.Errorf("proxy was asked %s %s for %s with %v", req.Method, req.RequestURI, req.Host, req.Header)
		}
		if end := lastEvent(c); !end.Clean || end.TCP != TCPFin || end.CloseNotify != (cfg != nil) {
			t.Errorf("end = %+v, want clean with fin", end)
		}
	}
}

func TestProxyRefuses(t *testing.T) {
	at, _ := proxy(t, "407")
	bad := dialError(t, Dialer{URL: "ws://target.test/", Proxy: at})
	if bad.Kind != KindHandshake || bad.Status != 407 || string(bad.Body) != "no" || !strings.Contains(bad.Error(), "proxy") {
		t.Errorf("Dial() = %+v, want the proxy's 407", bad)
	}
}

// TestOctetsBehindTheProxy wants what comes in one segment with the proxy's answer to be the tunnel's.
func TestOctetsBehindTheProxy(t *testing.T) {
	netDial, wait := pipeDialer(t, func(p *peer) {
		_, _ = http.ReadRequest(p.br)
		p.write([]byte("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 418 Tea\r\nContent-Length: 0\r\n\r\n"))
		_, _ = http.ReadRequest(p.br)
	})
	_, err := (&Dialer{URL: "ws://target.test/", Proxy: &url.URL{Scheme: "http", Host: "proxy.test"}, NetDial: netDial}).Dial(context.Background())
	if bad, ok := err.(*DialError); !ok || bad.Status != 418 {
		t.Errorf("Dial() = %v, want status 418", err)
	}
	wait()
}

func TestTLS(t *testing.T) {
	server, client := certificate(t)
	states := make(chan tls.ConnectionState, 1)
	accept := func(p *peer) { states <- p.tc.ConnectionState(); p.accept("") }
	named := client.Clone()
	named.ServerName = "example.test"
	c := dial(t, Dialer{URL: listen(t, server, accept), TLS: named})
	all(c)
	if s := <-states; s.ServerName != "example.test" || s.Version < tls.VersionTLS12 {
		t.Errorf("server name %q, TLS %x, want example.test and 1.2 or later", s.ServerName, s.Version)
	}
	alpn := server.Clone()
	alpn.NextProtos = []string{"h2", "http/1.1"}
	all(dial(t, Dialer{URL: listen(t, alpn, accept), TLS: client}))
	if s := <-states; s.NegotiatedProtocol != "http/1.1" {
		t.Errorf("ALPN = %q, want http/1.1", s.NegotiatedProtocol)
	}

	wrong := client.Clone()
	wrong.ServerName = "other.test"
	old := server.Clone()
	old.MaxVersion = tls.VersionTLS11
	old.MinVersion = tls.VersionTLS10
	lax := client.Clone()
	lax.MinVersion = tls.VersionTLS10
	choosy := server.Clone()
	choosy.ClientAuth = tls.RequireAnyClientCert
	nothing := func(p *peer) {}
	for name, d := range map[string]Dialer{
		"another name":                  {URL: listen(t, server, nothing), TLS: wrong},
		"TLS 1.1":                       {URL: listen(t, old, nothing), TLS: lax},
		"without a client certificate":  {URL: listen(t, choosy, nothing), TLS: client},
		"a server that does not do TLS": {URL: strings.Replace(listen(t, nil, func(p *peer) { p.write([]byte("HTTP/1.1 400 Bad\r\n\r\n")) }), "ws:", "wss:", 1)},
	} {
		if bad := dialError(t, d); bad.Kind != KindTLS {
			t.Errorf("%s: Dial() = %v, want kind %q", name, bad, KindTLS)
		}
	}
}

func TestRedirects(t *testing.T) {
	secrets := make(chan string, 8)
	end := listen(t, nil, func(p *peer) {
		req, err := http.ReadRequest(p.br)
		if err != nil {
			return
		}
		secrets <- req.Header.Get("Authorization") + req.Header.Get("Cookie") + req.Header.Get("X-Other")
		p.write([]byte("HTTP/1.1 404 Here\r\nContent-Length: 0\r\n\r\n"))
	})
	to := func(location string) func(p *peer) {
		return func(p *peer) {
			req, err := http.ReadRequest(p.br)
			if err != nil {
				return
			}
			if req.URL.Path == "/here" {
				secrets <- req.Header.Get("Authorization") + req.Header.Get("Cookie") + req.Header.Get("X-Other")
				p.write([]byte("HTTP/1.1 404 Here\r\nContent-Length: 0\r\n\r\n"))
				return
			}
			p.write([]byte("HTTP/1.1 307 There\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n"))
		}
	}
	server, client := certificate(t)
	header := []Field{{"AUTHORIZATION", "a"}, {"Cookie", "c"}, {"X-Other", "o"}}
	tests := []struct {
		name   string
		url    string
		follow int
		status int
		sent   string
	}{
		{"not followed", listen(t, nil, to(end)), 0, 307, ""},
		{"another host", listen(t, nil, to(end)), 1, 404, "o"},
		{"http means ws", listen(t, nil, to(strings.Replace(end, "ws:", "http:", 1))), 1, 404, "o"},
		{"the same host", listen(t, nil, to("/here")), 1, 404, "aco"},
		{"from wss to ws", listen(t, server, to(end)), 1, 404, "o"},
		{"in a circle", listen(t, nil, to("/there")), 3, 307, ""},
		{"to nowhere", listen(t, nil, to("")), 3, 307, ""},
		{"to another scheme", listen(t, nil, to("file:///etc/passwd")), 3, 307, ""},
		{"to two places", listen(t, nil, to(end+"\r\nLocation: "+end)), 3, 307, ""},
		{"to what cannot be read", listen(t, nil, to("http://[")), 3, 307, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bad := dialError(t, Dialer{URL: tt.url, Header: header, FollowRedirects: tt.follow, TLS: client})
			if bad.Status != tt.status {
				t.Fatalf("Dial() = %v, want status %d", bad, tt.status)
			}
			if followed := tt.status == 404; followed == strings.HasPrefix(bad.URL, tt.url) && !strings.HasSuffix(bad.URL, "/here") {
				t.Errorf("URL = %s, followed %v", bad.URL, followed)
			}
			if says := map[string]string{"in a circle": "server answered 307 Temporary Redirect, after 3 redirects", "to nowhere": `Location is empty; a redirect needs one`,
				"to two places": "a redirect needs one", "to another scheme": `Location is "file:///etc/passwd": scheme "file" is neither`, "to what cannot be read": `Location is "http://[": it cannot be read`,
				"another host": "server answered 404 Not Found, after a redirect"}[tt.name]; !strings.Contains(bad.Error(), says) {
				t.Errorf("Dial() = %v, want %q", bad, says)
			}
			if tt.sent != "" {
				if got := <-secrets; got != tt.sent {
					t.Errorf("sent on %q, want %q", got, tt.sent)
				}
			}
		})
	}
}

// TestNoRedirect wants nothing to be followed but an answer that is right, and a redirect.
func TestNoRedirect(t *testing.T) {
	end := listen(t, nil, func(p *peer) { t.Error("it is followed") })
	for answer, kind := range map[string]string{"403 No\r\n": KindHandshake, "302 Found\r\nnonsense\r\n": KindProtocol} {
		url := listen(t, nil, func(p *peer) {
			_, _ = http.ReadRequest(p.br)
			p.write([]byte("HTTP/1.1 " + answer + "Content-Length: 0\r\nLocation: " + end + "\r\n\r\n"))
		})
		if bad := dialError(t, Dialer{URL: url, FollowRedirects: 1}); bad.Kind != kind || bad.URL != url {
			t.Errorf("Dial() = %v of %s, want %s of %s", bad, bad.URL, kind, url)
		}
	}
}

// TestPrivate wants nothing private to reach another host, or the same one without TLS, unless it is to be carried.
func TestPrivate(t *testing.T) {
	heads := make(chan string, 8)
	end := listen(t, nil, func(p *peer) {
		req, err := http.ReadRequest(p.br)
		if err != nil {
			return
		}
		req.Header.Del("Sec-WebSocket-Key")
		var b strings.Builder
		_ = req.Header.Write(&b)
		heads <- strings.ReplaceAll(b.String(), "\r\n", "|")
		p.write([]byte("HTTP/1.1 404 Here\r\nContent-Length: 0\r\n\r\n"))
	})
	twice := func(location string) func(p *peer) { // to itself first
		return func(p *peer) {
			req, err := http.ReadRequest(p.br)
			if err != nil {
				return
			}
			to := location
			if req.URL.Path == "/" {
				to = "/again"
			}
			if !strings.Contains(req.Header.Get("X-Token")+req.Header.Get("X-Line"), "t") ||
				req.Header.Get("X-Token") != "" && (req.Header.Get("Origin") == "" || req.Header.Get("Sec-Websocket-Protocol") == "") {
				t.Errorf("the first host misses what it was to get: %v", req.Header)
			}
			p.write([]byte("HTTP/1.1 307 There\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n"))
		}
	}
	server, client := certificate(t)
	d := Dialer{
		Header:    []Field{{"X-Token", "t"}, {"x-token", "u"}, {"X-Other", "o"}, {"AUTHORIZATION", "a"}, {"cookie", "c"}, {"Proxy-Authorization", "p"}},
		Protocols: []string{"secret.t", "v1"}, Origin: "https://t.example", TLS: client, FollowRedirects: 3,
	}
	base := "Connection: Upgrade|Sec-Websocket-Version: 13|Upgrade: websocket|"
	with := func(change func(*Dialer)) Dialer {
		out := d
		change(&out)
		return out
	}
	private := Private{Fields: []string{"x-TOKEN", "Sec-WebSocket-Protocol", "Origin"}}
	tests := []struct {
		name string
		d    Dialer
		sent string // "" if the redirect is not followed
	}{
		{"all that is known to be private", d,
			"Connection: Upgrade|Origin: https://t.example|Sec-Websocket-Protocol: secret.t, v1|Sec-Websocket-Version: 13|Upgrade: websocket|X-Other: o|X-Token: t|X-Token: u|"},
		{"further fields", with(func(d *Dialer) { d.Private = private }), base + "X-Other: o|"},
		{"carried", with(func(d *Dialer) { d.Private = private; d.Private.Carry, d.Private.Edit = true, true }),
			"Authorization: a|Connection: Upgrade|Cookie: c|Origin: https://t.example|Proxy-Authorization: p|Sec-Websocket-Protocol: secret.t, v1|" +
				"Sec-Websocket-Version: 13|Upgrade: websocket|X-Other: o|X-Token: t|X-Token: u|"},
		{"a private edit", with(func(d *Dialer) { d.Private.Edit = true }), ""},
		{"a line with a private name", with(func(d *Dialer) { d.Edit.Lines = []string{"X: y", "Cookie: c"} }), ""},
		{"a line with another", with(func(d *Dialer) { d.Header, d.Origin, d.Protocols, d.Edit.Lines = nil, "", nil, []string{"X-Line: t"} }), base + "X-Line: t|"},
		{"a head with a private field", with(func(d *Dialer) {
			d.Edit.Head = []byte("GET /again HTTP/1.1\r\nHost: x\r\nX-Line: t\r\nauthorization: a\r\n\r\n")
		}), ""},
	}
	for _, tt := range tests {
		for name, url := range map[string]string{"another port": listen(t, nil, twice(end)), "from wss to ws": listen(t, server, twice(end))} {
			t.Run(tt.name+", "+name, func(t *testing.T) {
				tt.d.URL = url
				bad := dialError(t, tt.d)
				if tt.sent == "" {
					if bad.Status != 307 || !strings.Contains(bad.Error(), "must not go to another host") {
						t.Errorf("Dial() = %v, want that it is not followed", bad)
					}
					return
				}
				if bad.Status != 404 {
					t.Fatalf("Dial() = %v", bad)
				}
				if diff := cmp.Diff(tt.sent, <-heads); diff != "" {
					t.Errorf("sent on (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// TestFollow wants secrets to stay where they were meant for.
func TestFollow(t *testing.T) {
	for _, tt := range []struct {
		from, to, target string
		kept             bool
	}{
		{"wss://h/a", "/b?c", "wss://h/b?c", true},
		{"wss://h/a", "https://h:443/b", "wss://h:443/b", true},
		{"wss://h:8443/a", "ws://h:8443/b", "ws://h:8443/b", false},
		{"ws://h:8443/a", "wss://h:8443/b", "wss://h:8443/b", true},
		{"ws://h/a", "ws://h.evil/", "ws://h.evil/", false},
		{"ws://ann:secret@h/a", "//i/", "ws://i/", false},
	} {
		from, err := parseTarget(tt.from)
		if err != nil {
			t.Fatal(err)
		}
		a := attempt{Dialer: &Dialer{}, target: from, header: []Field{{"cookie", "c"}}}
		if err := a.follow(fields{{"location", tt.to}}); err != nil || a.target.String() != tt.target || (len(a.header) == 1) != tt.kept {
			t.Errorf("from %s to %s: %s with %v, %v, want %s, kept %v", tt.from, tt.to, a.target, a.header, err, tt.target, tt.kept)
		}
	}
}

func TestNoPasswordInErrors(t *testing.T) {
	if bad := dialError(t, Dialer{URL: "ws://ann:secret@h:x/%zz"}); strings.Contains(bad.Error(), "secret") {
		t.Errorf("Dial() = %v, with the password", bad)
	}
}

func TestInvalidDialer(t *testing.T) {
	for name, d := range map[string]Dialer{
		"no URL":          {},
		"no host":         {URL: "ws:///x"},
		"fragment":        {URL: "ws://h/#x"},
		"line break":      {URL: "ws://h", Header: []Field{{"X", "a\r\nY: b"}}},
		"field name":      {URL: "ws://h", Header: []Field{{"X Y", "a"}}},
		"origin":          {URL: "ws://h", Origin: "a\nb"},
		"subprotocol":     {URL: "ws://h", Protocols: []string{"a b"}},
		"proxy":           {URL: "ws://h", Proxy: &url.URL{Scheme: "socks5", Host: "p"}},
		"window of 16":    {URL: "ws://h", Deflate: &DeflateOffer{ServerMaxWindowBits: 16}},
		"window of 7":     {URL: "ws://h", Deflate: &DeflateOffer{ClientMaxWindowBits: 7}},
		"window below -1": {URL: "ws://h", Deflate: &DeflateOffer{ClientMaxWindowBits: -2}},
	} {
		d.NetDial = func(context.Context, string, string) (net.Conn, error) {
			t.Errorf("%s: something was dialled", name)
			return nil, net.ErrClosed
		}
		if bad := dialError(t, d); bad.Kind != KindInvalid {
			t.Errorf("%s: Dial() = %v, want kind %q", name, bad, KindInvalid)
		}
	}
}
