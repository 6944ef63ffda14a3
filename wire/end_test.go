package wire

import (
	"crypto/tls"
	"net"
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
		{"fin without close", func(p *peer) {}, End{Code: NoClose, By: Peer, TCP: TCPFin}},
		{"fin inside a header", func(p *peer) { p.write([]byte{0x82}) }, End{Code: NoClose, By: Peer, TCP: TCPTruncated}},
		{"fin inside a payload", func(p *peer) { p.write([]byte("\x82\x05abc")) }, End{Code: NoClose, By: Peer, TCP: TCPTruncated}},
		{"fin after a header", func(p *peer) { p.write([]byte("\x82\x05")) }, End{Code: NoClose, By: Peer, TCP: TCPTruncated}},
		{"fin between fragments", func(p *peer) { p.write(frameOctets(false, OpBinary, "ab")) }, End{Code: NoClose, By: Peer, TCP: TCPTruncated}},
		{"reset", func(p *peer) { p.reset() }, End{Code: NoClose, By: Peer, TCP: TCPReset}},
		{"close and fin at once", func(p *peer) {
			p.write(bye)
			_ = p.nc.(*net.TCPConn).CloseWrite()
			p.drain()
		}, End{Code: 1000, Clean: true, By: Peer, TCP: TCPFin}},
		{"close without code", func(p *peer) {
			p.write(frameOctets(true, OpClose, ""))
			p.expect(OpClose, "")
		}, End{Code: NoCode, Clean: true, By: Peer, TCP: TCPFin}},
		{"close and no fin", func(p *peer) {
			p.write(bye)
			p.expect(OpClose, "\x03\xe8")
			p.drain()
		}, End{Code: 1000, Clean: true, By: Peer, TCP: TCPTimeout}},
		{"close and reset", func(p *peer) {
			p.write(bye)
			p.expect(OpClose, "\x03\xe8")
			p.reset()
		}, End{Code: 1000, Clean: true, By: Peer, TCP: TCPReset}},
		{"violation", func(p *peer) {
			p.write([]byte("\x83\x00"))
			p.expect(OpClose, "\x03\xea")
		}, End{Code: NoClose, By: Us, TCP: TCPFin}},
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
