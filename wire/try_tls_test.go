package wire

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// secureKinds are TLS connections that encrypt in different ways.
var secureKinds = map[string]func(*tls.Config){
	"TLS 1.3": func(*tls.Config) {},
	"TLS 1.2": func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 },
	"TLS 1.2, CBC": func(c *tls.Config) {
		c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}
	},
}

// dialTLS connects to a script over TLS.
func dialTLS(t *testing.T, kind func(*tls.Config), d Dialer, script func(p *peer)) *Conn {
	t.Helper()
	server, client := certificate(t)
	kind(server)
	d.URL, d.TLS = listen(t, server, script), client
	return dial(t, d)
}

// Over TLS nothing waits while the peer reads, either. What a peer that does not read leaves over is finished later,
// and every message arrives whole and in order.
func TestTrySendTLS(t *testing.T) {
	const messages, size = 350, 40_000 // more than a socket's buffers hold
	message := func(k int) []byte { return bytes.Repeat(fmt.Appendf(nil, "%08d", k), size/8) }
	for name, kind := range secureKinds {
		t.Run(name, func(t *testing.T) {
			read := make(chan struct{})
			c := dialTLS(t, kind, Dialer{}, func(p *peer) {
				p.accept("")
				<-read
				for k := range messages {
					p.expect(OpBinary, string(message(k)))
				}
				p.expect(OpClose, "\x03\xe8")
				if _, err := p.br.ReadByte(); !errors.Is(err, io.EOF) {
					t.Errorf("the stream ends with %v, want close_notify", err)
				}
			})
			waited := 0
			for k := range messages {
				stamp, finish, err := c.TrySend(OpBinary, message(k))
				if finish != nil {
					if waited++; waited == 1 {
						if _, again, _ := c.TrySend(OpText, nil); again == nil {
							t.Error("TrySend does not wait for a frame that is not finished")
						}
						close(read)
					}
					stamp, err = finish(t.Context())
				}
				if err != nil || stamp.Before.IsZero() || stamp.After.Before(stamp.Before) {
					t.Fatalf("message %d: %v, from %v to %v", k, err, stamp.Before, stamp.After)
				}
			}
			if waited == 0 || waited == messages {
				t.Errorf("%d of %d messages had us wait, want some", waited, messages)
			}
			if _, err := c.SendClose(t.Context(), 1000, ""); err != nil {
				t.Error(err)
			}
			c.transport.finish()
			lastEvent(c)
		})
	}
}

// A record of which a part was taken cannot be left for another, nor can one of which nothing was taken: it is encrypted.
func TestTrySendTLSGivenUp(t *testing.T) {
	for name, kind := range secureKinds {
		t.Run(name, func(t *testing.T) {
			done := make(chan struct{})
			c := dialTLS(t, kind, Dialer{}, func(p *peer) {
				p.accept("")
				<-done
				if _, err := io.Copy(io.Discard, p.br); err == nil {
					t.Error("the stream ends with close_notify, in the middle of a record")
				}
			})
			gone, cancel := context.WithCancel(t.Context())
			cancel()
			for {
				_, finish, err := c.TrySend(OpBinary, make([]byte, 50_001))
				if err != nil {
					t.Fatal(err)
				}
				if finish == nil {
					continue
				}
				_, err = finish(gone)
				if err == nil {
					continue // the system has made room meanwhile
				}
				if !errors.Is(err, context.Canceled) {
					t.Errorf("finish() = %v, want that its context has ended", err)
				}
				break
			}
			_, finish, err := c.TrySend(OpText, nil)
			if finish != nil {
				_, err = finish(t.Context())
			}
			if !errors.Is(err, ErrUnusable) {
				t.Errorf("sending after a record that was broken off = %v, want %v", err, ErrUnusable)
			}
			if _, err := c.SendBytes(t.Context(), []byte("octets"), Delivery{}); err == nil {
				t.Error("octets can be sent after a record that was broken off")
			}
			close(done)
			c.transport.close(time.Minute)
			lastEvent(c)
		})
	}
}

// A connection that ends while octets wait ends at once: a close_notify behind them could take as long as they.
func TestTrySendTLSCutOff(t *testing.T) {
	done := make(chan struct{})
	c := dialTLS(t, func(*tls.Config) {}, Dialer{}, func(p *peer) {
		p.accept("")
		<-done
	})
	finished := stuck(t, c)
	began := time.Now()
	c.transport.close(time.Minute)
	if err := <-finished; !errors.Is(err, net.ErrClosed) {
		t.Errorf("finish() = %v, want %v", err, net.ErrClosed)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("closing took %s", took)
	}
	close(done)
	lastEvent(c)
}

// Compressed messages are tried, too, and the peer can inflate all of them in order.
func TestTrySendCompressed(t *testing.T) {
	const messages = 200
	message := func(k int) []byte { return bytes.Repeat(fmt.Appendf(nil, "%08d", k), 100) }
	for _, secure := range []bool{false, true} {
		for _, takeover := range []string{"", "; client_no_context_takeover"} {
			t.Run(fmt.Sprint(secure, takeover), func(t *testing.T) {
				script := func(p *peer) {
					p.accept("Sec-WebSocket-Extensions: permessage-deflate" + takeover + "\r\n")
					inflate := newInflater(takeover == "", 15)
					for k := range messages {
						h, payload := p.frame()
						got, err := inflate.message(payload, 1<<20)
						if want := message(k); h.rsv != rsv1 || err != nil || !bytes.Equal(got, want) {
							t.Errorf("message %d: RSV %d, %d octets, %v", k, h.rsv, len(got), err)
						}
					}
				}
				var c *Conn
				if d := (Dialer{Deflate: &DeflateOffer{}}); secure {
					c = dialTLS(t, func(*tls.Config) {}, d, script)
				} else {
					d.URL = listen(t, nil, script)
					c = dial(t, d)
				}
				waited := 0
				for k := range messages {
					_, finish, err := c.TrySend(OpText, message(k))
					if finish != nil {
						waited++
						_, err = finish(t.Context())
					}
					if err != nil {
						t.Fatalf("message %d: %v", k, err)
					}
				}
				if waited != 1 {
					t.Errorf("%d messages were left to be finished, want the first", waited)
				}
				lastEvent(c)
			})
		}
	}
}

// A compressed message that was not sent spoils those after it if these build on it.
func TestTrySendCompressedGivenUp(t *testing.T) {
	for takeover, want := range map[string]error{"": ErrUnusable, "; client_no_context_takeover": nil} {
		done := make(chan struct{})
		c := dial(t, Dialer{Deflate: &DeflateOffer{}, URL: listen(t, nil, func(p *peer) {
			p.accept("Sec-WebSocket-Extensions: permessage-deflate" + takeover + "\r\n")
			<-done
			p.drain()
		})})
		if _, err := c.Send(t.Context(), OpText, []byte("the first"), SendOptions{}); err != nil {
			t.Fatal(err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		for given := false; !given; {
			for full := false; !full; {
				n, err := c.writer.straight.attempt(make([]byte, 8000))
				full = n == 0
				if err != nil {
					t.Fatal(err)
				}
			}
			_, finish, err := c.TrySend(OpText, []byte("the second"))
			if err != nil {
				t.Fatal(err)
			}
			if finish == nil {
				continue // the system has made room meanwhile
			}
			_, err = finish(gone)
			if given = err != nil; given && !errors.Is(err, context.Canceled) {
				t.Errorf("finish() = %v, want that its context has ended", err)
			}
		}
		close(done)
		if _, err := c.Send(t.Context(), OpText, []byte("the third"), SendOptions{}); !errors.Is(err, want) {
			t.Errorf("%q: sending after a compressed message that was not sent = %v, want %v", takeover, err, want)
		}
		_ = c.Drop(DropRST)
		lastEvent(c)
	}
}

// The reader answers key updates while another goroutine tries sends. All records keep their order, or the peer could not
// decrypt them; nobody waits for the other, or the test would hang.
func TestTrySendBesideKeyUpdates(t *testing.T) {
	const updates, atOnce = 200, 8 // TLS endures 16 records in a row without data
	var log keyLog
	var heard atomic.Int64 // Pongs; the update before each is answered
	c := dialTLS(t, func(c *tls.Config) { c.KeyLogWriter, c.SessionTicketsDisabled = &log, true }, Dialer{}, func(p *peer) {
		p.accept("") // the first record with the traffic keys
		keys := newRecords(t, log.secret("SERVER_TRAFFIC_SECRET_0"), 1)
		for k, asked, answered := 0, 0, 0; answered < updates; k++ {
			_, octets := p.frame()
			var number int
			if _, err := fmt.Sscan(string(octets), &number, &answered); err != nil || number != k {
				t.Errorf("server: got %q, want message %d", octets, k)
				return
			}
			if asked-answered >= atOnce {
				continue
			}
			asked++
			if _, err := p.nc.Write(append(keys.seal(recordData, frameOctets(true, OpPong, "")), keys.update()...)); err != nil {
				t.Errorf("server: ask for new keys: %v", err)
			}
		}
	})
	read := make(chan struct{})
	go func() {
		defer close(read)
		for {
			switch c.Next().(type) {
			case *Frame:
				heard.Add(1)
			case *End:
				return
			}
		}
	}()
	for k, told := 0, int64(0); told < updates; k++ {
		told = heard.Load()
		_, finish, err := c.TrySend(OpText, fmt.Append(nil, k, told))
		if finish != nil {
			_, err = finish(t.Context())
		}
		if err != nil {
			t.Fatalf("message %d: %v", k, err)
		}
	}
	<-read
}

// While the reader waits to answer a key update, because the peer does not read, a try does not wait for the lock of TLS.
func TestTrySendWhileTheReaderWaits(t *testing.T) {
	var log keyLog
	ask, hear := make(chan struct{}), make(chan struct{})
	c := dialTLS(t, func(c *tls.Config) { c.KeyLogWriter, c.SessionTicketsDisabled = &log, true }, Dialer{}, func(p *peer) {
		p.accept("")
		keys := newRecords(t, log.secret("SERVER_TRAFFIC_SECRET_0"), 1)
		<-ask
		if _, err := p.nc.Write(keys.update()); err != nil {
			t.Error(err)
		}
		<-hear
		for {
			if h, _ := p.frame(); h.opcode == OpText {
				return
			}
		}
	})
	read := make(chan *End)
	go func() { read <- lastEvent(c) }()
	finished := stuck(t, c)
	close(ask)
	for range 100 { // before, while and after the reader comes
		if _, finish, err := c.TrySend(OpText, nil); finish == nil || err != nil {
			t.Errorf("TrySend() behind octets that wait left nothing to finish, %v", err)
			break
		}
		time.Sleep(100 * time.Microsecond)
	}
	close(hear)
	if err := <-finished; err != nil {
		t.Error(err)
	}
	if _, err := c.Send(t.Context(), OpText, []byte("after the new keys"), SendOptions{}); err != nil {
		t.Error(err)
	}
	<-read
}

// stuck sends to a peer that does not read until the system takes nothing more, and returns what the last send gives in
// the end.
func stuck(t *testing.T, c *Conn) (finished chan error) {
	t.Helper()
	for {
		_, left, err := c.TrySend(OpBinary, make([]byte, 50_001))
		if err != nil {
			t.Fatal(err)
		}
		if left == nil {
			continue
		}
		finished = make(chan error, 1)
		go func() {
			_, err := left(t.Context())
			finished <- err
		}()
		select {
		case err := <-finished: // the buffers have grown
			if err != nil {
				t.Fatal(err)
			}
		case <-time.After(100 * time.Millisecond):
			return finished
		}
	}
}

// keyLog is what TLS writes for Wireshark.
type keyLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *keyLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// secret is one of the secrets, by its label.
func (l *keyLog) secret(label string) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		if words := strings.Fields(line); words[0] == label {
			secret, _ := hex.DecodeString(words[2])
			return secret
		}
	}
	return nil
}

// Types of records of TLS (RFC 8446 section 5.1).
const (
	recordHandshake = 22
	recordData      = 23
)

// records makes records of TLS 1.3 under TLS_AES_128_GCM_SHA256, which crypto/tls does not let us make: it never asks for
// new keys.
type records struct {
	t      *testing.T
	secret []byte
	aead   cipher.AEAD
	iv     []byte
	next   uint64 // number of the next record
}

func newRecords(t *testing.T, secret []byte, next uint64) *records {
	r := &records{t: t, secret: secret}
	r.rekey()
	r.next = next
	return r
}

// expand is HKDF-Expand-Label (RFC 8446 section 7.1).
func (r *records) expand(label string, size int) []byte {
	label = "tls13 " + label
	info := append(binary.BigEndian.AppendUint16(nil, uint16(size)), byte(len(label)))
	out, err := hkdf.Expand(sha256.New, r.secret, string(info)+label+"\x00", size)
	if err != nil {
		r.t.Error(err)
	}
	return out
}

func (r *records) rekey() {
	block, err := aes.NewCipher(r.expand("key", 16))
	if err != nil {
		r.t.Error(err)
		return
	}
	r.aead, _ = cipher.NewGCM(block)
	r.iv, r.next = r.expand("iv", 12), 0
}

// seal is one record (RFC 8446 section 5.2).
func (r *records) seal(kind byte, octets []byte) []byte {
	nonce := bytes.Clone(r.iv)
	for i, b := range binary.BigEndian.AppendUint64(nil, r.next) {
		nonce[4+i] ^= b
	}
	r.next++
	inner := append(bytes.Clone(octets), kind)
	head := binary.BigEndian.AppendUint16([]byte{recordData, 3, 3}, uint16(len(inner)+r.aead.Overhead()))
	return r.aead.Seal(head, nonce, inner, head)
}

// update is a KeyUpdate that asks for another one (RFC 8446 section 4.6.3).
func (r *records) update() []byte {
	octets := r.seal(recordHandshake, []byte{24, 0, 0, 1, 1})
	r.secret = r.expand("traffic upd", sha256.Size)
	r.rekey()
	return octets
}
