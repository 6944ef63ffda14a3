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
	rest []byte    // octets after the head that came with it
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
	var got answer
	chunk := make([]byte, readSize)
	for end := -1; end < 0; {
		n, err := nc.Read(chunk)
		got.raw, got.at = append(got.raw, chunk[:n]...), time.Now()
		if end = headEnd(got.raw); end >= 0 {
			got.raw, got.rest = got.raw[:end:end], got.raw[end:]
		}
		if len(got.raw) > a.limits.HandshakeSize || bytes.Count(got.raw, []byte("\n")) > a.limits.HandshakeLines {
			return answer{}, &DialError{Kind: KindHandshake, Err: errors.New("response head is too long")}
		}
		if err != nil && end < 0 {
			if errors.Is(err, io.EOF) {
				err = fmt.Errorf("ended after %d octets: %w", len(got.raw), io.ErrUnexpectedEOF)
			}
			return answer{}, failure(ctx, KindHandshake, fmt.Errorf("read response: %w", err))
		}
	}
	head, err := parseHead(got.raw)
	if err != nil {
		return answer{}, broken("RFC9112#2.1", "%w", err)
	}
	got.head = head
	return got, nil
}

// refusal is the error for a response that is not the one hoped for, with as much of its body as comes in time.
func (a *attempt) refusal(nc net.Conn, got answer, who string) *DialError {
	e := &DialError{
		Kind: KindHandshake, Status: got.head.status, Header: got.head.header(),
		Err: fmt.Errorf("%s answered %d", who, got.head.status),
	}
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
		buf:     got.rest, bufAt: got.at,
	}
	var deflate *deflater
	if d := h.Deflate; d != nil {
		c.reader.inflate = &inflater{takeover: !d.ServerNoContextTakeover}
		deflate = newDeflater(!d.ClientNoContextTakeover, d.ClientMaxWindowBits)
	}
	c.writer = newWriter(t, true, deflate, c.replies)
	return c
}

// start begins the goroutine that writes replies. It ends with the connection.
func (c *Conn) start() { go c.replies.run(c.writer) }
