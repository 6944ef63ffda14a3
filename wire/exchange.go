package wire

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// answer is what came back for a request.
type answer struct {
	head responseHead
	raw  []byte    // the head's octets
	buf  []byte    // what was read into last
	rest []byte    // octets after the head that came with it, in buf
	at   time.Time // when they came
}

// exchange writes a request and reads the head of its response.
func (a *attempt) exchange(ctx context.Context, nc net.Conn, line string, fields []Field) (answer, *DialError) {
	var req strings.Builder
	req.WriteString(line + "\r\n")
	for _, f := range fields {
		req.WriteString(f.Name + ": " + f.Value + "\r\n")
	}
	req.WriteString("\r\n")
	if _, err := io.WriteString(nc, req.String()); err != nil {
		return answer{}, failure(ctx, KindHandshake, fmt.Errorf("write request: %w", err))
	}
	return a.readHead(ctx, nc)
}

func (a *attempt) readHead(ctx context.Context, nc net.Conn) (answer, *DialError) {
	h := headReader{most: a.limits.HandshakeSize, mostLines: a.limits.HandshakeLines}
	chunk := make([]byte, readSize)
	for {
		n, err := nc.Read(chunk)
		at := time.Now()
		taken, bad := h.feed(chunk[:n])
		if bad == nil && h.done {
			head, bad := parseHead(h.lines)
			if bad != nil {
				return answer{}, bad
			}
			return answer{head: head, raw: h.octets, buf: chunk, rest: chunk[taken:n], at: at}, nil
		}
		switch {
		case errors.Is(bad, errLongHead):
			return answer{}, &DialError{Kind: KindHandshake, Err: bad}
		case bad != nil:
			return answer{}, broken("RFC9112#2", "%w", bad)
		case err != nil:
			return answer{}, readFailure(ctx, err, len(h.octets))
		}
	}
}

// readFailure is the error for a response that ended before its head did.
func readFailure(ctx context.Context, err error, octets int) *DialError {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	kind := KindHandshake
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" {
		kind = KindTLS // an alert: in TLS 1.3 a refused client certificate is told only now
	}
	return failure(ctx, kind, fmt.Errorf("read response: ended after %d octets: %w", octets, err))
}

// refusal is the error for a response that is not the one hoped for, with as much of its body as comes within
// [Limits.CloseWait].
func (a *attempt) refusal(nc net.Conn, got answer, who string) *DialError {
	e := &DialError{
		Kind: KindHandshake, Status: got.head.status, Header: got.head.header(),
		Err: fmt.Errorf("%s answered %d", who, got.head.status),
	}
	_ = nc.SetReadDeadline(time.Now().Add(a.limits.CloseWait))
	octets := io.MultiReader(bytes.NewReader(got.raw), bytes.NewReader(got.rest), nc)
	resp, err := http.ReadResponse(bufio.NewReader(octets), nil)
	if err != nil {
		return e
	}
	// Closing the body would read it to its end; the caller closes the connection beneath instead.
	e.Body, _ = io.ReadAll(io.LimitReader(resp.Body, a.limits.Body))
	return e
}

// newConn makes a connection out of a finished handshake.
func newConn(t transport, p Policy, l Limits, url string, got answer, h Handshake) *Conn {
	c := &Conn{
		url: url, handshake: h, policy: p, limits: l, transport: t,
		replies: newReplies(),
		reader:  reader{observe: p.OnViolation == Observe, limits: l},
		scratch: got.buf, buf: got.rest, bufAt: got.at,
	}
	var deflate *deflater
	if d := h.Deflate; d != nil {
		c.reader.inflate = newInflater(!d.ServerNoContextTakeover, d.ServerMaxWindowBits)
		deflate = newDeflater(!d.ClientNoContextTakeover, d.ClientMaxWindowBits)
	}
	c.writer = newWriter(t, true, deflate, c.replies)
	return c
}

// start begins the goroutine that writes replies. It ends with the connection.
func (c *Conn) start() { go c.replies.run(c.writer) }
