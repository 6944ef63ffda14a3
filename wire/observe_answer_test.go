package wire

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestObservedAnswers gives each answer that breaks a rule to a client that only observes it. It goes on where there is
// a 101, and the end is not clean.
func TestObservedAnswers(t *testing.T) {
	for _, tt := range answers {
		for _, dribble := range []bool{false, true} {
			t.Run(tt.name, func(t *testing.T) {
				d := Dialer{URL: listen(t, nil, answersTo(tt.head+"||", dribble)), Protocols: []string{"chat", "Super-Chat"}, Policy: Policy{OnViolation: Observe}}
				switch {
				case tt.rule == "RFC9112#4":
					if bad := dialError(t, d); bad.Kind != KindProtocol || bad.Rule != tt.rule {
						t.Errorf("Dial() = %v, want rule %s", bad, tt.rule)
					}
					return
				case tt.head == "":
					if bad := dialError(t, d); bad.Kind != KindHandshake || len(bad.Violations) != 1 || bad.Violations[0].Rule != tt.rule {
						t.Errorf("Dial() = %v with %v, want that it ended, and rule %s", bad, bad.Violations, tt.rule)
					}
					return
				}
				c := dial(t, d)
				rules := rulesOf(c.Response().Violations)
				if tt.rule == "" && rules != nil || tt.rule != "" && (len(rules) == 0 || rules[0] != tt.rule) {
					t.Errorf("rules = %v, want %q", rules, tt.rule)
				}
				evs := all(c)
				if m, ok := evs[1].(*Message); !ok || string(m.Data) != "hi" {
					t.Errorf("events = %v, want the frame behind the head", evs)
				}
			})
		}
	}
}

// TestObservedToTheEnd has everything wrong with one answer: all of it is told, in order, whoever ends the connection.
func TestObservedToTheEnd(t *testing.T) {
	const head = "HTTP/1.0 101 X\n|nonsense|Upgrade: h2c|Sec-WebSocket-Protocol: other|Sec-WebSocket-Extensions: x-unasked, , |"
	url := listen(t, nil, func(p *peer) {
		if _, err := http.ReadRequest(p.br); err != nil {
			return
		}
		p.write([]byte(strings.ReplaceAll("HTTP/1.1 103 X|more nonsense||"+strings.ReplaceAll(head, "\n|", "\n")+"|", "|", "\r\n")))
		p.write(frameOctets(true, OpClose, "\x03\xe8"))
		p.expect(OpClose, "\x03\xe8")
	})
	c := dial(t, Dialer{URL: url, Protocols: []string{"chat"}, Policy: Policy{OnViolation: Observe}})
	h := c.Response()
	want := []string{"RFC9112#5", "RFC9112#2", "RFC9112#5", "RFC6455#4.1", "RFC6455#4.1", "RFC6455#4.1", "RFC6455#4.1", "RFC6455#4.1", "RFC6455#9.1"}
	if diff := cmp.Diff(want, rulesOf(h.Violations)); diff != "" || h.Subprotocol != "other" || h.Status != 101 {
		t.Errorf("Response() = %+v; rules (-want +got):\n%s", h, diff)
	}
	for _, v := range h.Violations {
		if v.At.IsZero() || v.Text == "" || v.Code != 0 {
			t.Errorf("violation = %+v", v)
		}
	}
	if end := lastEvent(c); end.Clean || end.Code != 1000 || end.By != Peer || end.TCP != TCPFin {
		t.Errorf("end = %+v, want 1000, by the peer, not clean", end)
	}
}

// TestObservedWithoutAnOpening tells what was broken before the handshake came to nothing for another reason.
func TestObservedWithoutAnOpening(t *testing.T) {
	for _, tt := range []struct {
		answer, kind string
		status       int
	}{
		{"HTTP/1.1 403 No|nonsense|Content-Length: 2||no", KindHandshake, 403},
		{"HTTP/1.1 302 Found|nonsense|Location: ftp://x||", KindHandshake, 302},
		{"HTTP/1.1 103 X|nonsense||1", KindHandshake, 0},
		{"HTTP/1.1 103 X|nonsense||1||", KindProtocol, 0},
	} {
		d := Dialer{URL: listen(t, nil, func(p *peer) {
			_, _ = http.ReadRequest(p.br)
			p.write([]byte(strings.ReplaceAll(tt.answer, "|", "\r\n")))
		}), FollowRedirects: 1, Policy: Policy{OnViolation: Observe}}
		bad := dialError(t, d)
		if diff := cmp.Diff([]string{"RFC9112#5"}, rulesOf(bad.Violations)); diff != "" || bad.Kind != tt.kind || bad.Status != tt.status {
			t.Errorf("Dial() = %v with status %d and rules %v, want %s, %d, RFC9112#5", bad, bad.Status, rulesOf(bad.Violations), tt.kind, tt.status)
		}
		d.Policy.OnViolation = Fail
		if bad := dialError(t, d); bad.Kind != KindProtocol || bad.Rule != "RFC9112#5" || bad.Violations != nil || bad.Status != tt.status || len(bad.Header) != min(tt.status, 1) {
			t.Errorf("Dial() = %+v, want kind protocol, status %d and nothing beside it", bad, tt.status)
		}
	}
}

// TestObservedRedirect keeps what the answer before broke.
func TestObservedRedirect(t *testing.T) {
	end := listen(t, nil, answersTo(upgraded, false))
	url := listen(t, nil, func(p *peer) {
		_, _ = http.ReadRequest(p.br)
		p.write([]byte("HTTP/1.1 302 Found\r\nnonsense\r\nLocation: " + end + "\r\n\r\n"))
	})
	c := dial(t, Dialer{URL: url, FollowRedirects: 1, Policy: Policy{OnViolation: Observe}})
	if diff := cmp.Diff([]string{"RFC9112#5"}, rulesOf(c.Response().Violations)); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	all(c)
}

// TestDisputedDeflate goes on with permessage-deflate that is not what was offered: what the peer compresses is read, and
// we compress nothing. An extension of which we know nothing is not used.
func TestDisputedDeflate(t *testing.T) {
	const hello = "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00" // RFC 7692 section 7.2.3.1
	for _, tt := range []struct {
		offer   *DeflateOffer
		granted string
		used    bool
	}{
		{nil, "permessage-deflate", true},
		{nil, "permessage-deflate; client_max_window_bits", true},
		{&DeflateOffer{}, "permessage-deflate; client_max_window_bits=9", true},
		{&DeflateOffer{ServerNoContextTakeover: true}, "permessage-deflate", true},
		{&DeflateOffer{}, "permessage-deflate, permessage-deflate", true},
		{&DeflateOffer{}, "x-unasked, permessage-deflate", true},
		{&DeflateOffer{}, "permessage-deflate; unknown", false},
		{nil, "permessage-deflate; server_max_window_bits=7", false},
		{nil, "x-unasked", false},
		{&DeflateOffer{}, "", false},
	} {
		t.Run(fmt.Sprint(tt.offer, tt.granted), func(t *testing.T) {
			url := listen(t, nil, func(p *peer) {
				p.accept("Sec-WebSocket-Extensions: " + tt.granted + "\r\n")
				p.write([]byte(hello))
				h, payload := p.frame()
				if compressed := strings.HasPrefix(tt.granted, "x-"); !compressed && (h.rsv != 0 || string(payload) != "Hello, Hello, Hello") {
					t.Errorf("we sent rsv %d, %q", h.rsv, payload)
				}
				p.write(frameOctets(true, OpClose, "\x03\xe8"))
				p.frame()
			})
			c := dial(t, Dialer{URL: url, Deflate: tt.offer, Policy: Policy{OnViolation: Observe}})
			if got := rulesOf(c.Response().Violations); len(got) != 1 || got[0] != "RFC6455#9.1" {
				t.Errorf("rules = %v, want one RFC6455#9.1", got)
			}
			if _, err := c.Send(context.Background(), OpText, []byte("Hello, Hello, Hello"), SendOptions{}); err != nil {
				t.Fatal(err)
			}
			var messages, rules []string
			for _, ev := range all(c) {
				switch ev := ev.(type) {
				case *Message:
					messages = append(messages, string(ev.Data))
				case *Violation:
					rules = append(rules, ev.Rule)
				case *End:
					if ev.Clean {
						t.Error("the end is clean")
					}
				}
			}
			want, broken := []string{"Hello"}, []string(nil)
			if !tt.used {
				want, broken = []string{hello[2:]}, []string{"RFC6455#5.2", "RFC6455#8.1"}
			}
			if diff := cmp.Diff(want, messages); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(broken, rules); diff != "" {
				t.Errorf("rules of frames (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCleanAfterAViolation wants no end to be clean after a broken rule that was only observed, in both roles: in the
// handshake, in a frame, in the Close itself.
func TestCleanAfterAViolation(t *testing.T) {
	for name, octets := range map[string]string{
		"nothing wrong": string(frameOctets(true, OpClose, "\x03\xe8")),
		"reserved bits": "\xc1\x02hi" + string(frameOctets(true, OpClose, "\x03\xe8")),
		"a wrong code":  string(frameOctets(true, OpClose, "\x03\xe7")),
	} {
		url := listen(t, nil, func(p *peer) { p.accept(""); p.write([]byte(octets)); p.frame() })
		if end := lastEvent(dial(t, Dialer{URL: url, Policy: Policy{OnViolation: Observe}})); end.Clean != (name == "nothing wrong") {
			t.Errorf("%s: clean = %v", name, end.Clean)
		}
	}
	for _, edit := range []Edit{{}, {Drop: []string{"Sec-WebSocket-Version"}}} {
		ends := make(chan *End, 1)
		url := receive(t, Acceptor{Policy: Policy{OnViolation: Observe}}, func(r *Request) {
			c, err := r.Accept(context.Background(), Answer{})
			if err != nil {
				t.Errorf("Accept() = %v", err)
				return
			}
			if got := c.Response().Violations; len(got) != len(edit.Drop) {
				t.Errorf("violations = %v", got)
			}
			ends <- lastEvent(c)
		})
		c := dial(t, Dialer{URL: url, Edit: edit})
		_, _ = c.SendClose(context.Background(), 1000, "")
		lastEvent(c)
		if end := <-ends; end.Clean != (edit.Drop == nil) {
			t.Errorf("end = %+v, want it clean only if the request was right", end)
		}
	}
}
