package wire

import (
	"context"
	"crypto/tls"
	"net"
	"slices"
	"time"
)

// Acceptor says how to take connections in the server role. It is not changed by that and may be shared.
type Acceptor struct {
	TLS     *tls.Config // nil: plain. TLS 1.2 or later and ALPN http/1.1 are always set
	Policy  Policy
	Limits  Limits
	Timeout time.Duration // for TLS and the head of the request; 0 is 10 s
}

// AcceptError is why no request was received. It is the only type of error that [Acceptor.Receive] returns.
type AcceptError struct {
	Kind   string // KindTLS, KindTimeout, KindCanceled, KindHandshake, KindLimit or KindLocal
	Rule   string // of KindLimit: its name
	Octets []byte // what came of the head
	Err    error
}

// Error is the kind and the cause.
func (e *AcceptError) Error() string { return "receive request: " + e.Kind + ": " + e.Err.Error() }

// Unwrap is the cause.
func (e *AcceptError) Unwrap() error { return e.Err }

// Receive takes a TCP connection that was just accepted, makes TLS over it if there is to be TLS, and reads the head of
// the request, whatever rules it breaks: [Request.Violations] tells them. It fails only where no head comes to its end,
// and then nc is closed. Else the request must be answered or dropped.
func (a *Acceptor) Receive(ctx context.Context, nc net.Conn) (*Request, error) {
	timeout := orDefault(a.Timeout, 10*time.Second)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	unguard := guard(ctx, nc)
	r, bad := a.receive(ctx, &tap{Conn: nc})
	if !unguard() && bad == nil {
		bad = acceptFailure(ctx, KindHandshake, r.Octets, tell(ctx, "the handshake was not over", ctx.Err()))
	}
	if bad != nil {
		_ = nc.Close()
		return nil, bad
	}
	return r, nil
}

func acceptFailure(ctx context.Context, kind string, octets []byte, err error) *AcceptError {
	return &AcceptError{Kind: kindOf(ctx, kind, err), Octets: octets, Err: err}
}

func (a *Acceptor) receive(ctx context.Context, raw *tap) (*Request, *AcceptError) {
	t := transport{Conn: raw, raw: raw}
	if a.TLS != nil {
		cfg := a.TLS.Clone()
		cfg.MinVersion = max(cfg.MinVersion, tls.VersionTLS12)
		cfg.NextProtos = []string{"http/1.1"}
		t = secured(raw, tls.Server, cfg)
		if err := t.tls.HandshakeContext(ctx); err != nil {
			return nil, acceptFailure(ctx, KindTLS, nil, tell(ctx, "no TLS with "+raw.RemoteAddr().String(), err))
		}
	}
	limits := a.Limits.withDefaults()
	h := headReader{limits: limits}
	chunk := buffers.Get().(*[readSize]byte)
	defer buffers.Put(chunk)
	var first time.Time
	for {
		n, err := t.Read(chunk[:])
		at := time.Now()
		if first.IsZero() {
			first = at
		}
		taken, tooLong := h.feed(chunk[:n])
		switch {
		case h.done:
			return newRequest(a.Policy, t, limits, &h, slices.Clone(chunk[taken:n]), first, at), nil
		case tooLong != nil:
			return nil, &AcceptError{Kind: KindLimit, Rule: tooLong.Limit, Octets: h.octets, Err: tooLong}
		case err != nil:
			return nil, acceptFailure(ctx, KindHandshake, h.octets, cutShort(ctx, "request", err, h.octets))
		}
	}
}
