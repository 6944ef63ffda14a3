package wire

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/http"
	"testing"
	"time"
)

// peer is the other side of one connection, the server's unless it says so, spoken octet by octet.
type peer struct {
	t  *testing.T
	nc net.Conn
	tc *tls.Conn // nil over plain TCP
	br *bufio.Reader

	client bool            // it speaks as the client
	gone   <-chan struct{} // closed when our side has ended
}

// accept answers the opening handshake with 101 and the given extra lines.
func (p *peer) accept(extra string) {
	p.t.Helper()
	req, err := http.ReadRequest(p.br)
	if err != nil {
		p.t.Errorf("server: read request: %v", err)
		return
	}
	p.write([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: " + AcceptFor(req.Header.Get("Sec-WebSocket-Key")) + "\r\n" + extra + "\r\n"))
}

func (p *peer) write(b []byte) {
	p.t.Helper()
	w := io.Writer(p.nc)
	if p.tc != nil {
		w = p.tc
	}
	if _, err := w.Write(b); err != nil {
		p.t.Errorf("server: write: %v", err)
	}
}

// frame reads one frame.
func (p *peer) frame() (header, []byte) {
	p.t.Helper()
	h, payload, err := readFrame(p.br)
	if err != nil {
		p.t.Errorf("server: read frame: %v", err)
	}
	if h.masked == p.client {
		p.t.Errorf("peer: got a frame masked %v", h.masked)
	}
	return h, payload
}

// expect reads one frame and holds it against opcode and payload.
func (p *peer) expect(op Opcode, payload string) {
	p.t.Helper()
	if h, got := p.frame(); h.opcode != op || string(got) != payload {
		p.t.Errorf("server: got %s %q, want %s %q", h.opcode, got, op, payload)
	}
}

// drain reads until the client ends its stream.
func (p *peer) drain() { _, _ = io.Copy(io.Discard, p.br) }

func readFrame(r io.Reader) (header, []byte, error) {
	var b []byte
	for {
		h, size, ok := parseHeader(b)
		if ok {
			payload := make([]byte, h.length)
			if _, err := io.ReadFull(r, payload); err != nil {
				return h, nil, err
			}
			if h.masked {
				applyMask(payload, h.mask, 0)
			}
			return h, payload, nil
		}
		more := make([]byte, size-len(b))
		if _, err := io.ReadFull(r, more); err != nil {
			return h, nil, err
		}
		b = append(b, more...)
	}
}

// frameOctets is an unmasked frame.
func frameOctets(fin bool, op Opcode, payload string) []byte {
	n := uint64(len(payload))
	return append(appendHeader(nil, header{fin: fin, opcode: op, form: minimalForm(n), length: n}), payload...)
}

// listen runs script for each connection to a socket of its own and returns its URL. The test waits for the scripts.
func listen(t *testing.T, cfg *tls.Config, script func(p *peer)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			serve(t, nc, cfg, script)
		}
	}()
	t.Cleanup(func() { _ = ln.Close(); <-done })
	scheme := "ws://"
	if cfg != nil {
		scheme = "wss://"
	}
	return scheme + ln.Addr().String() + "/"
}

func serve(t *testing.T, nc net.Conn, cfg *tls.Config, script func(p *peer)) {
	defer nc.Close()
	_ = nc.SetDeadline(time.Now().Add(10 * time.Second))
	p := &peer{t: t, nc: nc, br: bufio.NewReader(nc)}
	if cfg != nil {
		p.tc = tls.Server(nc, cfg)
		p.br = bufio.NewReader(p.tc)
		if err := p.tc.Handshake(); err != nil {
			return
		}
	}
	script(p)
}

// certificate makes a server's TLS configuration and the client's that trusts it.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"example.test"},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	server = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	return server, &tls.Config{RootCAs: pool}
}

// dial opens a connection that must succeed.
func dial(t *testing.T, d Dialer) *Conn {
	t.Helper()
	c, err := d.Dial(context.Background())
	if err != nil {
		t.Fatalf("Dial() = %v, want a connection", err)
	}
	return c
}

// all reads the events of c to its end.
func all(c *Conn) []Event {
	var evs []Event
	for {
		ev := c.Next()
		evs = append(evs, ev)
		if _, ok := ev.(*End); ok {
			return evs
		}
	}
}

// lastEvent is the End of c.
func lastEvent(c *Conn) *End {
	evs := all(c)
	return evs[len(evs)-1].(*End)
}
