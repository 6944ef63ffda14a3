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
	"time"
)

// answer is what came back for a request.
type answer struct {
	head responseHead
	raw  []byte    // the head's octets
	rest []byte    // octets after the head that came with it
	at   time.Time // when they came
}

// exchange writes a request and reads the head of its response. It does both at once, since a server may answer what
// it has not read to the end.
func (a *attempt) exchange(ctx context.Context, nc net.Conn, head, after []byte, d Delivery) (answer, *DialError) {
	writing, giveUp := context.WithCancel(ctx)
	defer giveUp()
	written := make(chan error, 1)
	go func() { written <- deliver(writing, nc, head, after, d) }()
	got, bad := a.readHead(ctx, nc)
	refused := got.head.status/100 != 1 && got.head.status/100 != 2
	if bad != nil || refused {
		giveUp()
	}
	if err := <-written; err != nil && bad == nil && !refused {
		return answer{}, failure(ctx, KindHandshake, fmt.Errorf("write request: %w", err))
	}
	return got, bad
}

func (a *attempt) readHead(ctx context.Context, nc net.Conn) (answer, *DialError) {
	h := headReader{most: a.limits.HandshakeSize, mostLines: a.limits.HandshakeLines}
	chunk := make([]byte, readSize)
	for {
		n, err := nc.Read(chunk)
		at := time.Now()
		taken, tooLong := h.feed(chunk[:n])
		switch {
		case h.fault != nil:
			return answer{}, broken("RFC9112#2", "%w", h.fault)
		case tooLong != nil:
			return answer{}, &DialError{Kind: KindHandshake, Err: fmt.Errorf("response %w", tooLong)}
		case h.done:
			head, bad := parseHead(h.lines)
			return answer{head: head, raw: h.octets, rest: chunk[taken:n], at: at}, bad
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
		Kind: KindHandshake, Status: got.head.status, Header: got.head.fields.header(),
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
