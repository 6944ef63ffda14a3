package wire

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// upgraded is the final answer in the tables below; KEY stands for the right Sec-WebSocket-Accept.
const upgraded = "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY||"

const hints = "HTTP/1.1 103 Early Hints|Link: </a>; rel=preload||"

// answersTo gives octets as the answer to a handshake, whole or octet by octet, with a frame right behind them.
func answersTo(octets string, dribble bool) func(p *peer) {
	return func(p *peer) {
		req, err := http.ReadRequest(p.br)
		if err != nil {
			return
		}
		octets := strings.ReplaceAll(octets, "KEY", AcceptFor(req.Header.Get("Sec-WebSocket-Key")))
		left := append([]byte(strings.ReplaceAll(octets, "|", "\r\n")), frameOctets(true, OpText, "hi")...)
		for len(left) > 0 {
			n := len(left)
			if dribble {
				n = 1
			}
			if _, err := p.nc.Write(left[:n]); err != nil {
				return
			}
			left = left[n:]
		}
		_ = p.nc.(*net.TCPConn).CloseWrite()
		p.drain()
	}
}

// TestInterim reads on past interim responses to the final one, whichever that is.
func TestInterim(t *testing.T) {
	tests := []struct {
		name, octets string
		status       int    // of the final answer
		kind, text   string // of the error, where none opens
	}{
		{"100", "HTTP/1.1 100 Continue||" + upgraded, 101, "", ""},
		{"102", "HTTP/1.1 102 Processing||" + upgraded, 101, "", ""},
		{"103", hints + upgraded, 101, "", ""},
		{"104, of which nobody knows", "HTTP/1.1 104 Upload Resumption||" + upgraded, 101, "", ""},
		{"several", "HTTP/1.1 100 C||" + hints + "HTTP/1.1 102 P||" + hints + upgraded, 101, "", ""},
		{"as many as are allowed", strings.Repeat("HTTP/1.1 102 P||", 100) + upgraded, 101, "", ""},
		{"one more", strings.Repeat("HTTP/1.1 102 P||", 101) + upgraded, 0, KindLimit, "more than 100 interim responses, the last with status 102"},
		{"too many octets", strings.Repeat("HTTP/1.1 103 P|X: "+strings.Repeat("x", 1000)+"||", 65) + upgraded, 0, KindLimit, "heads of more than 65536 octets"},
		{"a refusal", hints + "HTTP/1.1 403 No|Content-Length: 2||no", 403, KindHandshake, "server answered 403"},
		{"a redirect that is not followed", hints + "HTTP/1.1 302 Found|Location: /x||", 302, KindHandshake, "server answered 302"},
		{"an end", hints, 0, KindHandshake, "ended after 4 octets, hex 81026869"},
		{"a 101 that breaks a rule", hints + "HTTP/1.1 101 X|Upgrade: websocket|Connection: Upgrade||", 101, KindProtocol, "Sec-WebSocket-Accept"},
		{"a malformed line in one", "HTTP/1.1 103 X|foo||" + upgraded, 0, KindProtocol, "malformed header line"},
		{"a length in one", "HTTP/1.1 103 X|Content-Length: 0||" + upgraded, 0, KindProtocol, `Content-Length is "0" in a response with status 103`},
		{"an encoding in one", "HTTP/1.1 100 X|Transfer-Encoding: chunked||" + upgraded, 0, KindProtocol, "Transfer-Encoding is"},
		{"a length in a refusal", "HTTP/1.1 403 X|Content-Length: 0||", 403, KindHandshake, "server answered 403"},
		{"a malformed status line in one", "HTTP/1.1 1O3 X||" + upgraded, 0, KindProtocol, "malformed status line"},
		{"a second 101 is no answer any more", upgraded + upgraded, 101, "", ""},
	}
	for _, tt := range tests {
		for _, dribble := range []bool{false, true} {
			t.Run(fmt.Sprint(tt.name, dribble), func(t *testing.T) {
				d := Dialer{URL: listen(t, nil, answersTo(tt.octets, dribble))}
				if tt.kind != "" {
					bad := dialError(t, d)
					if bad.Kind != tt.kind || bad.Status != tt.status || !strings.Contains(bad.Error(), tt.text) {
						t.Errorf("Dial() = %v with status %d, want %s, %d, %q", bad, bad.Status, tt.kind, tt.status, tt.text)
					}
					return
				}
				c := dial(t, d)
				if got := c.Response(); got.Status != tt.status || len(got.Header) != 3 {
					t.Errorf("Response() = %+v, want that of the final answer", got)
				}
				if m, ok := all(c)[1].(*Message); strings.Count(tt.octets, "101") == 1 && (!ok || string(m.Data) != "hi") {
					t.Error("the frame behind the head is not the first event")
				}
			})
		}
	}
}

// TestInterimIsBounded meets peers that never come to a final answer, fast and slow.
func TestInterimIsBounded(t *testing.T) {
	endless := listen(t, nil, func(p *peer) {
		_, _ = http.ReadRequest(p.br)
		for {
			if _, err := p.nc.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n")); err != nil {
				return
			}
		}
	})
	if bad := dialError(t, Dialer{URL: endless}); bad.Kind != KindLimit || bad.Rule != LimitInterim || !strings.Contains(bad.Error(), "more than 100 interim") {
		t.Errorf("Dial() = %v, want that there were too many", bad)
	}
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		netDial, wait := pipeDialer(t, func(p *peer) {
			_, _ = http.ReadRequest(p.br)
			for {
				<-time.After(time.Second)
				if _, err := p.nc.Write([]byte("HTTP/1.1 102 Processing\r\n\r\n")); err != nil {
					return
				}
			}
		})
		_, err := (&Dialer{URL: "ws://peer.test", Timeout: 7 * time.Second, NetDial: netDial}).Dial(context.Background())
		if bad, ok := err.(*DialError); !ok || bad.Kind != KindTimeout || time.Since(start) != 7*time.Second {
			t.Errorf("Dial() = %v after %v, want a timeout after 7s", err, time.Since(start))
		}
		wait()
	})
}

// TestInterimOfAProxy gives interim responses before the proxy's answer, and before that of the server behind it.
func TestInterimOfAProxy(t *testing.T) {
	for _, tt := range []struct {
		answers string // both, in one segment
		kind    string
		status  int
	}{
		{"HTTP/1.1 100 C||" + hints + "HTTP/1.1 200 OK||" + hints + "HTTP/1.1 418 Tea|Content-Length: 0||", KindHandshake, 418},
		{hints + "HTTP/1.1 407 No|Content-Length: 0||", KindHandshake, 407},
		{hints + "HTTP/1.1 101 X|Upgrade: websocket||", KindHandshake, 101}, // is no tunnel
		{"garbage||", KindProtocol, 0},
		{"HTTP/1.1 200 OK|Content-Length: 5|Transfer-Encoding: chunked||HTTP/1.1 418 Tea|Content-Length: 0||", KindHandshake, 418}, // RFC 9110 section 9.3.6: to be ignored
	} {
		netDial, wait := pipeDialer(t, func(p *peer) {
			if req, err := http.ReadRequest(p.br); err != nil || req.Header.Get("Proxy-Authorization") != "" {
				t.Errorf("the proxy was asked %v, %v", req, err)
			}
			p.write([]byte(strings.ReplaceAll(tt.answers, "|", "\r\n")))
			_, _ = http.ReadRequest(p.br)
		})
		_, err := (&Dialer{URL: "ws://target.test/", Proxy: &url.URL{Scheme: "http", Host: "proxy.test"}, NetDial: netDial}).Dial(context.Background())
		if bad, ok := err.(*DialError); !ok || bad.Kind != tt.kind || bad.Status != tt.status {
			t.Errorf("Dial() = %v, want %s with status %d", err, tt.kind, tt.status)
		}
		wait()
	}
}

// TestContinue has a server that answers 100 before it has read all of the request, which is written to its end.
func TestContinue(t *testing.T) {
	netDial, wait := pipeDialer(t, func(p *peer) {
		if _, err := p.br.ReadString('\n'); err != nil {
			t.Errorf("read: %v", err)
		}
		p.write([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
		for line := ""; line != "\r\n"; {
			var err error
			if line, err = p.br.ReadString('\n'); err != nil {
				t.Errorf("read: %v", err)
				return
			}
		}
		p.write([]byte("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"))
	})
	_, err := (&Dialer{URL: "ws://target.test/", NetDial: netDial, Edit: Edit{Delivery: Delivery{Chop: 10}}}).Dial(context.Background())
	if bad, ok := err.(*DialError); !ok || bad.Status != 403 {
		t.Errorf("Dial() = %v, want status 403", err)
	}
	wait()
}
