package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"time"
)

// transport is what a connection runs over: TCP, or TLS over TCP, or whatever [Dialer.NetDial] gave.
type transport struct {
	net.Conn           // what frames are read from and written to
	raw      *tap      // beneath TLS, if there is TLS
	tls      *tls.Conn // nil without
	spool    *spool    // between TLS and raw; nil if every write may wait
}

// secured is TLS over raw, on the side of [tls.Client] or [tls.Server], before its handshake. A renegotiation could hold
// up a write for as long as the peer likes, so with it every write may wait.
func secured(raw *tap, side func(net.Conn, *tls.Config) *tls.Conn, cfg *tls.Config) transport {
	t := transport{raw: raw}
	below := net.Conn(raw)
	if s := newStraight(raw.Conn); s != nil && cfg.Renegotiation == tls.RenegotiateNever {
		t.spool = newSpool(raw, s)
		below = t.spool
	}
	t.tls = side(below, cfg)
	t.Conn = t.tls
	return t
}

// tap is a net.Conn that remembers how its reading ended.
type tap struct {
	net.Conn
	ahead []byte // came with the proxy's answer
	err   error  // with which reading ended
}

// Read never returns octets and an error at once.
func (t *tap) Read(p []byte) (int, error) {
	if t.err != nil && !isTimeout(t.err) {
		return 0, t.err
	}
	if len(t.ahead) > 0 {
		n := copy(p, t.ahead)
		t.ahead = t.ahead[n:]
		return n, nil
	}
	n, err := t.Conn.Read(p)
	t.err = err
	if n > 0 {
		return n, nil
	}
	return n, err
}

// borrow is Read into a buffer that is borrowed.
func (t *tap) borrow(from *lender) ([]byte, error) {
	if t.err != nil && !isTimeout(t.err) {
		return nil, t.err
	}
	if octets := t.ahead; len(octets) > 0 {
		t.ahead = nil
		return octets, nil
	}
	octets, err := from.read()
	t.err = err
	return octets, err
}

// slack is how much longer an answer of the peer takes than usual, where the line knows that it is slow.
func (t *tap) slack() time.Duration {
	if line, ok := t.Conn.(interface{ Slack() time.Duration }); ok {
		return line.Slack()
	}
	return 0
}

// guard breaks off what waits for nc when ctx ends. The function it returns ends the guard; it reports false if ctx came
// first.
func guard(ctx context.Context, nc net.Conn) (unguard func() bool) {
	broken := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		_ = nc.SetDeadline(longAgo)
		close(broken)
	})
	return func() bool {
		if stop() {
			return true
		}
		<-broken
		return false
	}
}

// ending is what is known of the end of a transport.
type ending struct {
	at          time.Time
	tcp         string
	closeNotify bool
	err         error
}

// ending finds out how the transport ended, given the error of its Read. When TLS has ended before TCP it waits at
// most that long for TCP.
func (t *transport) ending(err error, wait time.Duration) ending {
	e := ending{at: time.Now(), err: err}
	if t.tls != nil && t.raw.err == nil {
		e.closeNotify = errors.Is(err, io.EOF)
		under := t.drain(wait)
		e.at, e.tcp = time.Now(), classify(under)
		if e.closeNotify {
			e.err = under
		}
	} else {
		e.tcp = classify(err)
	}
	if errors.Is(e.err, io.EOF) {
		e.err = nil
	}
	return e
}

// drain reads what is beneath TLS until it ends, for at most wait.
func (t *transport) drain(wait time.Duration) error {
	_ = t.raw.SetReadDeadline(time.Now().Add(wait))
	_, err := io.Copy(io.Discard, struct{ io.Reader }{t.raw})
	if err == nil {
		return io.EOF
	}
	return err
}

func classify(err error) string {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return TCPTruncated
	case errors.Is(err, io.EOF):
		return TCPFin
	case isReset(err):
		return TCPReset
	case isTimeout(err):
		return TCPTimeout
	case errors.Is(err, net.ErrClosed), errors.Is(err, io.ErrClosedPipe):
		return TCPLocal
	}
	return TCPError
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &ne) && ne.Timeout()
}

// close closes TLS, where there is TLS, and TCP. A close_notify that cannot be written is given up after wait. While
// octets before it wait, it is given up at once.
func (t *transport) close(wait time.Duration) {
	if t.spool != nil && t.spool.holds() {
		_ = t.raw.Close()
		return
	}
	late := time.AfterFunc(wait, func() { _ = t.raw.Close() })
	_ = t.Close()
	late.Stop()
}

// halves is a transport of which one side can end alone.
type halves interface{ CloseWrite() error }

// finish ends TLS, where there is TLS, and then our stream; a transport that has no half to end is closed. One whose
// half cannot be ended any more is not: the peer has reset it, and only reading tells that.
func (t *transport) finish() {
	if t.tls != nil {
		_ = t.tls.CloseWrite() // gives up after 5 s by itself
	}
	half, ok := t.raw.Conn.(halves)
	if !ok {
		_ = t.raw.Close()
		return
	}
	_ = half.CloseWrite()
}

// endStream ends our stream and leaves the other one open.
func (t *transport) endStream() error {
	half, ok := t.raw.Conn.(halves)
	if !ok {
		return errors.New("this transport cannot end one side alone")
	}
	return half.CloseWrite()
}

// reset resets the TCP connection, or just closes a transport that is none.
func (t *transport) reset() error {
	if lingerer, ok := t.raw.Conn.(interface{ SetLinger(sec int) error }); ok {
		_ = lingerer.SetLinger(0)
	}
	return t.raw.Close()
}
