package wire

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// clientOf opens a connection to a server of ours, over TLS if cfg is not nil, and makes a right handshake.
func clientOf(t *testing.T, url string, cfg *tls.Config) *peer {
	t.Helper()
	p := rawClient(t, strings.Replace(url, "wss:", "ws:", 1))
	if cfg != nil {
		cfg = cfg.Clone()
		cfg.ServerName = "127.0.0.1"
		p.tc = tls.Client(p.nc, cfg)
		p.br = bufio.NewReader(p.tc)
	}
	p.handshake()
	return p
}

// finish ends the client's streams as a client should.
func (p *peer) finish() {
	if p.tc != nil {
		_ = p.tc.CloseWrite()
	}
	_ = p.nc.(*net.TCPConn).CloseWrite()
}

// ended wants the server's stream to end without another frame.
func (p *peer) ended() {
	p.t.Helper()
	if h, payload, err := readFrame(p.br); !errors.Is(err, io.EOF) {
		p.t.Errorf("client: got %s %q, %v, want the end of the stream", h.opcode, payload, err)
	}
}

// TestServerEnds is the end of a connection as the server sees it. The server drops TCP first (RFC 6455 section
// 7.1.1), so a client that waits ends second.
func TestServerEnds(t *testing.T) {
	bye := maskedOctets(true, OpClose, "\x03\xe8")
	byUs := func(c *Conn) { _, _ = c.SendClose(context.Background(), 1001, "") }
	tests := []struct {
		name   string
		policy Policy
		server func(c *Conn)
		client func(p *peer)
		want   End
	}{
		{"client closes, server drops TCP", Policy{}, nil, func(p *peer) {
			p.write(bye)
			p.expect(OpClose, "\x03\xe8")
			p.ended()
			p.finish()
		}, End{Code: 1000, Clean: true, By: Peer, TCP: TCPFin, TCPBy: Us}},
		{"server closes, client answers", Policy{}, byUs, func(p *peer) {
			p.expect(OpClose, "\x03\xe9")
			p.write(maskedOctets(true, OpClose, "\x03\xe9"))
			p.ended()
			p.finish()
		}, End{Code: 1001, Clean: true, By: Us, TCP: TCPFin, TCPBy: Us}},
		{"server closes, client drops TCP without a Close", Policy{}, byUs, func(p *peer) {
			p.expect(OpClose, "\x03\xe9")
			p.finish()
		}, End{Code: NoClose, By: Us, TCP: TCPFin, TCPBy: Peer}},
		{"server answers by hand", Policy{CloseReply: AutoOff}, func(c *Conn) {
			c.Next()
			_, _ = c.SendClose(context.Background(), 1001, "")
		}, func(p *peer) {
			p.write(bye)
			p.expect(OpClose, "\x03\xe9")
			p.ended()
			p.finish()
		}, End{Code: 1000, Clean: true, By: Peer, TCP: TCPFin, TCPBy: Us}},
		{"client drops TCP with its Close", Policy{EndTCP: AutoOff}, nil, func(p *peer) {
			p.write(bye)
			_ = p.nc.(*net.TCPConn).CloseWrite()
			p.expect(OpClose, "\x03\xe8")
		}, End{Code: 1000, Clean: true, By: Peer, TCP: TCPFin, TCPBy: Peer}},
		{"client answers and drops TCP", Policy{EndTCP: AutoOff}, byUs, func(p *peer) {
			p.expect(OpClose, "\x03\xe9")
			p.write(maskedOctets(true, OpClose, "\x03\xe9"))
			_ = p.nc.(*net.TCPConn).CloseWrite()
			p.drain()
		}, End{Code: 1001, Clean: true, By: Us, TCP: TCPFin, TCPBy: Peer}},
		{"server keeps TCP, client waits", Policy{EndTCP: AutoOff}, nil, func(p *peer) {
			p.write(bye)
			p.expect(OpClose, "\x03\xe8")
			p.drain()
		}, End{Code: 1000, Clean: true, By: Peer, TCP: TCPTimeout, TCPBy: Us}},
		{"client keeps TCP", Policy{}, nil, func(p *peer) {
			p.write(bye)
			p.expect(OpClose, "\x03\xe8")
			p.ended()
			<-p.gone
		}, End{Code: 1000, Clean: true, By: Peer, TCP: TCPTimeout, TCPBy: Us}},
		{"client fails the connection inside our frame, and waits", Policy{}, func(c *Conn) {
			_, _ = c.SendBytes(context.Background(), []byte("\x81\x05ab"), Delivery{})
		}, func(p *peer) {
			p.write(maskedOctets(true, OpClose, "\x03\xea"))
			if b, err := io.ReadAll(p.br); string(b) != "\x81\x05ab" || err != nil {
				p.t.Errorf("client: read %q, %v", b, err)
			}
			p.finish()
		}, End{Code: 1002, By: Peer, TCP: TCPFin, TCPBy: Us}},
		{"client resets at the end", Policy{}, nil, func(p *peer) {
			p.write(bye)
			p.expect(OpClose, "\x03\xe8")
			p.ended()
			p.reset()
		}, End{Code: 1000, Clean: true, By: Peer, TCP: TCPReset, TCPBy: Us}},
		{"client drops TCP without a Close", Policy{}, nil, func(p *peer) { _ = p.nc.(*net.TCPConn).CloseWrite() },
			End{Code: NoClose, By: Peer, TCP: TCPFin, TCPBy: Peer}},
		{"client resets", Policy{}, nil, func(p *peer) { p.reset() }, End{Code: NoClose, By: Peer, TCP: TCPReset, TCPBy: Peer}},
		{"client drops TCP inside a header", Policy{}, nil, func(p *peer) {
			p.write([]byte{0x81})
			_ = p.nc.(*net.TCPConn).CloseWrite()
		}, End{Code: NoClose, By: Peer, TCP: TCPTruncated, TCPBy: Peer}},
		{"client drops TCP inside a payload", Policy{}, nil, func(p *peer) {
			p.write([]byte("\x81\x82abcdx"))
			_ = p.nc.(*net.TCPConn).CloseWrite()
		}, End{Code: NoClose, By: Peer, TCP: TCPTruncated, TCPBy: Peer}},
		{"client drops TCP between fragments", Policy{}, nil, func(p *peer) {
			p.write(maskedOctets(false, OpText, "a"))
			_ = p.nc.(*net.TCPConn).CloseWrite()
		}, End{Code: NoClose, By: Peer, TCP: TCPTruncated, TCPBy: Peer}},
		{"unmasked frame", Policy{}, nil, func(p *peer) {
			p.write(frameOctets(true, OpText, "a"))
			p.expect(OpClose, "\x03\xea")
			p.ended()
			p.finish()
		}, End{Code: NoClose, By: Us, TCP: TCPFin, TCPBy: Us}},
		{"unmasked frame after our Close", Policy{}, byUs, func(p *peer) {
			p.expect(OpClose, "\x03\xe9")
			p.write(frameOctets(true, OpText, "a"))
			p.ended()
			p.finish()
		}, End{Code: NoClose, By: Us, TCP: TCPFin, TCPBy: Us}},
		{"no reply to a Close", Policy{CloseReply: AutoOff}, nil, func(p *peer) {
			p.write(bye)
			p.finish()
			p.ended()
		}, End{Code: 1000, By: Peer, TCP: TCPFin, TCPBy: Peer}},
		{"dropped inside a frame", Policy{}, func(c *Conn) {
			_, _ = c.SendBytes(context.Background(), []byte("\x81\x05ab"), Delivery{})
			_ = c.Drop(DropFIN)
		}, func(p *peer) {
			if b, err := io.ReadAll(p.br); string(b) != "\x81\x05ab" || err != nil && p.tc == nil {
				p.t.Errorf("client: read %q, %v", b, err)
			}
		}, End{Code: NoClose, By: Us, TCP: TCPLocal, TCPBy: Us}},
		{"reset inside a frame", Policy{}, func(c *Conn) {
			_, _ = c.SendBytes(context.Background(), []byte("\x81\x05ab"), Delivery{})
			_ = c.Drop(DropRST)
		}, func(p *peer) {
			if _, err := io.Copy(io.Discard, p.br); !isReset(err) {
				p.t.Errorf("client: read ended with %v, want a reset", err)
			}
		}, End{Code: NoClose, By: Us, TCP: TCPLocal, TCPBy: Us}},
	}
	server, client := certificate(t)
	for _, tt := range tests {
		for _, secure := range []bool{false, true} {
			name, a, cfg := tt.name, Acceptor{Policy: tt.policy, Limits: Limits{CloseWait: 50 * time.Millisecond}}, client
			if secure {
				name, a.TLS = name+", TLS", server
			} else {
				cfg = nil
			}
			t.Run(name, func(t *testing.T) {
				ends, gone := make(chan *End, 1), make(chan struct{})
				url := receive(t, a, func(r *Request) {
					c := accept(t, r, Answer{})
					if tt.server != nil {
						tt.server(c)
					}
					ends <- lastEvent(c)
					close(gone)
				})
				p := clientOf(t, url, cfg)
				p.gone = gone
				tt.client(p)
				_ = p.nc.Close()
				got, want := <-ends, tt.want
				want.TLS, want.CloseNotify = secure, got.CloseNotify
				if diff := cmp.Diff(&want, got, withoutTimes); diff != "" {
					t.Errorf("end (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// TestServerCloseNotify has the client end TLS and TCP in both orders.
func TestServerCloseNotify(t *testing.T) {
	server, client := certificate(t)
	for _, notify := range []bool{false, true} {
		ends := make(chan *End, 1)
		url := receive(t, Acceptor{TLS: server}, func(r *Request) { ends <- lastEvent(accept(t, r, Answer{})) })
		p := clientOf(t, url, client)
		p.write(maskedOctets(true, OpClose, "\x03\xe8"))
		p.expect(OpClose, "\x03\xe8")
		p.ended() // close_notify of the server, else an unexpected end
		if notify {
			_ = p.tc.CloseWrite()
		}
		_ = p.nc.(*net.TCPConn).CloseWrite()
		if end := <-ends; end.CloseNotify != notify || !end.Clean || end.TCPBy != Us {
			t.Errorf("end = %+v, want close_notify %v", end, notify)
		}
	}
}

// TestPeerEndsFirst has the client's Close and the end of its stream come before we write anything: what we end then
// comes second.
func TestPeerEndsFirst(t *testing.T) {
	evs := recorded(t, opening{server: true}, func(t *testing.T, c *Conn, r *recorder) {
		r.in <- maskedOctets(true, OpClose, "\x03\xe8")
		r.end()
	})
	want := &End{Code: 1000, Clean: true, By: Peer, TCP: TCPFin, TCPBy: Peer}
	if diff := cmp.Diff(want, evs[len(evs)-1], withoutTimes); diff != "" {
		t.Errorf("end (-want +got):\n%s", diff)
	}
}

// reset is a connection that its peer resets after its Close, which we notice when we end our stream and then read.
type reset struct {
	net.Conn
	once   sync.Once
	closed chan struct{} // by us
}

func (r *reset) Read(p []byte) (int, error) {
	select {
	case <-r.closed:
		return 0, net.ErrClosed
	case <-time.After(time.Millisecond):
		return 0, syscall.ECONNRESET
	}
}

func (r *reset) Write(p []byte) (int, error)      { return len(p), nil }
func (r *reset) CloseWrite() error                { return syscall.ENOTCONN }
func (r *reset) SetReadDeadline(time.Time) error  { return nil }
func (r *reset) SetWriteDeadline(time.Time) error { return nil }
func (r *reset) Close() error                     { r.once.Do(func() { close(r.closed) }); return nil }

// TestResetBeforeOurEnd has the peer reset the connection just before we end our stream: that is no end of ours.
func TestResetBeforeOurEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tapped := &tap{Conn: &reset{closed: make(chan struct{})}}
		c := newConn(opening{
			server: true, limits: Limits{}.withDefaults(), transport: transport{Conn: tapped, raw: tapped},
			rest: maskedOctets(true, OpClose, "\x03\xe8"),
		})
		want := &End{Code: 1000, Clean: true, By: Peer, TCP: TCPReset, TCPBy: Us}
		if diff := cmp.Diff(want, lastEvent(c), withoutTimes); diff != "" {
			t.Errorf("end (-want +got):\n%s", diff)
		}
	})
}

// TestServerEndsPipe ends a transport that has no half to end: it is closed.
func TestServerEndsPipe(t *testing.T) {
	ends := make(chan *End, 2)
	netDial := func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			r, err := (&Acceptor{}).Receive(context.Background(), theirs)
			if err != nil {
				t.Errorf("Receive() = %v", err)
			}
			ends <- lastEvent(accept(t, r, Answer{}))
		}()
		return ours, nil
	}
	c := dial(t, Dialer{URL: "ws://peer.test", NetDial: netDial})
	_, _ = c.SendClose(context.Background(), 1000, "")
	if end := lastEvent(c); end.TCP != TCPFin || !end.Clean {
		t.Errorf("client: end = %+v, want fin, clean", end)
	}
	want := &End{Code: 1000, Clean: true, By: Peer, TCP: TCPLocal, TCPBy: Us}
	if diff := cmp.Diff(want, <-ends, withoutTimes); diff != "" {
		t.Errorf("server: end (-want +got):\n%s", diff)
	}
}
