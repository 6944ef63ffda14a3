package wire

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// rightRequest stands for the lines of a right request in the table below; a line that begins with "-" takes one out.
const rightRequest = "GET /chat HTTP/1.1|Host: h|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Sec-WebSocket-Version: 13"

// requests are edits of rightRequest and the rules that they break. An edit with a name replaces the line of that name.
var requests = []struct {
	name  string
	edit  Edit
	rules []string
}{
	{"right", Edit{}, nil},
	{"names and values in another case", Edit{Drop: []string{"Upgrade", "Connection"}, Lines: []string{"uPGRADE: WebSocket", "CONNECTION: keep-alive, upGRADE"}}, nil},
	{"upgrade among others", Edit{Drop: []string{"Upgrade"}, Lines: []string{"Upgrade: h2c, websocket"}}, nil},
	{"absolute target", Edit{StartLine: "GET http://h/chat HTTP/1.1"}, nil},
	{"POST", Edit{StartLine: "POST /chat HTTP/1.1"}, []string{"RFC6455#4.2.1"}},
	{"get", Edit{StartLine: "get /chat HTTP/1.1"}, []string{"RFC6455#4.2.1"}},
	{"HTTP/1.0", Edit{StartLine: "GET /chat HTTP/1.0"}, []string{"RFC6455#4.2.1"}},
	{"HTTP/2.0", Edit{StartLine: "GET /chat HTTP/2.0"}, []string{"RFC6455#4.2.1"}},
	{"HTTP/1.2", Edit{StartLine: "GET /chat HTTP/1.2"}, nil},
	{"a method that is no token", Edit{StartLine: "G(T /chat HTTP/1.1"}, []string{"RFC9112#3"}},
	{"an escape that is none", Edit{StartLine: "GET /%zz HTTP/1.1"}, []string{"RFC9112#3.2"}},
	{"an origin", Edit{Lines: []string{"Origin: https://a:1"}}, nil},
	{"CR in the key", Edit{Drop: []string{"Sec-WebSocket-Key"}, Lines: []string{"Sec-WebSocket-Key: AAAAAAAAAAAA\rAAAAAAAAAA=="}}, []string{"RFC9112#5", "RFC6455#4.2.1"}},
	{"no version", Edit{StartLine: "GET /chat"}, []string{"RFC9112#3"}},
	{"space in the target", Edit{StartLine: "GET /a b HTTP/1.1"}, []string{"RFC9112#3"}},
	{"no target", Edit{StartLine: "GET  HTTP/1.1"}, []string{"RFC9112#3"}},
	{"control character", Edit{StartLine: "GET /\x01 HTTP/1.1"}, []string{"RFC9112#3"}},
	{"fragment", Edit{StartLine: "GET /chat#top HTTP/1.1"}, []string{"RFC9112#3.2"}},
	{"relative target", Edit{StartLine: "GET chat HTTP/1.1"}, []string{"RFC9112#3.2"}},
	{"no host", Edit{Drop: []string{"Host"}}, []string{"RFC9112#3.2"}},
	{"an empty host", Edit{Drop: []string{"Host"}, Lines: []string{"Host:"}}, []string{"RFC9112#3.2"}},
	{"a host of white space", Edit{Drop: []string{"Host"}, Lines: []string{"Host: \t "}}, []string{"RFC9112#3.2"}},
	{"a host between white space", Edit{Drop: []string{"Host"}, Lines: []string{"host: \t h \t"}}, nil},
	{"two hosts", Edit{Repeat: []string{"Host"}}, []string{"RFC9112#3.2"}},
	{"two hosts that differ", Edit{Lines: []string{"Host: i"}}, []string{"RFC9112#3.2"}},
	{"a host and an empty one", Edit{Lines: []string{"Host:"}}, []string{"RFC9112#3.2"}},
	{"the host of another server", Edit{Drop: []string{"Host"}, Lines: []string{"Host: elsewhere.example"}}, nil}, // which names are ours, nobody knows
	{"the host of an absolute target", Edit{StartLine: "GET http://H:80/chat HTTP/1.1"}, nil},
	{"that of a secure one", Edit{StartLine: "GET https://u:p@h/chat HTTP/1.1", Drop: []string{"Host"}, Lines: []string{"Host: h:443"}}, nil},
	{"another host than that of the target", Edit{StartLine: "GET http://i/chat HTTP/1.1"}, []string{"RFC9112#3.2"}},
	{"another port than that of the target", Edit{StartLine: "GET http://h:8080/chat HTTP/1.1"}, []string{"RFC9112#3.2"}},
	{"no host and an absolute target", Edit{StartLine: "GET http://h/chat HTTP/1.1", Drop: []string{"Host"}}, []string{"RFC9112#3.2"}},
	{"a target with the scheme ws", Edit{StartLine: "GET ws://h/chat HTTP/1.1"}, []string{"RFC9112#3.2"}},
	{"a target without a host", Edit{StartLine: "GET http:///chat HTTP/1.1"}, []string{"RFC9112#3.2"}},
	{"a host as the target", Edit{StartLine: "GET h:80 HTTP/1.1"}, []string{"RFC9112#3.2"}},
	{"a star as the target", Edit{StartLine: "GET * HTTP/1.1"}, []string{"RFC9112#3.2"}},
	{"no upgrade", Edit{Drop: []string{"Upgrade"}}, []string{"RFC6455#4.2.1"}},
	{"wrong upgrade", Edit{Drop: []string{"Upgrade"}, Lines: []string{"Upgrade: websockets"}}, []string{"RFC6455#4.2.1"}},
	{"no connection", Edit{Drop: []string{"Connection"}}, []string{"RFC6455#4.2.1"}},
	{"wrong connection", Edit{Drop: []string{"Connection"}, Lines: []string{"Connection: keep-alive"}}, []string{"RFC6455#4.2.1"}},
	{"no key", Edit{Drop: []string{"Sec-WebSocket-Key"}}, []string{"RFC6455#4.2.1"}},
	{"two keys", Edit{Repeat: []string{"Sec-WebSocket-Key"}}, []string{"RFC6455#4.2.1"}},
	{"key of 15 octets", Edit{Drop: []string{"Sec-WebSocket-Key"}, Lines: []string{"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA"}}, []string{"RFC6455#4.2.1"}},
	{"key of 17 octets", Edit{Drop: []string{"Sec-WebSocket-Key"}, Lines: []string{"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAA="}}, []string{"RFC6455#4.2.1"}},
	{"key that is not base64", Edit{Drop: []string{"Sec-WebSocket-Key"}, Lines: []string{"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAA*=="}}, []string{"RFC6455#4.2.1"}},
	{"key without padding", Edit{Drop: []string{"Sec-WebSocket-Key"}, Lines: []string{"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA"}}, []string{"RFC6455#4.2.1"}},
	{"key with bits to spare", Edit{Drop: []string{"Sec-WebSocket-Key"}, Lines: []string{"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAB=="}}, []string{"RFC6455#4.2.1"}},
	{"no version of the protocol", Edit{Drop: []string{"Sec-WebSocket-Version"}}, []string{"RFC6455#4.2.1"}},
	{"version 8", Edit{Drop: []string{"Sec-WebSocket-Version"}, Lines: []string{"Sec-WebSocket-Version: 8"}}, []string{"RFC6455#4.2.1"}},
	{"version 13 twice", Edit{Repeat: []string{"Sec-WebSocket-Version"}}, []string{"RFC6455#4.2.1"}},
	{"versions 13 and 8", Edit{Drop: []string{"Sec-WebSocket-Version"}, Lines: []string{"Sec-WebSocket-Version: 13, 8"}}, []string{"RFC6455#4.2.1"}},
	{"an empty upgrade", Edit{Drop: []string{"Upgrade"}, Lines: []string{"Upgrade:"}}, []string{"RFC6455#4.2.1"}},
	{"upgrade in two lines", Edit{Lines: []string{"Upgrade: h2c"}}, nil},
	{"a version of the upgrade", Edit{Drop: []string{"Upgrade"}, Lines: []string{"Upgrade: websocket/13"}}, []string{"RFC6455#4.2.1"}},
	{"an empty connection", Edit{Drop: []string{"Connection"}, Lines: []string{"Connection:"}}, []string{"RFC6455#4.2.1"}},
	{"connection in two lines", Edit{Lines: []string{"Connection: keep-alive"}}, nil},
	{"an empty key", Edit{Drop: []string{"Sec-WebSocket-Key"}, Lines: []string{"Sec-WebSocket-Key:"}}, []string{"RFC6455#4.2.1"}},
	{"an empty version", Edit{Drop: []string{"Sec-WebSocket-Version"}, Lines: []string{"Sec-WebSocket-Version:"}}, []string{"RFC6455#4.2.1"}},
	{"version 013", Edit{Drop: []string{"Sec-WebSocket-Version"}, Lines: []string{"Sec-WebSocket-Version: 013"}}, []string{"RFC6455#4.2.1"}},
	{"no extensions", Edit{Lines: []string{"Sec-WebSocket-Extensions:"}}, []string{"RFC6455#9.1"}},
	{"two origins", Edit{Lines: []string{"Origin: http://a", "Origin: http://a"}}, []string{"RFC6454#7.3"}},
	{"an empty origin", Edit{Lines: []string{"Origin:"}}, []string{"RFC6454#7.1"}},
	{"subprotocols", Edit{Lines: []string{"Sec-WebSocket-Protocol: a, b", "Sec-WebSocket-Protocol: c"}}, nil},
	{"empty subprotocol", Edit{Lines: []string{"Sec-WebSocket-Protocol: a,,b"}}, []string{"RFC6455#4.1"}},
	{"no subprotocol", Edit{Lines: []string{"Sec-WebSocket-Protocol:"}}, []string{"RFC6455#4.1"}},
	{"subprotocol with a space", Edit{Lines: []string{"Sec-WebSocket-Protocol: a b"}}, []string{"RFC6455#4.1"}},
	{"subprotocol twice", Edit{Lines: []string{"Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: a"}}, []string{"RFC6455#4.1"}},
	{"extensions", Edit{Lines: []string{`Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_max_window_bits="10", x-other; a; b=c`}}, nil},
	{"extension without a name", Edit{Lines: []string{"Sec-WebSocket-Extensions: ;a"}}, []string{"RFC6455#9.1"}},
	{"extension with a value that has no name", Edit{Lines: []string{"Sec-WebSocket-Extensions: a; =b"}}, []string{"RFC6455#9.1"}},
	{"empty extension", Edit{Lines: []string{"Sec-WebSocket-Extensions: a,"}}, []string{"RFC6455#9.1"}},
	{"extensions without a comma", Edit{Lines: []string{"Sec-WebSocket-Extensions: a b"}}, []string{"RFC6455#9.1"}},
	{"open quotes", Edit{Lines: []string{`Sec-WebSocket-Extensions: a; b="c`}}, []string{"RFC6455#9.1"}},
	{"no token in quotes", Edit{Lines: []string{`Sec-WebSocket-Extensions: a; b="c d"`}}, []string{"RFC6455#9.1"}},
	{"window of 7 bits", Edit{Lines: []string{"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=7"}}, []string{"RFC7692#7.1"}},
	{"unknown parameter", Edit{Lines: []string{"Sec-WebSocket-Extensions: permessage-deflate; foo"}}, []string{"RFC7692#7.1"}},
	{"server window without a value", Edit{Lines: []string{"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits"}}, []string{"RFC7692#7.1"}},
	{"line without a colon", Edit{Lines: []string{"foo"}}, []string{"RFC9112#5"}},
	{"folded line", Edit{Lines: []string{"X: a", " b"}}, []string{"RFC9112#5"}},
	{"space before the colon", Edit{Lines: []string{"X : a"}}, []string{"RFC9112#5"}},
	{"control character in a value", Edit{Lines: []string{"X: a\x00b"}}, []string{"RFC9112#5"}},
	{"LF alone", Edit{LineEnd: "\n"}, []string{"RFC9112#2"}},
	{"empty line before it", Edit{StartLine: "\r\nGET /chat HTTP/1.1"}, []string{"RFC9112#2"}},
	{"octets before the response", Edit{After: []byte("\x81\x80abcd")}, []string{"RFC6455#4.1"}},
	{"several at once", Edit{StartLine: "PUT /chat HTTP/1.0", Drop: []string{"Host", "Upgrade"}},
		[]string{"RFC6455#4.2.1", "RFC6455#4.2.1", "RFC9112#3.2", "RFC6455#4.2.1"}},
}

// TestHosts holds values of Host against the grammar of RFC 3986 section 3.2.2, and what TCP has for ports.
func TestHosts(t *testing.T) {
	for ok, values := range map[bool][]string{
		true: {"h", "H", "EXAMPLE.com:8080", "h:", "h:80", "h:00080", "h:65535", "127.0.0.1", "127.0.0.1:1", "256.1.1.1", "[::1]", "[::1]:80",
			"[2001:DB8::a]:443", "[::ffff:1.2.3.4]", "a_b", "xn--bcher-kva.example", "a%20b", "h.", "[v1.a:b]", "[vF.x]:1", "[V0.:]", "a,b", "h;"},
		false: {"", "[v1.a", "[a1.b]", "h/ab", "a%za", "a%az", "a%1/", "h:8x8", "a b/c", "a b", "h/", "/", "h/c", "http://h", "u@h", "u:p@h", "h:80x", "h:-1", "h:+1", "h: 80", "h:65536", "h:99999999999999999999",
			":80", ":", "::1", "::1:80", "[::1", "::1]", "[::1]80", "[::1]x", "[]", "[h]", "[1.2.3.4]", "[fe80::1%25eth0]", "[fe80::1%eth0]",
			"[v.a]", "[vg.a]", "[v1.]", "[v1.%41]", "[v1.a/]", "[v\u0131.a]", "a%2", "a%zz", "a%", "ä", "h?x", "h#x", `h\x`, "<h>", "{h}", "h|", "a\tb"},
	} {
		for _, v := range values {
			if _, _, got := authority(v); got != ok {
				t.Errorf("authority(%q) = %v, want %v", v, got, ok)
			}
			if v == "" || v == "a\tb" {
				continue
			}
			r, err := receiveOctets(editedRequest(Edit{Drop: []string{"Host"}, Lines: []string{"Host: " + v}}), nil)
			if err != nil {
				t.Fatal(err)
			}
			if broken := rulesOf(r.Violations); ok && broken != nil || !ok && (len(broken) != 1 || broken[0] != "RFC9112#3.2" || r.Violations[0].Code != 400) {
				t.Errorf("Host %q breaks %v", v, r.Violations)
			}
		}
	}
}

func TestEmptyHostIsNamed(t *testing.T) {
	r, err := receiveOctets(editedRequest(Edit{Drop: []string{"Host"}, Lines: []string{"Host:"}}), nil)
	if err != nil || len(r.Violations) != 1 || r.Violations[0].Text != "Host is empty" {
		t.Errorf("Receive() = %v, %v", r, err)
	}
}

// TestExtensionErrors wants to be told where extensions cannot be read.
func TestExtensionErrors(t *testing.T) {
	for value, says := range map[string]string{
		"": "a name is missing at the end", "a;": "a name is missing at the end", "a, =": `a name is missing before "="`,
		`a; b="c d"`: `quotes without a token inside before "\"c d\""`, "a b": `no comma or semicolon before "b"`,
	} {
		if _, err := parseExtensions([]string{value}); err == nil || err.Error() != says {
			t.Errorf("parseExtensions(%q) = %v, want %s", value, err, says)
		}
	}
}

func TestOrigins(t *testing.T) {
	for ok, values := range map[bool][]string{
		true:  {"null", "https://example.com", "http://localhost:8080", "http://[::1]:80", "file://", "chrome-extension://abcdef", "http://a http://b", "a+b-c.1://h"},
		false: {"", "{://h", "[://h", "NULL", "localhost", "//h", "://h", "1a://h", "a/b://h", "http:/h", "http://h/", "http://h/x", "http://a b", "http://a  http://b", "http://u@h", "http://:80", "http://h:x"},
	} {
		for _, v := range values {
			if got := isOrigin(v); got != ok {
				t.Errorf("isOrigin(%q) = %v, want %v", v, got, ok)
			}
		}
	}
}

// FuzzHost holds authorities against those of net/url: what is one for us is one there.
func FuzzHost(f *testing.F) {
	for _, v := range []string{"h", "h:80", "[::1]:80", "a%20b", "[v1.a:b]", "u@h", "a b"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, value string) {
		host, port, ok := authority(value)
		if !ok {
			return
		}
		if hasControl(value) || strings.ContainsAny(value, " /?#@\\") || strings.ContainsFunc(value, func(r rune) bool { return r > 0x7e }) || host == "" {
			t.Fatalf("authority(%q) = %q, %q", value, host, port)
		}
		if !sameAuthority("http", value, value) || !isOrigin("http://"+value) {
			t.Fatalf("%q is not itself", value)
		}
		if strings.HasPrefix(strings.ToLower(value), "[v") || strings.Contains(host, "%") { // net/url knows neither
			return
		}
		u, err := url.Parse("http://" + value + "/")
		if err != nil || u.Host != value || u.Port() != port || "["+u.Hostname()+"]" != host && u.Hostname() != host {
			t.Fatalf("authority(%q) = %q, %q; url.Parse gives %v, %v", value, host, port, u, err)
		}
	})
}

func editedRequest(e Edit) []byte {
	lines := strings.Split(rightRequest, "|")
	fs, _ := parseFields(lines[1:])
	return append(e.octets(lines[0], fs), e.After...)
}

func rulesOf(vs []*Violation) []string {
	var rules []string
	for _, v := range vs {
		rules = append(rules, v.Rule)
	}
	return rules
}

// receiveOctets has an Acceptor receive these octets, cut at random unless random is nil.
func receiveOctets(octets []byte, random *rand.Rand) (*Request, error) {
	nc := &scripted{octets: octets, random: random}
	return (&Acceptor{}).Receive(context.Background(), addressed{nc})
}

// addressed gives a scripted connection addresses.
type addressed struct{ *scripted }

func (addressed) LocalAddr() net.Addr  { return &net.TCPAddr{} }
func (addressed) RemoteAddr() net.Addr { return &net.TCPAddr{} }

func TestRequestRules(t *testing.T) {
	for _, tt := range requests {
		t.Run(tt.name, func(t *testing.T) {
			octets := editedRequest(tt.edit)
			for _, random := range []*rand.Rand{nil, rand.New(rand.NewPCG(1, 1))} {
				r, err := receiveOctets(octets, random)
				if err != nil {
					t.Fatalf("Receive() = %v", err)
				}
				cutOff := random != nil && tt.edit.After != nil // what comes later is not waited for
				if diff := cmp.Diff(tt.rules, rulesOf(r.Violations)); diff != "" && !cutOff {
					t.Errorf("rules (-want +got):\n%s", diff)
				}
				if head := octets[:len(octets)-len(tt.edit.After)]; !bytes.Equal(r.Octets, head) {
					t.Errorf("octets = %q, want %q", r.Octets, head)
				}
			}
		})
	}
}

// TestRequestAsItCame reads a request back, with everything that a caller may look at.
func TestRequestAsItCame(t *testing.T) {
	url := receive(t, Acceptor{}, func(r *Request) {
		if r.Line != "GET /a?b HTTP/1.1" || r.Method != "GET" || r.Target != "/a?b" || r.Version != "HTTP/1.1" || r.TLS != nil || r.Remote == nil {
			t.Errorf("request = %+v", r)
		}
		if diff := cmp.Diff([]Field{{"x-A", "1"}, {"X-a", "2"}}, r.Fields[len(r.Fields)-2:]); diff != "" {
			t.Errorf("fields (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"1", "2"}, r.Values("X-A")); diff != "" {
			t.Errorf("values (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"p", "q"}, r.Protocols()); diff != "" {
			t.Errorf("protocols (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]DeflateOffer{{ServerMaxWindowBits: 9, ClientMaxWindowBits: AnyWindow}}, r.Deflate()); diff != "" {
			t.Errorf("offers (-want +got):\n%s", diff)
		}
		if r.At.IsZero() || r.First.IsZero() || r.At.Before(r.First) {
			t.Errorf("times = %v, %v", r.First, r.At)
		}
		c := accept(t, r, Answer{})
		if want := "ws://" + r.Values("Host")[0] + "/a?b"; c.URL() != want {
			t.Errorf("URL() = %q, want %q", c.URL(), want)
		}
		lastEvent(c)
	})
	c := dial(t, Dialer{URL: url + "a?b", Protocols: []string{"p", "q"}, Header: []Field{{"x-A", "1"}, {"X-a", "2"}},
		Deflate: &DeflateOffer{ServerMaxWindowBits: 9, ClientMaxWindowBits: AnyWindow}})
	_, _ = c.SendClose(context.Background(), 1000, "")
	lastEvent(c)
}

// TestReceiveFails gives heads that never end.
func TestReceiveFails(t *testing.T) {
	tests := []struct {
		name   string
		client func(nc net.Conn)
		cancel time.Duration
		kind   string
		octets int
		after  time.Duration
	}{
		{"ended at once", func(nc net.Conn) { _ = nc.Close() }, 0, KindHandshake, 0, 0},
		{"ended inside", func(nc net.Conn) { _, _ = nc.Write([]byte("GET / HT")); _ = nc.Close() }, 0, KindHandshake, 8, 0},
		{"silence", func(nc net.Conn) {}, 0, KindTimeout, 0, 7 * time.Second},
		{"drop by drop", func(nc net.Conn) {
			for range 20 {
				<-time.After(1100 * time.Millisecond)
				if _, err := nc.Write([]byte("x")); err != nil {
					return
				}
			}
		}, 0, KindTimeout, 6, 7 * time.Second},
		{"cancelled", func(nc net.Conn) {}, time.Second, KindCanceled, 0, time.Second},
		{"too long", func(nc net.Conn) { _, _ = nc.Write([]byte(strings.Repeat("x", 101))) }, 0, KindLimit, 0, 0},
		{"too many lines", func(nc net.Conn) { _, _ = nc.Write([]byte("GET / HTTP/1.1\r\na:\r\nb:\r\nc:\r\n")) }, 0, KindLimit, 28, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := net.Pipe()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.cancel > 0 {
					time.AfterFunc(tt.cancel, cancel)
				}
				done := make(chan struct{})
				go func() { defer close(done); tt.client(theirs) }()
				start := time.Now()
				a := Acceptor{Timeout: 7 * time.Second, Limits: Limits{HandshakeSize: 100, HandshakeLines: 3}}
				_, err := a.Receive(ctx, ours)
				bad := (*AcceptError)(nil)
				if !errors.As(err, &bad) || bad.Kind != tt.kind || len(bad.Octets) != tt.octets || time.Since(start) != tt.after {
					t.Errorf("Receive() = %v after %v, want %s with %d octets after %v", err, time.Since(start), tt.kind, tt.octets, tt.after)
				}
				if _, err := theirs.Write([]byte("x")); err == nil {
					t.Error("the connection is not closed")
				}
				<-done
			})
		})
	}
}

// TestReceiveTLS meets a client that does not speak TLS, and one that does not trust us.
func TestReceiveTLS(t *testing.T) {
	server, _ := certificate(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	for name, client := range map[string]func(addr string){
		"plain": func(addr string) {
			if nc, err := net.Dial("tcp", addr); err == nil {
				_, _ = nc.Write([]byte("GET / HTTP/1.1\r\n\r\n"))
				_ = nc.Close()
			}
		},
		"distrust": func(addr string) { _, _ = (&Dialer{URL: "wss://" + addr}).Dial(context.Background()) },
	} {
		done := make(chan struct{})
		go func() { defer close(done); client(ln.Addr().String()) }()
		nc, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		_, err = (&Acceptor{TLS: server}).Receive(context.Background(), nc)
		if bad := (*AcceptError)(nil); !errors.As(err, &bad) || bad.Kind != KindTLS && name == "plain" {
			t.Errorf("%s: Receive() = %v, want kind %s", name, err, KindTLS)
		}
		<-done
	}
}

// FuzzRequest gives any octets as a request, in pieces. Receiving ends within bounds, a head comes back as it was, and
// accepting it opens a connection that comes to its end.
func FuzzRequest(f *testing.F) {
	for i, tt := range requests {
		f.Add(editedRequest(tt.edit), uint64(i))
	}
	f.Add([]byte("\x16\x03\x01\x02\x00\x01"), uint64(1))
	f.Fuzz(func(t *testing.T, octets []byte, seed uint64) {
		given := bytes.Clone(octets)
		r, err := receiveOctets(octets, rand.New(rand.NewPCG(seed, 0)))
		if err != nil {
			if bad := (*AcceptError)(nil); !errors.As(err, &bad) || !bytes.HasPrefix(given, bad.Octets) {
				t.Fatalf("Receive() = %v", err)
			}
			return
		}
		if !bytes.HasPrefix(given, r.Octets) || len(r.Line) == 0 {
			t.Fatalf("head %q of %q", r.Octets, given)
		}
		if again, err := receiveOctets(bytes.Clone(given), nil); err != nil || !bytes.Equal(again.Octets, r.Octets) {
			t.Fatalf("cut in another way: %v", err)
		}
		for _, o := range r.Deflate() {
			if err := o.check(); err != nil {
				t.Fatalf("offer %+v: %v", o, err)
			}
		}
		c, err := r.Accept(context.Background(), Answer{})
		if err != nil {
			t.Fatalf("Accept() = %v", err)
		}
		lastEvent(c)
	})
}
