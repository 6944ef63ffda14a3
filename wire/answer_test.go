package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAnswerOctets(t *testing.T) {
	const acceptLine = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
	const start = "HTTP/1.1 101 Switching Protocols|Upgrade: websocket|Connection: Upgrade|"
	tests := []struct {
		name   string
		answer Answer
		want   string
		status int
	}{
		{"plain", Answer{}, start + acceptLine + "||", 101},
		{"subprotocol never asked for", Answer{Subprotocol: "x"}, start + acceptLine + "|Sec-WebSocket-Protocol: x||", 101},
		{"compression never offered", Answer{Deflate: &Deflate{ServerNoContextTakeover: true, ClientMaxWindowBits: 9}},
			start + acceptLine + "|Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_max_window_bits=9||", 101},
		{"wrong accept key", Answer{Header: []Field{{"sec-websocket-accept", "x"}}}, start + "sec-websocket-accept: x||", 101},
		{"accept key twice", Answer{Edit: Edit{Repeat: []string{"Sec-WebSocket-Accept"}}}, start + acceptLine + "|" + acceptLine + "||", 101},
		{"no accept key", Answer{Edit: Edit{Drop: []string{"Sec-WebSocket-Accept"}}}, start + "|", 101},
		{"status line", Answer{Edit: Edit{StartLine: "HTTP/1.0 200 Fine"}}, "HTTP/1.0 200 Fine|Upgrade: websocket|Connection: Upgrade|" + acceptLine + "||", 200},
		{"frames behind it", Answer{Edit: Edit{After: []byte("\x81\x00")}}, start + acceptLine + "||\x81\x00", 101},
		{"by hand", Answer{Edit: Edit{Head: []byte("\x00HTTP/1.1 101 X\r\n\r\n")}}, "\x00HTTP/1.1 101 X||", 0},
		{"nothing", Answer{Edit: Edit{Head: []byte{}}}, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, chop := range []int{0, 1} {
				tt.answer.Edit.Delivery.Chop = chop
				ends := make(chan *End, 1)
				url := receive(t, Acceptor{}, func(r *Request) {
					c := accept(t, r, tt.answer)
					h := c.Response()
					if h.Status != tt.status {
						t.Errorf("status = %d, want %d", h.Status, tt.status)
					}
					if h.First.IsZero() || !h.First.Equal(r.First) {
						t.Errorf("the request came at %s, want %s", h.First, r.First)
					}
					ends <- lastEvent(c)
				})
				p := rawClient(t, url)
				p.write([]byte(strings.ReplaceAll(rightRequest, "|", "\r\n") + "\r\n\r\n"))
				_ = p.nc.(*net.TCPConn).CloseWrite()
				got, err := io.ReadAll(p.nc)
				if want := strings.ReplaceAll(tt.want, "|", "\r\n"); err != nil || string(got) != want {
					t.Errorf("answer = %q, %v, want %q", got, err, want)
				}
				if end := <-ends; end.By != Peer || end.TCP != TCPFin || end.Code != NoClose {
					t.Errorf("end = %+v, want an end of TCP by the peer", end)
				}
			}
		})
	}
}

// TestAnswerRefused has our client judge answers of ours: each wrong one is refused, and the server sees that.
func TestAnswerRefused(t *testing.T) {
	for name, a := range map[string]Answer{
		"wrong key":   {Header: []Field{{"Sec-WebSocket-Accept", "x"}}},
		"subprotocol": {Subprotocol: "x"},
		"compression": {Deflate: &Deflate{}},
		"LF":          {Edit: Edit{LineEnd: "\n"}},
	} {
		url := receive(t, Acceptor{}, func(r *Request) {
			if end := lastEvent(accept(t, r, a)); end.By != Peer || end.Code != NoClose || end.TCPBy != Peer {
				t.Errorf("%s: end = %+v, want it by the peer", name, end)
			}
		})
		if bad := dialError(t, Dialer{URL: url}); bad.Kind != KindProtocol {
			t.Errorf("%s: Dial() = %v, want kind %s", name, bad, KindProtocol)
		}
	}
}

func TestAcceptRefuses(t *testing.T) {
	r, err := receiveOctets(editedRequest(Edit{}), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, bits := range []int{7, 16, -2} {
		if _, err := r.Accept(context.Background(), Answer{Deflate: &Deflate{ServerMaxWindowBits: bits}}); err == nil {
			t.Errorf("Accept() with a window of %d bits = nil, want an error", bits)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.Accept(ctx, Answer{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Accept() after ctx = %v, want %v", err, context.Canceled)
	}
}

func TestGrant(t *testing.T) {
	for _, o := range []DeflateOffer{
		{}, {ServerNoContextTakeover: true, ClientNoContextTakeover: true, ServerMaxWindowBits: 9, ClientMaxWindowBits: 10}, {ClientMaxWindowBits: AnyWindow},
	} {
		response, err := parseExtensions([]string{o.Grant().String()})
		if err != nil {
			t.Fatal(err)
		}
		params, err := deflateParams(response[0])
		if err != nil {
			t.Fatal(err)
		}
		if d, err := o.accept(params); err != nil || *d != *o.Grant().whole() {
			t.Errorf("accept(Grant()) of %v = %+v, %v", o, d, err)
		}
	}
}

func TestRefuse(t *testing.T) {
	server, client := certificate(t)
	for _, cfg := range []*tls.Config{nil, server} {
		url := receive(t, Acceptor{TLS: cfg}, func(r *Request) {
			if (r.TLS != nil) != (cfg != nil) {
				t.Errorf("TLS = %v, want it as it was made", r.TLS)
			}
			err := r.Refuse(context.Background(), Refusal{
				Status: 403, Header: []Field{{"X-Why", "because"}, {"connection", "Close"}}, Body: []byte("go away"), Edit: Edit{Delivery: Delivery{Chop: 5}},
			})
			if err != nil {
				t.Errorf("Refuse() = %v", err)
			}
		})
		bad := dialError(t, Dialer{URL: url, TLS: client})
		if bad.Kind != KindHandshake || bad.Status != 403 || fields(bad.Header).values("X-Why")[0] != "because" || string(bad.Body) != "go away" {
			t.Errorf("Dial() = %+v", bad)
		}
		if diff := cmp.Diff([]string{"Close"}, fields(bad.Header).values("Connection")); diff != "" {
			t.Errorf("Connection (-want +got):\n%s", diff)
		}
	}
	r, err := receiveOctets(editedRequest(Edit{}), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Refuse(context.Background(), Refusal{Status: 99}); err == nil {
		t.Error("Refuse(99) = nil, want an error")
	}
}

// TestRefusalEnds refuses a client that leaves its own stream open: ours ends at once.
func TestRefusalEnds(t *testing.T) {
	url := receive(t, Acceptor{Limits: Limits{CloseWait: time.Hour}}, func(r *Request) {
		if err := r.Refuse(context.Background(), Refusal{Status: 404}); err != nil {
			t.Errorf("Refuse() = %v", err)
		}
	})
	p := rawClient(t, url)
	p.write(editedRequest(Edit{}))
	got, err := io.ReadAll(p.nc)
	if want := "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"; err != nil || string(got) != want {
		t.Errorf("read %q, %v, want %q", got, err, want)
	}
	_ = p.nc.Close()
}

// TestCoalesced sends frames together with each side's handshake.
func TestCoalesced(t *testing.T) {
	ends := make(chan []Event, 1)
	url := receive(t, Acceptor{}, func(r *Request) {
		c, err := r.Accept(context.Background(), Answer{Edit: Edit{After: frameOctets(true, OpClose, "\x03\xe8")}})
		if err != nil {
			t.Errorf("Accept() = %v", err)
			return
		}
		ends <- all(c)
	})
	c := dial(t, Dialer{URL: url, Edit: Edit{After: maskedOctets(true, OpText, "early")}})
	if end := lastEvent(c); end.By != Peer || !end.Clean {
		t.Errorf("client: end = %+v, want clean by the peer", end)
	}
	evs := <-ends
	if m, ok := evs[1].(*Message); !ok || string(m.Data) != "early" {
		t.Errorf("server: events = %v, want the message behind the request", evs)
	}
	if end := evs[len(evs)-1].(*End); end.By != Us || end.Code != 1000 {
		t.Errorf("server: end = %+v, want it by us", end)
	}
}

func TestDropRequest(t *testing.T) {
	if r, err := receiveOctets(editedRequest(Edit{}), nil); err != nil || r.Drop("gently") == nil {
		t.Errorf("Receive() = %v, or Drop(gently) = nil", err)
	}
	for _, how := range []How{DropFIN, DropRST} {
		url := receive(t, Acceptor{}, func(r *Request) {
			if err := r.Drop(how); err != nil {
				t.Errorf("Drop(%s) = %v", how, err)
			}
		})
		if bad := dialError(t, Dialer{URL: url}); bad.Kind != KindHandshake || isReset(bad) != (how == DropRST) {
			t.Errorf("Dial() = %v, want an end by %s", bad, how)
		}
	}
}

// TestNoAnswer stays silent, and tells when and how the client gives up.
func TestNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ends := make(chan *End, 1)
		netDial := func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() {
				r, err := (&Acceptor{}).Receive(context.Background(), theirs)
				if err != nil {
					t.Errorf("Receive() = %v", err)
				}
				ends <- lastEvent(accept(t, r, Answer{Edit: Edit{Head: []byte{}}}))
			}()
			return ours, nil
		}
		start := time.Now()
		if bad := dialError(t, Dialer{URL: "ws://peer.test", NetDial: netDial, Timeout: 3 * time.Second}); bad.Kind != KindTimeout {
			t.Errorf("Dial() = %v, want kind %s", bad, KindTimeout)
		}
		if end := <-ends; end.By != Peer || end.At.Sub(start) != 3*time.Second {
			t.Errorf("end = %+v, want it by the peer after 3s", end)
		}
	})
}

// TestNothingBehindNoAnswer has a client speak frames, or anything else, to a server that has answered no 101: no frame
// comes back by itself, whatever the policy, and TCP ends where a Close would have.
func TestNothingBehindNoAnswer(t *testing.T) {
	answers := map[string]struct {
		edit   Edit
		octets string // that the client gets
		status int
	}{
		"nothing":    {Edit{Head: []byte{}}, "", 0},
		"200":        {Edit{Head: []byte("HTTP/1.1 200 OK\r\n\r\n")}, "HTTP/1.1 200 OK\r\n\r\n", 200},
		"hints only": {Edit{Head: []byte("HTTP/1.1 103 H\r\n\r\n")}, "HTTP/1.1 103 H\r\n\r\n", 103},
		"garbage":    {Edit{Head: []byte("SSH-2.0")}, "SSH-2.0", 0},
	}
	frames := map[string]string{
		"a ping":          string(maskedOctets(true, OpPing, "?")),
		"a Close":         string(maskedOctets(true, OpClose, "\x03\xe8")),
		"another request": "GET / HTTP/1.1\r\n\r\n",
		"a wrong frame":   "\x81\x00",
	}
	for name, answer := range answers {
		for what, octets := range frames {
			for _, policy := range []Policy{{}, {OnViolation: Observe}} {
				synctest.Test(t, func(t *testing.T) {
					ours, theirs := net.Pipe()
					ended := make(chan *End)
					go func() {
						r, err := (&Acceptor{Policy: policy}).Receive(t.Context(), theirs)
						if err != nil {
							t.Errorf("Receive() = %v", err)
							return
						}
						c := accept(t, r, Answer{Edit: answer.edit})
						if c.Upgraded() || c.Response().Status != answer.status {
							t.Errorf("%s: upgraded %v, status %d, want %d", name, c.Upgraded(), c.Response().Status, answer.status)
						}
						ended <- lastEvent(c)
					}()
					got := make(chan string)
					go func() {
						all, _ := io.ReadAll(ours)
						got <- string(all)
					}()
					_, _ = ours.Write(editedRequest(Edit{}))
					_, _ = ours.Write([]byte(octets))
					<-time.After(3 * time.Second)
					_ = ours.Close()
					if end := <-ended; end.Clean {
						t.Errorf("%s, %s: the end is clean", name, what)
					}
					if octets := <-got; octets != answer.octets {
						t.Errorf("%s, %s: the client got %q, want %q", name, what, octets, answer.octets)
					}
				})
			}
		}
	}
}

// TestAnswerBehindHints reads an answer of ours back that interim ones stand before: it opens.
func TestAnswerBehindHints(t *testing.T) {
	url := receive(t, Acceptor{}, func(r *Request) {
		c := accept(t, r, Answer{Subprotocol: "p", Edit: Edit{StartLine: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 101 X"}})
		if h := c.Response(); !c.Upgraded() || h.Status != 101 || len(h.Header) != 4 {
			t.Errorf("upgraded %v, response = %+v", c.Upgraded(), h)
		}
		if end := lastEvent(c); !end.Clean {
			t.Errorf("end = %+v, want it clean", end)
		}
	})
	c := dial(t, Dialer{URL: url, Protocols: []string{"p"}})
	if !c.Upgraded() {
		t.Error("the client is not upgraded")
	}
	_, _ = c.SendClose(context.Background(), 1000, "")
	lastEvent(c)
}
