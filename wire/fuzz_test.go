package wire

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fuzzLimits are small enough for a fuzzer to pass.
var fuzzLimits = Limits{Message: 4096, Inflated: 8192, Fragments: 16}.withDefaults()

// FuzzReader holds the reader against itself: however the octets are cut, it reports the same, and it never keeps more
// than its limits allow.
func FuzzReader(f *testing.F) {
	for i, tt := range violations {
		f.Add([]byte(tt.octets), byte(i), uint64(i))
	}
	for i, octets := range []string{
		"\x01\x01\xe2\x00\x01\x82\x89\x01?\x80\x01\xac\x88\x05\x03\xe8bye",
		"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\xc1\x05\xf2\x00\x11\x00\x00",
		"\x82\x7e\x10\x00",
		"\x82\x7f\x00\x00\x00\x00\xff\xff\xff\xff",
	} {
		f.Add([]byte(octets), byte(i), uint64(i))
	}
	f.Fuzz(func(t *testing.T, octets []byte, kind byte, seed uint64) {
		fresh := func() *reader {
			r := &reader{limits: fuzzLimits, observe: kind&1 != 0, fromClient: kind&2 != 0}
			if kind&4 != 0 {
				r.inflate = newInflater(kind&8 != 0, 15)
			}
			return r
		}
		whole := events(fresh(), octets, len(octets)+1)
		checkBounds(t, whole)
		if diff := cmp.Diff(whole, events(fresh(), octets, 1)); diff != "" {
			t.Fatalf("cut octet by octet (-whole +cut):\n%s", diff)
		}
		if diff := cmp.Diff(whole, events(fresh(), octets, 1+rand.New(rand.NewPCG(seed, 0)).IntN(20))); diff != "" {
			t.Fatalf("cut at random (-whole +cut):\n%s", diff)
		}
	})
}

// checkBounds holds events against fuzzLimits, and against the order that Next promises.
func checkBounds(t *testing.T, evs []Event) {
	t.Helper()
	for i, ev := range evs {
		switch ev := ev.(type) {
		case *Frame:
			if int64(len(ev.Payload)) > fuzzLimits.Message || cap(ev.Payload) > 4*int(fuzzLimits.Message) {
				t.Fatalf("payload of %d octets, room for %d", len(ev.Payload), cap(ev.Payload))
			}
		case *Message:
			if int64(len(ev.Data)) > max(fuzzLimits.Message, fuzzLimits.Inflated) || ev.Fragments > fuzzLimits.Fragments {
				t.Fatalf("message of %d octets in %d fragments", len(ev.Data), ev.Fragments)
			}
			if _, ok := evs[i-1].(*Message); ok {
				t.Fatal("two messages without a frame between")
			}
		case *Excess:
			if i != len(evs)-1 {
				t.Fatalf("%T after an excess", evs[i+1])
			}
		}
	}
}

// FuzzHeader wants a header back that was read from octets.
func FuzzHeader(f *testing.F) {
	f.Add([]byte("\x81\x05"))
	f.Add([]byte("\x82\xfe\x00\x7e\x01\x02\x03\x04"))
	f.Add([]byte("\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, octets []byte) {
		h, size, ok := parseHeader(octets)
		if !ok {
			if size <= len(octets) || size > maxHeader {
				t.Fatalf("parseHeader(%x) wants %d octets", octets, size)
			}
			return
		}
		if got := appendHeader(nil, h); !bytes.Equal(got, octets[:size]) {
			t.Fatalf("appendHeader(parseHeader(%x)) = %x", octets[:size], got)
		}
	})
}

// FuzzResponse gives any octets as the answer to a handshake, in pieces. Dial must return within bounds, and open only
// on an answer that proves itself.
func FuzzResponse(f *testing.F) {
	for i, tt := range answers {
		f.Add([]byte(tt.head+"||"), uint64(i))
	}
	f.Add([]byte("HTTP/1.1 200 OK|Transfer-Encoding: chunked||ffffffff|x"), uint64(1))
	f.Add([]byte("HTTP/1.1 302 Found|Location: http://[::1|Content-Length: -1||"), uint64(1))
	f.Add([]byte("HTTP/1.1 100 C||HTTP/1.1 103 H|Link: x||"+upgraded), uint64(1))
	f.Add([]byte("HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY|Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=\"8\"||"), uint64(1))
	const key = "AAAAAAAAAAAAAAAAAAAAAA=="
	accept := []byte(AcceptFor(key))
	f.Fuzz(func(t *testing.T, octets []byte, seed uint64) {
		octets = bytes.ReplaceAll(octets, []byte("|"), []byte("\r\n"))
		octets = bytes.ReplaceAll(octets, []byte("KEY"), accept)
		server := &scripted{octets: octets, random: rand.New(rand.NewPCG(seed, 0))}
		d := Dialer{
			URL: "ws://peer.test/", Header: []Field{{"Sec-WebSocket-Key", key}}, Protocols: []string{"chat", "Super-Chat"},
			Deflate: &DeflateOffer{ClientMaxWindowBits: AnyWindow}, FollowRedirects: 2, Limits: Limits{Body: 100},
			NetDial: func(context.Context, string, string) (net.Conn, error) { return server, nil },
		}
		if seed%2 == 1 {
			d.Policy.OnViolation = Observe
		}
		c, err := d.Dial(context.Background())
		if err == nil {
			if !bytes.Contains(octets, accept) && len(c.Response().Violations) == 0 || !bytes.Contains(octets, []byte(" 101")) {
				t.Fatalf("opened without a right Sec-WebSocket-Accept, and told nothing: %q", octets)
			}
			if len(c.Response().Violations) > 0 && d.Policy.OnViolation == Fail {
				t.Fatalf("opened though %v was broken", c.Response().Violations[0])
			}
			if end := lastEvent(c); end.Clean && end.Code == NoClose {
				t.Fatalf("end = %+v", end)
			}
			return
		}
		bad, ok := err.(*DialError)
		if !ok || len(bad.Body) > 100 || bad.Err == nil || bad.Kind == KindProtocol && bad.Rule == "" || len(bad.Violations) > 0 && d.Policy.OnViolation == Fail {
			t.Fatalf("Dial() = %#v", err)
		}
	})
}

// scripted is a connection that takes everything and answers with some octets.
type scripted struct {
	net.Conn
	octets []byte
	random *rand.Rand // cuts what is read; nil: whole
}

func (s *scripted) Read(p []byte) (int, error) {
	if len(s.octets) == 0 {
		return 0, net.ErrClosed
	}
	most := len(p)
	if s.random != nil {
		most = min(most, 1+s.random.IntN(100))
	}
	n := copy(p[:most], s.octets)
	s.octets = s.octets[n:]
	return n, nil
}

func (s *scripted) Write(p []byte) (int, error)      { return len(p), nil }
func (s *scripted) Close() error                     { return nil }
func (s *scripted) SetDeadline(time.Time) error      { return nil }
func (s *scripted) SetReadDeadline(time.Time) error  { return nil }
func (s *scripted) SetWriteDeadline(time.Time) error { return nil }
