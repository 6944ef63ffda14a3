package wire

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestEdit(t *testing.T) {
	ours := fields{{"Host", "h"}, {"Upgrade", "websocket"}, {"Sec-WebSocket-Key", "k"}}
	tests := []struct {
		name string
		edit Edit
		want string
		sent fields // nil: ours
	}{
		{"nothing", Edit{}, "GET / HTTP/1.1|Host: h|Upgrade: websocket|Sec-WebSocket-Key: k||", nil},
		{"start line", Edit{StartLine: "OPTIONS * HTTP/1.0"}, "OPTIONS * HTTP/1.0|Host: h|Upgrade: websocket|Sec-WebSocket-Key: k||", nil},
		{"drop", Edit{Drop: []string{"upgrade", "HOST"}}, "GET / HTTP/1.1|Sec-WebSocket-Key: k||", fields{{"Sec-WebSocket-Key", "k"}}},
		{"repeat", Edit{Repeat: []string{"host"}}, "GET / HTTP/1.1|Host: h|Host: h|Upgrade: websocket|Sec-WebSocket-Key: k||",
			fields{{"Host", "h"}, {"Host", "h"}, {"Upgrade", "websocket"}, {"Sec-WebSocket-Key", "k"}}},
		{"drop beats repeat", Edit{Drop: []string{"host"}, Repeat: []string{"host"}}, "GET / HTTP/1.1|Upgrade: websocket|Sec-WebSocket-Key: k||",
			fields{{"Upgrade", "websocket"}, {"Sec-WebSocket-Key", "k"}}},
		{"lines", Edit{Lines: []string{"no colon", "X: a", " folded", "Sec-WebSocket-Key: 2"}},
			"GET / HTTP/1.1|Host: h|Upgrade: websocket|Sec-WebSocket-Key: k|no colon|X: a| folded|Sec-WebSocket-Key: 2||",
			append(ours[:3:3], Field{"X", "a"}, Field{"Sec-WebSocket-Key", "2"})},
		{"line end", Edit{LineEnd: "\n"}, "GET / HTTP/1.1\nHost: h\nUpgrade: websocket\nSec-WebSocket-Key: k\n\n", nil},
		{"line end of CR", Edit{LineEnd: "\r"}, "GET / HTTP/1.1\rHost: h\rUpgrade: websocket\rSec-WebSocket-Key: k\r\r", nil},
		{"head", Edit{StartLine: "x", Drop: []string{"host"}, Head: []byte("GET / HTTP/1.1\r\nHost: other\r\n\r\n")}, "GET / HTTP/1.1|Host: other||", fields{{"Host", "other"}}},
		{"head with octets behind it", Edit{Head: []byte("GET / HTTP/1.1\r\nHost: other\r\n\r\nX: y\r\n")}, "GET / HTTP/1.1|Host: other||X: y|", fields{{"Host", "other"}}},
		{"silence", Edit{Head: []byte{}}, "", fields{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			octets := tt.edit.octets("GET / HTTP/1.1", ours)
			if want := strings.ReplaceAll(tt.want, "|", "\r\n"); string(octets) != want {
				t.Errorf("octets = %q, want %q", octets, want)
			}
			want := tt.sent
			if want == nil {
				want = ours
			}
			if got := tt.edit.sent(octets).fields; len(got) != len(want) || len(want) > 0 && cmp.Diff(want, got) != "" {
				t.Errorf("sent = %v, want %v", got, want)
			}
		})
	}
}

// TestEditedRequest sends requests of every shape to a server that accepts anything with the key that it reads.
func TestEditedRequest(t *testing.T) {
	key := Field{"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}
	tests := []struct {
		name   string
		dialer Dialer
		accept string // Sec-WebSocket-Accept of the response
		want   string // in the request
		opens  bool
	}{
		{"own key", Dialer{Header: []Field{key}}, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", true},
		{"own key, answered wrongly", Dialer{Header: []Field{key}}, "x3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "", false},
		{"answered wrongly, any will do", Dialer{AnyAccept: true}, "no", "", true},
		{"no key", Dialer{Edit: Edit{Drop: []string{"Sec-WebSocket-Key"}}}, AcceptFor(""), "Connection: Upgrade\r\nSec-WebSocket-Version", true},
		{"two keys", Dialer{Header: []Field{key}, Edit: Edit{Lines: []string{"sec-websocket-key: b"}}}, AcceptFor(key.Value + ",b"), "", true},
		{"key in a head by hand", Dialer{Edit: Edit{Head: []byte("GET /x HTTP/1.1\r\nSec-WebSocket-Key: k\r\n\r\n")}}, AcceptFor("k"), "GET /x HTTP/1.1\r\nSec-WebSocket-Key: k\r\n\r\n", true},
		{"dribbled", Dialer{Header: []Field{key}, Edit: Edit{Delivery: Delivery{Chop: 1}}}, AcceptFor(key.Value), "GET / HTTP/1.1\r\nHost: ", true},
		{"octets behind it", Dialer{Header: []Field{key}, Edit: Edit{After: []byte("\x81\x80abcd")}}, AcceptFor(key.Value), "\r\n\r\n\x81\x80abcd", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			heads := make(chan string, 1)
			tt.dialer.URL = listen(t, nil, func(p *peer) {
				var head []byte
				for !strings.Contains(string(head), "\r\n\r\n") {
					b := make([]byte, 4096)
					n, err := p.nc.Read(b)
					if err != nil {
						break
					}
					head = append(head, b[:n]...)
				}
				heads <- string(head)
				p.write([]byte("HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + tt.accept + "\r\n\r\n"))
			})
			c, err := tt.dialer.Dial(context.Background())
			if (err == nil) != tt.opens {
				t.Fatalf("Dial() = %v, want it to open %v", err, tt.opens)
			}
			if err == nil {
				all(c)
			}
			if got := <-heads; !strings.Contains(got, tt.want) {
				t.Errorf("request = %q, want %q in it", got, tt.want)
			}
		})
	}
}

// TestOffersByHand holds an answer against the extensions that were really offered.
func TestOffersByHand(t *testing.T) {
	three := "permessage-deflate; server_no_context_takeover; server_max_window_bits=9, permessage-deflate; server_no_context_takeover, permessage-deflate"
	tests := []struct {
		name, offer, answer string
		ok                  bool
		deflate             *Deflate
	}{
		{"first of three", three, "permessage-deflate; server_no_context_takeover; server_max_window_bits=9", true, &Deflate{true, false, 9, 15}},
		{"second of three", three, "permessage-deflate; server_no_context_takeover", true, &Deflate{true, false, 15, 15}},
		{"last of three", three, "permessage-deflate", true, Deflate{}.whole()},
		{"none of three", three, "permessage-deflate; client_max_window_bits=9", false, nil},
		{"another one", "x-unknown; a=b", "x-unknown", true, nil},
		{"another one besides", "x-unknown, permessage-deflate", "permessage-deflate, x-unknown", true, Deflate{}.whole()},
		{"as another one was offered", "x-unknown; server_no_context_takeover, permessage-deflate; server_max_window_bits=9", "permessage-deflate; server_no_context_takeover", false, nil},
		{"malformed offer accepted", "permessage-deflate;;", "permessage-deflate", false, nil},
		{"unknown parameter accepted", "permessage-deflate; foo", "permessage-deflate", false, nil},
		{"malformed offer passed over", "permessage-deflate;;", "", true, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			url := listen(t, nil, func(p *peer) {
				if tt.answer == "" {
					p.accept("")
					return
				}
				p.accept("Sec-WebSocket-Extensions: " + tt.answer + "\r\n")
			})
			c, err := (&Dialer{URL: url, Header: []Field{{"Sec-WebSocket-Extensions", tt.offer}}}).Dial(context.Background())
			if (err == nil) != tt.ok {
				t.Fatalf("Dial() = %v, want it to open %v", err, tt.ok)
			}
			if err != nil {
				return
			}
			if diff := cmp.Diff(tt.deflate, c.Response().Deflate); diff != "" {
				t.Errorf("Deflate (-want +got):\n%s", diff)
			}
			all(c)
		})
	}
}

// TestEarlyRefusal is refused while it still dribbles its request: the answer counts, not the broken write.
func TestEarlyRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		netDial, wait := pipeDialer(t, func(p *peer) {
			_, _ = io.ReadFull(p.br, make([]byte, 3))
			p.write([]byte("HTTP/1.1 408 Too Slow\r\nContent-Length: 0\r\n\r\n"))
		})
		start := time.Now()
		d := Dialer{URL: "ws://peer.test", NetDial: netDial, Edit: Edit{Delivery: Delivery{Chop: 1, Delay: time.Second}}}
		if bad := dialError(t, d); bad.Status != 408 || bad.Kind != KindHandshake {
			t.Errorf("Dial() = %v, want 408", bad)
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("it took %v, want 2s", took)
		}
		wait()
	})
}

// TestSilentClient asks for nothing, and tells when the server gives up.
func TestSilentClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		netDial, wait := pipeDialer(t, func(p *peer) { <-time.After(3 * time.Second) })
		start := time.Now()
		bad := dialError(t, Dialer{URL: "ws://peer.test", NetDial: netDial, Edit: Edit{Head: []byte{}}})
		if bad.Kind != KindHandshake || !errors.Is(bad, io.ErrUnexpectedEOF) || time.Since(start) != 3*time.Second {
			t.Errorf("Dial() = %v after %v, want an end after 3s", bad, time.Since(start))
		}
		wait()
	})
}

// TestCoalescedClose sends a Close together with the handshake: it is ours, and the answer to it ends the handshake.
func TestCoalescedClose(t *testing.T) {
	d := Dialer{Edit: Edit{After: maskedOctets(true, OpClose, "\x03\xe8")}}
	d.URL = listen(t, nil, func(p *peer) {
		p.accept("")
		p.expect(OpClose, "\x03\xe8")
		p.write(frameOctets(true, OpClose, "\x03\xe8"))
	})
	want := &End{Code: 1000, Clean: true, By: Us, TCP: TCPFin, TCPBy: Peer}
	if diff := cmp.Diff(want, lastEvent(dial(t, d)), withoutTimes); diff != "" {
		t.Errorf("end (-want +got):\n%s", diff)
	}
}

// rawClient opens a TCP connection to a server of ours and speaks as peer.
func rawClient(t *testing.T, url string) *peer {
	t.Helper()
	nc, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(url, "ws://"), "/"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nc.Close() })
	_ = nc.SetDeadline(time.Now().Add(10 * time.Second))
	return &peer{t: t, nc: nc, br: bufio.NewReader(nc), client: true}
}

// handshake makes the client's part of a right handshake.
func (p *peer) handshake() {
	p.t.Helper()
	p.write([]byte("GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"))
	if resp, err := http.ReadResponse(p.br, nil); err != nil || resp.StatusCode != 101 {
		p.t.Errorf("client: response %v, %v", resp, err)
	}
}
