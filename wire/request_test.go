package wire

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"net"
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
	{"no version", Edit{StartLine: "GET /chat"}, []string{"RFC9112#3"}},
	{"space in the target", Edit{StartLine: "GET /a b HTTP/1.1"}, []string{"RFC9112#3"}},
	{"no target", Edit{StartLine: "GET  HTTP/1.1"}, []string{"RFC9112#3"}},
	{"control character", Edit{StartLine: "GET /\x01 HTTP/1.1"}, []string{"RFC9112#3"}},
	{"fragment", Edit{StartLine: "GET /chat#top HTTP/1.1"}, []string{"RFC9112#3.2"}},
	{"relative target", Edit{StartLine: "GET chat HTTP/1.1"}, []string{"RFC9112#3.2"}},
	{"no host", Edit{Drop: []string{"Host"}}, []string{"RFC9112#3.2"}},
	{"two hosts", Edit{Repeat: []string{"Host"}}, []string{"RFC9112#3.2"}},
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
	{"two origins", Edit{Lines: []string{"Origin: a", "Origin: a"}}, []string{"RFC6454#7.3"}},
	{"subprotocols", Edit{Lines: []string{"Sec-WebSocket-Protocol: a, b", "Sec-WebSocket-Protocol: c"}}, nil},
	{"empty subprotocol", Edit{Lines: []string{"Sec-WebSocket-Protocol: a,,b"}}, []string{"RFC6455#4.1"}},
	{"no subprotocol", Edit{Lines: []string{"Sec-WebSocket-Protocol:"}}, []string{"RFC6455#4.1"}},
	{"subprotocol with a space", Edit{Lines: []string{"Sec-WebSocket-Protocol: a b"}}, []string{"RFC6455#4.1"}},
	{"subprotocol twice", Edit{Lines: []string{"Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: a"}}, []string{"RFC6455#4.1"}},
	{"extensions", Edit{Lines: []string{`Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_max_window_bits="10", x-other; a; b=c`}}, nil},
	{"extension without a name", Edit{Lines: []string{"Sec-WebSocket-Extensions: ;a"}}, []string{"RFC6455#9.1"}},
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

func editedRequest(e Edit) []byte {
	lines := strings.Split(rightRequest, "|")
	fs, _ := parseFields(lines[1:])
	return append(e.octets(lines[0], fs), e.After...)
}

func rulesOf(r *Request) []string {
	var rules []string
	for _, v := range r.Violations {
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
				if diff := cmp.Diff(tt.rules, rulesOf(r)); diff != "" && !cutOff {
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
		{"too long", func(nc net.Conn) { _, _ = nc.Write([]byte(strings.Repeat("x", 101))) }, 0, KindHandshake, 0, 0},
		{"too many lines", func(nc net.Conn) { _, _ = nc.Write([]byte("GET / HTTP/1.1\r\na:\r\nb:\r\nc:\r\n")) }, 0, KindHandshake, 28, 0},
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
