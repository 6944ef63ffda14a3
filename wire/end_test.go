package wire

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// reset makes the server's socket send RST when it is closed.
func (p *peer) reset() { _ = p.nc.(*net.TCPConn).SetLinger(0); _ = p.nc.Close() }

func TestEnds(t *testing.T) {
	bye := frameOctets(true, OpClose, "\x03\xe8")
	tests := []struct {
		name   string
		script func(p *peer)
		want   End
	}{
		{"fin without close", func(p *peer) {}, End{Code: NoClose, By: Peer, TCP: TCPFin, TCPBy: Peer}},
		{"fin inside a header", func(p *peer) { p.write([]byte{0x82}) }, End{Code: NoClose, By: Peer, TCP: TCPTruncated, TCPBy: Peer}},
		{"fin inside a payload", func(p *peer) { p.write([]byte("\x82\x05abc")) }, End{Code: NoClose, By: Peer, TCP: TCPTruncated, TCPBy: Peer}},
		{"fin after a header", func(p *peer) { p.write([]byte("\x82\x05")) }, End{Code: NoClose, By: Peer, TCP: TCPTruncated, TCPBy: Peer}},
		{"fin between fragments", func(p *peer) { p.write(frameOctets(false, OpBinary, "ab")) }, End{Code: NoClose, By: Peer, TCP: TCPTruncated, TCPBy: Peer}},
		{"reset", func(p *peer) { p.reset() }, End{Code: NoClose, By: Peer, TCP: TCPReset, TCPBy: Peer}},
		{"reset inside a payload", func(p *peer) {
			p.write(append(frameOctets(true, OpPing, ""), "\x82\x05abc"...))
			p.expect(OpPong, "") // all of it was read
			p.reset()
		}, End{Code: NoClose, By: Peer, TCP: TCPReset, TCPBy: Peer}},
		{"close and fin at once", func(p *peer) {
			p.write(bye)
			_ = p.nc.(*net.TCPConn).CloseWrite()
			p.drain()
		}, End{Code: 1000, Clean: true, By: Peer, TCP: TCPFin, TCPBy: Peer}},
		{"close inside a fragmented message", func(p *peer) {
			p.write(frameOctets(false, OpBinary, "ab"))
			p.write(bye)
			p.expect(OpClose, "\x03\xe8")
		}, End{Code: 1000, Clean: true, By: Peer, TCP: TCPFin, TCPBy: Peer}},
		{"close without code", func(p *peer) {
			p.write(frameOctets(true, OpClose, ""))
			p.expect(OpClose, "")
		}, End{Code: NoCode, Clean: true, By: Peer, TCP: TCPFin, TCPBy: Peer}},
		{"close and no fin", func(p *peer) {
			p.write(bye)
			p.expect(OpClose, "\x03\xe8")
			p.drain()
		}, End{Code: 1000, Clean: true, By: Peer, TCP: TCPTimeout, TCPBy: Us}},
		{"close and reset", func(p *peer) {
			p.write(bye)
			p.expect(OpClose, "\x03\xe8")
			p.reset()
		}, End{Code: 1000, Clean: true, By: Peer, TCP: TCPReset, TCPBy: Peer}},
		{"violation", func(p *peer) {
			p.write([]byte("\x83\x00"))
			p.expect(OpClose, "\x03\xea")
		}, End{Code: NoClose, By: Us, TCP: TCPFin, TCPBy: Peer}},
	}
	server, client := certificate(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, secure := range []bool{false, true} {
				d := Dialer{TLS: client, Limits: Limits{CloseWait: 50 * time.Millisecond}}
				var cfg *tls.Config
				if secure {
					cfg = server
				}
				d.URL = listen(t, cfg, func(p *peer) { p.accept(""); tt.script(p) })
				want := tt.want
				want.TLS = secure
				if diff := cmp.Diff(&want, lastEvent(dial(t, d)), withoutTimes); diff != "" {
					t.Errorf("TLS %v: end (-want +got):\n%s", secure, diff)
				}
			}
		})
	}
}

func TestTLSEnds(t *testing.T) {
	bye := frameOctets(true, OpClose, "\x03\xe8")
	server, client := certificate(t)
	tests := []struct {
		name   string
		script func(p *peer)
		want   End
		err    bool
	}{
		{"close_notify and no fin", func(p *peer) {
			p.write(bye)
			p.expect(OpClose, "\x03\xe8")
			_ = p.tc.CloseWrite()
			_, _ = io.Copy(io.Discard, p.nc)
		}, End{Code: 1000, Clean: true, By: Peer, TCP: TCPTimeout, TCPBy: Us, CloseNotify: true}, true},
		{"close_notify and reset", func(p *peer) {
			_ = p.tc.CloseWrite()
			p.reset()
		}, End{Code: NoClose, By: Peer, TCP: TCPReset, TCPBy: Peer, CloseNotify: true}, true},
		{"close_notify inside a frame", func(p *peer) {
			p.write([]byte("\x82\x05abc"))
			_ = p.tc.CloseWrite()
		}, End{Code: NoClose, By: Peer, TCP: TCPTruncated, TCPBy: Peer, CloseNotify: true}, true},
		{"fin inside a record", func(p *peer) {
			_, _ = p.nc.Write([]byte("\x17\x03\x03\x00\x20abc"))
		}, End{Code: NoClose, By: Peer, TCP: TCPTruncated, TCPBy: Peer}, true},
		{"fin inside a record's head", func(p *peer) {
			_, _ = p.nc.Write([]byte("\x17\x03"))
		}, End{Code: NoClose, By: Peer, TCP: TCPTruncated, TCPBy: Peer}, true},
		{"record that is not ours, then fin", func(p *peer) {
			_, _ = p.nc.Write([]byte("\x17\x03\x03\x00\x20" + strings.Repeat("x", 32)))
			_ = p.nc.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, p.nc)
		}, End{Code: NoClose, By: Peer, TCP: TCPFin, TCPBy: Peer}, true},
		{"fin without close_notify", func(p *peer) {}, End{Code: NoClose, By: Peer, TCP: TCPFin, TCPBy: Peer}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			url := listen(t, server, func(p *peer) { p.accept(""); tt.script(p) })
			got := lastEvent(dial(t, Dialer{URL: url, TLS: client, Limits: Limits{CloseWait: 50 * time.Millisecond}}))
			tt.want.TLS = true
			if diff := cmp.Diff(&tt.want, got, withoutTimes); diff != "" {
				t.Errorf("end (-want +got):\n%s", diff)
			}
			if (got.Err != nil) != tt.err {
				t.Errorf("Err = %v, want one %v", got.Err, tt.err)
			}
		})
	}
}

func TestTruncationIsTold(t *testing.T) {
	url := listen(t, nil, func(p *peer) { p.accept(""); p.write(append([]byte("\x82\x7e\x02\x80"), make([]byte, 512)...)) })
	const want = "stream ended after 512 of 640 octets of a binary frame"
	if end := lastEvent(dial(t, Dialer{URL: url})); end.Err == nil || end.Err.Error() != want {
		t.Errorf("Err = %v, want %s", end.Err, want)
	}
}

// held is a connection whose writes are held back until they are let go at once.
type held struct {
	net.Conn
	octets *bytes.Buffer // nil: not held
}

func (h *held) Write(p []byte) (int, error) {
	if h.octets != nil {
		return h.octets.Write(p)
	}
	return h.Conn.Write(p)
}

// TestLastOctetsWithEnd sends the last frames, close_notify and FIN in one segment: nothing of it may be lost. Under
// TLS 1.2 the last octets and the end come out of a single read.
func TestLastOctetsWithEnd(t *testing.T) {
	t.Run("TLS 1.2", func(t *testing.T) { testLastOctetsWithEnd(t, tls.VersionTLS12) })
	t.Run("TLS 1.3", func(t *testing.T) { testLastOctetsWithEnd(t, tls.VersionTLS13) })
}

func testLastOctetsWithEnd(t *testing.T, version uint16) {
	server, client := certificate(t)
	server.MaxVersion = version
	url := listen(t, nil, func(p *peer) {
		h := &held{Conn: p.nc}
		p.tc = tls.Server(h, server)
		p.br = bufio.NewReader(p.tc)
		p.accept("")
		h.octets = new(bytes.Buffer)
		p.write(frameOctets(true, OpText, "last words"))
		p.write(frameOctets(true, OpClose, "\x03\xe8"))
		_ = p.tc.CloseWrite()
		_ = p.nc.SetWriteDeadline(time.Time{}) // CloseWrite has ended writing
		_, _ = p.nc.Write(h.octets.Bytes())
		_ = p.nc.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, p.nc)
	})
	got := all(dial(t, Dialer{URL: strings.Replace(url, "ws:", "wss:", 1), TLS: client}))
	want := []Event{
		frameOf(true, OpText, "last words"),
		&Message{Data: []byte("last words"), Fragments: 1},
		frameOf(true, OpClose, "\x03\xe8"),
		&End{Code: 1000, Clean: true, By: Peer, TCP: TCPFin, TCPBy: Peer, TLS: true, CloseNotify: true},
	}
	if diff := cmp.Diff(want, got, withoutTimes); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
