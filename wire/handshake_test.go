package wire

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// answers are responses to a handshake that asked for the subprotocols chat and Super-Chat. KEY stands for the right
// Sec-WebSocket-Accept. An empty rule means that the connection opens.
var answers = []struct{ name, head, rule string }{
	{"plain", "HTTP/1.1 101 Switching Protocols|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY", ""},
	{"other case, no reason", "HTTP/1.1 101 |UPGRADE: WebSocket|connection: uPGRADE|sec-websocket-accept:KEY  ", ""},
	{"connection list", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade, Keep-Alive|Sec-WebSocket-Accept: KEY", ""},
	{"connection list, other order", "HTTP/1.1 101 X|Upgrade: websocket|Connection: keep-alive , Upgrade|Sec-WebSocket-Accept: KEY", ""},
	{"connection in two lines", "HTTP/1.1 101 X|Upgrade: websocket|Connection: keep-alive|Connection: Upgrade|Sec-WebSocket-Accept: KEY", ""},
	{"cookies and octets beyond ASCII", "HTTP/1.1 101 \xe9|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY|Set-Cookie: a=\xff", ""},
	{"subprotocol", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY|Sec-WebSocket-Protocol: Super-Chat", ""},
	{"HTTP/1.0", "HTTP/1.0 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY", "RFC6455#4.1"},
	{"HTTP/1.2", "HTTP/1.2 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY", "RFC6455#4.1"},
	{"HTTP/11", "HTTP/11 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY", "RFC9112#4"},
	{"status of two digits", "HTTP/1.1 10 X", "RFC9112#4"},
	{"status of four digits", "HTTP/1.1 1010 X", "RFC9112#4"},
	{"status with a letter first", "HTTP/1.1 x01 X", "RFC9112#4"},
	{"status with a letter inside", "HTTP/1.1 1x1 X", "RFC9112#4"},
	{"status with a letter last", "HTTP/1.1 10x X", "RFC9112#4"},
	{"HTTP/1", "HTTP/1 101 X", "RFC9112#4"},
	{"HTTP/1.11", "HTTP/1.11 101 X", "RFC9112#4"},
	{"HTTP/1-1", "HTTP/1-1 101 X", "RFC9112#4"},
	{"HTTP/x.1", "HTTP/x.1 101 X", "RFC9112#4"},
	{"HTTP/1.x", "HTTP/1.x 101 X", "RFC9112#4"},
	{"HTPT/1.1", "HTPT/1.1 101 X", "RFC9112#4"},
	{"NUL in the status line", "HTTP/1.1 101 \x00|Upgrade: websocket", "RFC9112#4"},
	{"NUL before", "\x00HTTP/1.1 101 X|Upgrade: websocket", "RFC9112#4"},
	{"no status line", "", "RFC9112#2"},
	{"no upgrade", "HTTP/1.1 101 X|Connection: Upgrade|Sec-WebSocket-Accept: KEY", "RFC6455#4.1"},
	{"wrong upgrade", "HTTP/1.1 101 X|Upgrade: h2c|Connection: Upgrade|Sec-WebSocket-Accept: KEY", "RFC6455#4.1"},
	{"upgrade twice", "HTTP/1.1 101 X|Upgrade: websocket|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY", "RFC6455#4.1"},
	{"Kelvin sign in upgrade", "HTTP/1.1 101 X|Upgrade: websoc\u212aet|Connection: Upgrade|Sec-WebSocket-Accept: KEY", "RFC6455#4.1"},
	{"no connection", "HTTP/1.1 101 X|Upgrade: websocket|Sec-WebSocket-Accept: KEY", "RFC6455#4.1"},
	{"wrong connection", "HTTP/1.1 101 X|Upgrade: websocket|Connection: UpgradeX|Sec-WebSocket-Accept: KEY", "RFC6455#4.1"},
	{"no accept", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade", "RFC6455#4.1"},
	{"wrong accept", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: xKEY", "RFC6455#4.1"},
	{"accept in quotes", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: \"KEY\"", "RFC6455#4.1"},
	{"accept twice", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY|Sec-WebSocket-Accept: KEY", "RFC6455#4.1"},
	{"subprotocol not asked for", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY|Sec-WebSocket-Protocol: other", "RFC6455#4.1"},
	{"subprotocol in another case", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY|Sec-WebSocket-Protocol: super-chat", "RFC6455#4.1"},
	{"two subprotocols", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY|Sec-WebSocket-Protocol: chat, Super-Chat", "RFC6455#4.1"},
	{"subprotocol twice", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY|Sec-WebSocket-Protocol: chat|Sec-WebSocket-Protocol: chat", "RFC6455#4.1"},
	{"extension not asked for", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY|Sec-WebSocket-Extensions: permessage-deflate", "RFC6455#9.1"},
	{"Content-Length of nothing", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY|Content-Length: 0", "RFC9110#8.6"},
	{"Content-Length", "HTTP/1.1 101 X|content-length: 4|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY", "RFC9110#8.6"},
	{"no length", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY|Content-Length:", "RFC9110#8.6"},
	{"Transfer-Encoding", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY|Transfer-Encoding: chunked", "RFC9112#6.1"},
	{"identity", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY|TRANSFER-ENCODING: identity", "RFC9112#6.1"},
	{"Content-Type", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY|Content-Type: text/plain", ""},
	{"folded line", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY|X: a| b", "RFC9112#5"},
	{"space before the colon", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept : KEY", "RFC9112#5"},
	{"no colon", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY|foo", "RFC9112#5"},
	{"no name", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY|: foo", "RFC9112#5"},
	{"bare CR", "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY|X: a\rb", "RFC9112#5"},
	{"bare LF", "HTTP/1.1 101 X|Upgrade: websocket\nConnection: Upgrade|Sec-WebSocket-Accept: KEY", "RFC9112#2"},
}

// TestAnswers gives each answer over a real socket, at once and octet by octet, with a frame right behind it.
func TestAnswers(t *testing.T) {
	for _, tt := range answers {
		for _, dribble := range []bool{false, true} {
			t.Run(tt.name, func(t *testing.T) {
				url := listen(t, nil, answersTo(tt.head+"||", dribble))
				d := Dialer{URL: url, Protocols: []string{"chat", "Super-Chat"}}
				if tt.rule != "" {
					if bad := dialError(t, d); bad.Kind != KindProtocol || bad.Rule != tt.rule {
						t.Errorf("Dial() = %v, want rule %s", bad, tt.rule)
					}
					return
				}
				evs := all(dial(t, d))
				if m, ok := evs[1].(*Message); !ok || string(m.Data) != "hi" {
					t.Errorf("events = %v, want the frame behind the head", evs)
				}
			})
		}
	}
}

func TestRequest(t *testing.T) {
	heads := make(chan string, 1)
	url := listen(t, nil, func(p *peer) {
		var head strings.Builder
		for {
			line, err := p.br.ReadString('\n')
			head.WriteString(line)
			if err != nil || line == "\r\n" {
				break
			}
		}
		heads <- head.String()
	})
	host := strings.TrimSuffix(strings.TrimPrefix(url, "ws://"), "/")
	d := Dialer{
		URL:       "ws://ann:s%3Acret@" + host + "/talk?room=1&x=%20y",
		Header:    []Field{{"x-lower", "1"}, {"X-Twice", "b"}, {"X-Twice", "a"}, {"HOST", "other.test"}, {"sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="}},
		Protocols: []string{"chat", "v2"}, Origin: "https://example.test",
		Deflate: &DeflateOffer{ServerNoContextTakeover: true, ClientNoContextTakeover: true, ServerMaxWindowBits: 9, ClientMaxWindowBits: AnyWindow},
	}
	_ = dialError(t, d)
	want := strings.Join([]string{
		"GET /talk?room=1&x=%20y HTTP/1.1",
		"Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
		"Origin: https://example.test", "Sec-WebSocket-Protocol: chat, v2",
		"Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits",
		"Authorization: Basic YW5uOnM6Y3JldA==",
		"x-lower: 1", "X-Twice: b", "X-Twice: a", "HOST: other.test", "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==", "", "",
	}, "\r\n")
	if diff := cmp.Diff(want, <-heads); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
}

func TestResponse(t *testing.T) {
	target := listen(t, nil, func(p *peer) {
		p.accept("Sec-WebSocket-Protocol: v2\r\nX-b: 1\r\nx-B: 2\r\nSec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10\r\n")
	})
	c := dial(t, Dialer{URL: strings.Replace(target, "ws://", "ws://ann:secret@", 1), Protocols: []string{"chat", "v2"}, Deflate: &DeflateOffer{}})
	got := c.Response()
	if c.URL() != target {
		t.Errorf("URL() = %q, want %q", c.URL(), target)
	}
	if got.Status != 101 || got.Subprotocol != "v2" || got.Deflate == nil || got.Deflate.ServerMaxWindowBits != 10 || got.At.IsZero() {
		t.Errorf("Response() = %+v", got)
	}
	want := []Field{{"X-b", "1"}, {"x-B", "2"}}
	if diff := cmp.Diff(want, got.Header[4:6]); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	if got.RequestLine != "GET / HTTP/1.1" || got.Request[0].Name != "Host" {
		t.Errorf("request = %q, %v", got.RequestLine, got.Request)
	}
	all(c)
}

func TestKeysDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		a := attempt{Dialer: &Dialer{}, target: &url.URL{Scheme: "ws", Host: "h"}}
		key := a.request().values("Sec-WebSocket-Key")[0]
		if len(key) != 24 || seen[key] {
			t.Fatalf("key %q is not new or not of 16 octets", key)
		}
		seen[key] = true
	}
}

func TestHostField(t *testing.T) {
	for target, want := range map[string]string{
		"ws://h": "h", "ws://h:80/": "h", "wss://h:443": "h", "ws://h:443": "h:443", "wss://h:80": "h:80", "ws://[::1]:80": "[::1]", "ws://h:": "h:",
	} {
		u, err := parseTarget(target)
		if err != nil {
			t.Fatal(err)
		}
		a := attempt{Dialer: &Dialer{}, target: u}
		if got := a.request()[0].Value; got != want {
			t.Errorf("Host for %s = %q, want %q", target, got, want)
		}
	}
}

// pipeDialer dials into script over net.Pipe. wait waits for the script.
func pipeDialer(t *testing.T, script func(p *peer)) (dial func(context.Context, string, string) (net.Conn, error), wait func()) {
	done := make(chan struct{})
	return func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer close(done)
			defer theirs.Close()
			script(&peer{t: t, nc: theirs, br: bufio.NewReader(theirs)})
		}()
		return ours, nil
	}, func() { <-done }
}

func TestHandshakeTimes(t *testing.T) {
	tests := []struct {
		name   string
		script func(p *peer)
		cancel time.Duration
		kind   string
		after  time.Duration
	}{
		{"silence", func(p *peer) { _, _ = http.ReadRequest(p.br); p.drain() }, 0, KindTimeout, 7 * time.Second},
		{"request not read", func(p *peer) { <-time.After(time.Minute) }, 0, KindTimeout, 7 * time.Second},
		{"one octet a second", func(p *peer) {
			_, _ = http.ReadRequest(p.br)
			for _, c := range []byte("HTTP/1.1 101 Switching Protocols\r\n") {
				<-time.After(time.Second)
				if _, err := p.nc.Write([]byte{c}); err != nil {
					return
				}
			}
		}, 0, KindTimeout, 7 * time.Second},
		{"cancelled", func(p *peer) { _, _ = http.ReadRequest(p.br); p.drain() }, 2 * time.Second, KindCanceled, 2 * time.Second},
		{"refusal whose body does not end", func(p *peer) {
			_, _ = http.ReadRequest(p.br)
			p.write([]byte("HTTP/1.1 403 No\r\n\r\nbecause"))
			p.drain()
		}, 0, KindHandshake, time.Second},
		{"refusal just before the time is over", func(p *peer) {
			_, _ = http.ReadRequest(p.br)
			<-time.After(6500 * time.Millisecond)
			p.write([]byte("HTTP/1.1 403 No\r\n\r\nbecause"))
			p.drain()
		}, 0, KindHandshake, 7 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				if tt.cancel > 0 {
					time.AfterFunc(tt.cancel, cancel)
				}
				start := time.Now()
				netDial, wait := pipeDialer(t, tt.script)
				d := Dialer{URL: "ws://peer.test", Timeout: 7 * time.Second, NetDial: netDial}
				_, err := d.Dial(ctx)
				bad, ok := err.(*DialError)
				if !ok || bad.Kind != tt.kind {
					t.Errorf("Dial() = %v, want kind %q", err, tt.kind)
				}
				if took := time.Since(start); took != tt.after {
					t.Errorf("Dial() took %v, want %v", took, tt.after)
				}
				wait()
			})
		})
	}
}

// TestAnswerToAHalf has a server answer, and go, that has read only the beginning of the request.
func TestAnswerToAHalf(t *testing.T) {
	key := Field{"Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="}
	for _, tt := range []struct{ answer, kind, says string }{
		{"garbage||", KindProtocol, "malformed status line"},
		{"HTTP/1.1 403 No|Content-Length: 0||", KindHandshake, "server answered 403 Forbidden"},
		{"HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: " + AcceptFor(key.Value) + "||", KindHandshake, "could not be written"},
	} {
		for _, stays := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				netDial, wait := pipeDialer(t, func(p *peer) {
					_, _ = p.br.ReadString('\n')
					p.write([]byte(strings.ReplaceAll(tt.answer, "|", "\r\n")))
					if stays {
						<-time.After(time.Minute)
					}
				})
				start := time.Now()
				_, err := (&Dialer{URL: "ws://peer.test", NetDial: netDial, Header: []Field{key}, Edit: Edit{Delivery: Delivery{Chop: 5}}}).Dial(context.Background())
				most, kind := time.Duration(0), tt.kind
				if stays && tt.says == "could not be written" { // it waits for the peer to read
					most, kind = 10*time.Second, KindTimeout
				}
				if bad, ok := err.(*DialError); !ok || bad.Kind != kind || !strings.Contains(bad.Error(), tt.says) || time.Since(start) > most {
					t.Errorf("Dial() = %v after %v, want %s, %q within %v", err, time.Since(start), kind, tt.says, most)
				}
				wait()
			})
		}
	}
}

func TestHeadLimits(t *testing.T) {
	tests := []struct {
		name string
		head string
		ok   bool
	}{
		{"256 lines", strings.Repeat("a: b\r\n", 255), true},
		{"257 lines", strings.Repeat("a: b\r\n", 256), false},
		{"64 KiB", "a: " + strings.Repeat("x", 64<<10-len("HTTP/1.1 200 OK\r\n")-7) + "\r\n", true},
		{"64 KiB and 1", "a: " + strings.Repeat("x", 64<<10-len("HTTP/1.1 200 OK\r\n")-6) + "\r\n", false},
	}
	for _, tt := range tests {
		h := headReader{limits: Limits{}.withDefaults()}
		_, err := h.feed([]byte("HTTP/1.1 200 OK\r\n" + tt.head + "\r\n"))
		if (err == nil && h.done) != tt.ok {
			t.Errorf("%s: feed() = %v, done %v, want ok %v", tt.name, err, h.done, tt.ok)
		}
	}
	endless := listen(t, nil, func(p *peer) {
		_, _ = http.ReadRequest(p.br)
		for {
			if _, err := p.nc.Write(bytes.Repeat([]byte("x"), 4096)); err != nil {
				return
			}
		}
	})
	if bad := dialError(t, Dialer{URL: endless}); bad.Kind != KindLimit || bad.Rule != LimitHandshakeSize || !strings.Contains(bad.Error(), "65536 octets") {
		t.Errorf("Dial() = %v, want kind %q", bad, KindLimit)
	}
}
