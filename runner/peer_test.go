package runner_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// rawPeer is the server's side of one connection, spoken octet by octet.
type rawPeer struct {
	nc  net.Conn // TLS or TCP
	tcp *net.TCPConn
	br  *bufio.Reader
	req *http.Request
	raw []string // the lines of the request
}

// startPeers serves behaviours, told apart by the path of the request, until
// the test ends.
func startPeers(t *testing.T, secure *tls.Config) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { servePeer(t, nc, secure) })
		}
	})
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Errorf("close listener: %v", err)
		}
		all.Wait()
	})
	return l.Addr().String()
}

func servePeer(t *testing.T, nc net.Conn, secure *tls.Config) {
	defer nc.Close()
	_ = nc.SetDeadline(time.Now().Add(time.Minute)) // a hang, not a slow machine
	p := &rawPeer{nc: nc, tcp: nc.(*net.TCPConn)}
	if secure != nil {
		p.nc = tls.Server(nc, secure)
	}
	var head strings.Builder
	p.br = bufio.NewReader(p.nc)
	for {
		line, err := p.br.ReadString('\n')
		if err != nil {
			return // a refused certificate, or an abandoned attempt
		}
		if line == "\r\n" {
			break
		}
		head.WriteString(line)
		p.raw = append(p.raw, strings.TrimRight(line, "\r\n"))
	}
	var err error
	if p.req, err = http.ReadRequest(bufio.NewReader(strings.NewReader(head.String() + "\r\n"))); err != nil {
		t.Errorf("server: %v", err)
		return
	}
	behave, ok := behaviours[p.req.URL.Path]
	if !ok {
		p.answer("404 Not Found", "", "")
		return
	}
	behave(p)
}

func (p *rawPeer) answer(status, fields, body string) {
	fmt.Fprintf(p.nc, "HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s", status, fields, len(body), body)
}

// accept completes the handshake with further lines.
func (p *rawPeer) accept(fields string) {
	sum := sha1.Sum([]byte(p.req.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	fmt.Fprintf(p.nc, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n",
		base64.StdEncoding.EncodeToString(sum[:]), fields)
}

// send writes one whole frame; b0 is its first octet.
func (p *rawPeer) send(b0 byte, payload []byte) {
	frame := []byte{b0, byte(len(payload))}
	if len(payload) > 125 {
		frame = binary.BigEndian.AppendUint16([]byte{b0, 126}, uint16(len(payload)))
	}
	_, _ = p.nc.Write(append(frame, payload...)) // a peer that has gone is seen by the next read
}

func (p *rawPeer) say(text string) { p.send(0x81, []byte(text)) }

// frame reads one frame; its first octet is 0 at the end.
func (p *rawPeer) frame() (b0 byte, payload []byte) {
	var h [2]byte
	if _, err := io.ReadFull(p.br, h[:]); err != nil {
		return 0, nil
	}
	size := int(h[1] & 0x7f)
	if size == 126 {
		var n [2]byte
		_, _ = io.ReadFull(p.br, n[:])
		size = int(binary.BigEndian.Uint16(n[:]))
	}
	body := make([]byte, 4+size)
	if _, err := io.ReadFull(p.br, body); err != nil {
		return 0, nil
	}
	for i := range body[4:] {
		body[4+i] ^= body[i%4]
	}
	return h[0], body[4:]
}

// readFrame reads any frame and tells its header. Nothing follows a length
// beyond what a test would send.
func readFrame(br *bufio.Reader) (head string, payload []byte, err error) {
	octets := func(n int) []byte {
		b := make([]byte, n)
		if err == nil {
			_, err = io.ReadFull(br, b)
		}
		return b
	}
	h := octets(2)
	form, claims := 7, uint64(h[1]&0x7f)
	switch claims {
	case 126:
		form, claims = 16, uint64(binary.BigEndian.Uint16(octets(2)))
	case 127:
		form, claims = 64, binary.BigEndian.Uint64(octets(8))
	}
	masked, shown := h[1]>>7, ""
	key := make([]byte, 4)
	if masked == 1 {
		key = octets(4)
		if text := hex.EncodeToString(key); text == "37fa213d" { // one that was not drawn, but asked for
			shown = " key " + text
		}
	}
	if claims < 1<<16 {
		payload = octets(int(claims))
	}
	for i := range payload {
		payload[i] ^= key[i%4]
	}
	return fmt.Sprintf("fin %d rsv %d opcode %d masked %d%s form %d claims %d", h[0]>>7, h[0]>>4&7, h[0]&15, masked, shown, form, claims), payload, err
}

// rest reads until the client is gone.
func (p *rawPeer) rest() { _, _ = io.Copy(io.Discard, p.br) }

// untilClose answers pings and the Close, and ends in order.
func (p *rawPeer) untilClose() {
	for {
		b0, payload := p.frame()
		switch b0 {
		case 0:
			return
		case 0x89:
			p.send(0x8a, payload)
		case 0x88:
			p.send(0x88, payload)
			p.end()
			return
		}
	}
}

// end ends our stream in order, over TLS with close_notify.
func (p *rawPeer) end() {
	if c, ok := p.nc.(*tls.Conn); ok {
		_ = c.CloseWrite()
	}
	_ = p.tcp.CloseWrite()
	p.rest()
}

var behaviours = map[string]func(*rawPeer){
	"/fin": func(p *rawPeer) { p.accept(""); p.untilClose() },
	"/echo": func(p *rawPeer) {
		p.accept("")
		for {
			b0, payload := p.frame()
			switch b0 & 0x0f {
			case 8:
				p.send(0x88, payload)
				p.end()
				return
			case 9:
				p.send(0x8a, payload)
			case 0:
				if b0 == 0 {
					return
				}
				p.send(b0, payload)
			default:
				p.send(b0, payload)
			}
		}
	},
	"/request": func(p *rawPeer) { p.accept("X-Served: yes\r\n"); p.say(strings.Join(p.raw, "\n")); p.untilClose() },
	"/sizes": func(p *rawPeer) {
		p.accept("")
		var sizes []string
		for {
			b0, payload := p.frame()
			if b0 == 0x88 {
				p.send(0x88, payload)
				p.end()
				return
			}
			if b0 == 0 && payload == nil {
				return
			}
			if b0 == 0x89 {
				p.send(0x8a, payload)
				continue
			}
			sizes = append(sizes, fmt.Sprint(len(payload)))
			if b0&0x80 != 0 {
				p.say(strings.Join(sizes, " "))
				sizes = nil
			}
		}
	},
	"/token": func(p *rawPeer) {
		if p.req.Header.Get("Authorization") != "Bearer right" {
			p.answer("401 Unauthorized", "WWW-Authenticate: Bearer\r\n", "no token")
			return
		}
		p.accept("")
		p.untilClose()
	},
	"/basic": func(p *rawPeer) {
		if user, password, _ := p.req.BasicAuth(); user != "ann" || password != "s:1" {
			p.answer("401 Unauthorized", "", "")
			return
		}
		p.accept("")
		p.untilClose()
	},
	"/twilio": func(p *rawPeer) {
		scheme := "ws://"
		if p.nc != net.Conn(p.tcp) {
			scheme = "wss://"
		}
		mac := hmac.New(sha1.New, []byte("12345"))
		mac.Write([]byte(scheme + p.req.Host + p.req.RequestURI))
		if p.req.Header.Get("X-Twilio-Signature") != base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
			p.answer("403 Forbidden", "", "")
			return
		}
		p.accept("")
		p.untilClose()
	},
	"/moved":     func(p *rawPeer) { p.answer("302 Found", "Location: /fin\r\n", "") },
	"/loop":      func(p *rawPeer) { p.answer("302 Found", "Location: /loop\r\n", "") },
	"/to":        func(p *rawPeer) { p.answer("302 Found", "Location: "+p.req.URL.Query().Get("at")+"\r\n", "") },
	"/to-token":  func(p *rawPeer) { p.answer("302 Found", "Location: /token\r\n", "") },
	"/hostile":   func(p *rawPeer) { p.answer("500 X", "", "\x1b]0;x\u202e\r\n\t"+strings.Repeat("a", 1000)) },
	"/repeats":   func(p *rawPeer) { p.answer("403 X", "", strings.Repeat("x", 290)+p.req.URL.RawQuery) },
	"/silent":    func(p *rawPeer) { p.rest() },
	"/badaccept": func(p *rawPeer) { p.req.Header.Set("Sec-WebSocket-Key", "x"); p.accept("") },
	"/reset": func(p *rawPeer) {
		p.accept("")
		p.frame()
		_ = p.tcp.SetLinger(0)
		_ = p.tcp.Close()
	},
	"/noclose":   func(p *rawPeer) { p.accept(""); p.frame(); p.end() },
	"/truncated": func(p *rawPeer) { p.accept(""); p.frame(); _, _ = p.nc.Write([]byte{0x81, 5, 'h'}); p.end() },
	"/lingers":   func(p *rawPeer) { p.accept(""); _, payload := p.frame(); p.send(0x88, payload); p.rest() },
	"/mute":      func(p *rawPeer) { p.accept(""); p.rest() },
	"/othercode": func(p *rawPeer) { p.accept(""); p.frame(); p.send(0x88, []byte{0x0f, 0xa0}); p.end() },
	"/nonotify": func(p *rawPeer) {
		p.accept("")
		_, payload := p.frame()
		p.send(0x88, payload)
		_ = p.tcp.CloseWrite()
		_, _ = io.Copy(io.Discard, p.tcp)
	},
	"/bye":    func(p *rawPeer) { p.accept(""); p.send(0x88, append([]byte{0x03, 0xe9}, "bye"...)); p.frame(); p.end() },
	"/masked": func(p *rawPeer) { p.accept(""); _, _ = p.nc.Write([]byte{0x81, 0x81, 0, 0, 0, 0, 'x'}); p.untilClose() },
	"/unread": func(p *rawPeer) { _ = p.tcp.SetReadBuffer(4096); p.accept(""); p.stay() },
	"/hasty": func(p *rawPeer) {
		p.accept("")
		_, _ = io.ReadFull(p.br, make([]byte, 2))
		p.send(0x88, []byte{0x03, 0xea})
		p.end()
	},
	"/badpong": func(p *rawPeer) {
		p.accept("")
		p.frame()
		p.send(0x8a, []byte("other"))
		p.untilClose()
	},
	"/pings": func(p *rawPeer) {
		p.accept("")
		p.send(0x89, []byte("are you there"))
		if b0, _ := p.frame(); b0 == 0x8a {
			p.say("a pong")
		} else {
			p.say("no pong")
		}
		p.untilClose()
	},
	"/heldup": func(p *rawPeer) { // what comes before the second message?
		p.accept("")
		p.frame()
		p.say("one")
		p.send(0x89, nil)
		if b0, _ := p.frame(); b0 == 0x8a {
			p.say("a pong")
		} else {
			p.say("no pong")
		}
		p.untilClose()
	},
	"/halves": func(p *rawPeer) { // it speaks when we have ended
		p.accept("")
		p.rest()
		p.say("after the end")
		p.send(0x88, []byte{0x03, 0xe8})
		_ = p.tcp.CloseWrite()
	},
	"/closes": func(p *rawPeer) {
		p.accept("")
		p.send(0x88, []byte{0x03, 0xe8})
		_ = p.tcp.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		p.frame()
	},
	"/frames": func(p *rawPeer) {
		p.accept("")
		for {
			h, payload, err := readFrame(p.br)
			if err != nil {
				return
			}
			if strings.Contains(h, "opcode 8 masked 1") {
				p.send(0x88, payload)
				p.end()
				return
			}
			if strings.Contains(h, "opcode 9 masked 1 form 7 claims 8") { // the last Ping, which no script asked for
				p.send(0x8a, payload)
				continue
			}
			p.say(h + " hex " + hex.EncodeToString(payload))
		}
	},
	"/odd": func(p *rawPeer) {
		p.accept("")
		p.frame()
		_, _ = p.nc.Write([]byte{0x01, 126, 0, 2, 'h', 'e', 0x89, 1, 'p', 0x80, 3, 'l', 'l', 'o', 0x8a, 0})
		p.untilClose()
	},
	"/deflate": func(p *rawPeer) {
		if !strings.Contains(p.req.Header.Get("Sec-WebSocket-Extensions"), "permessage-deflate") {
			p.accept("")
			p.say("plain")
		} else {
			p.accept("Sec-WebSocket-Extensions: permessage-deflate\r\n")
			p.send(0xc1, []byte{0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}) // Hello, RFC 7692 7.2.3.1
		}
		p.untilClose()
	},
}

// stay reads nothing, and pongs unasked, until the client has gone.
func (p *rawPeer) stay() {
	for range time.Tick(10 * time.Millisecond) {
		if _, err := p.nc.Write([]byte{0x8a, 0}); err != nil {
			return
		}
	}
}

// authority makes a certificate for 127.0.0.1 that is its own authority, and
// writes it to dir/ca.pem, with its key in dir/key.pem.
func authority(t *testing.T, dir string) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"voice.example"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "ca.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	write(t, filepath.Join(dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// startProxy serves CONNECT to whoever gives no user.
func startProxy(t *testing.T) (addr string) {
	t.Helper()
	s := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Proxy-Authorization") != "" || r.Method != http.MethodConnect {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		there, err := net.Dial("tcp", r.Host)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer there.Close()
		here, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Errorf("proxy: %v", err)
			return
		}
		defer here.Close()
		_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = io.Copy(there, buffered)
			_ = there.(*net.TCPConn).CloseWrite()
		}()
		_, _ = io.Copy(here, there)
		_ = here.(*net.TCPConn).CloseWrite()
		<-done
	})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		_ = s.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	})
	return l.Addr().String()
}
