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
	"slices"
	"strconv"
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
		return answer{}, failure(ctx, KindHandshake, "the request could not be written", err)
	}
	return got, bad
}

// readHead reads the head of the final response. Those of interim responses before it are read on past.
func (a *attempt) readHead(ctx context.Context, nc net.Conn) (answer, *DialError) {
	r := newAnswerReader(a.limits, &a.broken)
	chunk := buffers.Get().(*[readSize]byte)
	defer buffers.Put(chunk)
	for {
		n, err := nc.Read(chunk[:])
		at := time.Now()
		a.broken.at = at
		rest, bad := r.feed(chunk[:n])
		switch {
		case bad != nil:
			return answer{}, bad
		case r.final:
			return answer{head: r.head, raw: r.lines.octets, rest: slices.Clone(rest), at: at}, nil
		case err != nil:
			return answer{}, readFailure(ctx, err, r.lines.octets)
		}
	}
}

// answerReader collects heads of responses up to the final one. Any number of interim ones may come before it, which a
// client reads on past whether it has asked for them or not (RFC 9110 section 15.2). All heads together may have
// [Limits.HandshakeSize] octets.
type answerReader struct {
	limits  Limits
	broken  *breaches
	lines   headReader // of the head that is coming
	blamed  bool       // for how they end
	head    responseHead
	final   bool // head is that of the final response
	interim int  // responses before it
	octets  int  // of these
}

func newAnswerReader(l Limits, b *breaches) *answerReader {
	r := &answerReader{limits: l, broken: b}
	r.begin()
	return r
}

// begin turns to the next head.
func (r *answerReader) begin() {
	r.octets += len(r.lines.octets)
	r.lines = headReader{limits: r.limits, before: r.octets}
	r.blamed = false
}

// feed takes octets from the front of b until the final head is complete, and returns what follows it. Its error ends
// the handshake.
func (r *answerReader) feed(b []byte) (rest []byte, bad *DialError) {
	for !r.final {
		taken, tooLong := r.lines.feed(b)
		b = b[taken:]
		if r.lines.fault != nil && !r.blamed {
			r.blamed = true
			r.broken.add("RFC9112#2", "%v", r.lines.fault)
		}
		if bad := r.broken.err(); bad != nil {
			return nil, bad
		}
		if tooLong != nil {
			return nil, tooLong.refuses()
		}
		if !r.lines.done {
			return nil, nil
		}
		if bad := r.take(); bad != nil {
			return nil, bad
		}
	}
	return b, nil
}

// take takes a head that is complete, and turns to the next one if it is not the last.
func (r *answerReader) take() (bad *DialError) {
	var faults []error
	if r.head, faults, bad = parseHead(r.lines.lines); bad != nil {
		return bad
	}
	for _, fault := range faults {
		r.broken.add("RFC9112#5", "%v", fault)
	}
	r.head.checkBodiless(r.broken)
	if bad := r.broken.err(); bad != nil {
		return bad.by(r.head)
	}
	if r.final = !r.head.isInterim(); r.final {
		return nil
	}
	if r.interim++; r.interim > r.limits.Interim {
		bad := (&Excess{Limit: LimitInterim, Max: int64(r.limits.Interim)}).refuses()
		bad.Err = fmt.Errorf("%w, the last with status %d", bad.Err, r.head.status)
		return bad
	}
	r.begin()
	return nil
}

// by is e with the head that brought it about, if it is final.
func (e *DialError) by(h responseHead) *DialError {
	if !h.isInterim() {
		e.Status, e.Header = h.status, h.fields
	}
	return e
}

// readFailure is the error for a response that ended before its head did.
func readFailure(ctx context.Context, err error, came []byte) *DialError {
	kind := KindHandshake
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" {
		kind = KindTLS // an alert: in TLS 1.3 a refused client certificate is told only now
	}
	return &DialError{Kind: kindOf(ctx, kind, err), Err: cutShort(ctx, "response", err, came)}
}

// named is a status with its name, if it has one.
func named(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}

// refusal is the error for a response that is not the one hoped for, with as much of its body as comes within
// [Limits.CloseWait].
func (a *attempt) refusal(t transport, got answer, who string) *DialError {
	e := (&DialError{Kind: KindHandshake, Err: fmt.Errorf("%s answered %s", who, named(got.head.status))}).by(got.head)
	_ = t.SetReadDeadline(time.Now().Add(a.limits.CloseWait + t.raw.slack()))
	octets := io.MultiReader(bytes.NewReader(got.raw), bytes.NewReader(got.rest), t)
	resp, err := http.ReadResponse(bufio.NewReader(octets), nil)
	if err != nil {
		return e
	}
	// Closing the body would read it to its end; the caller closes the connection beneath instead.
	e.Body, _ = io.ReadAll(io.LimitReader(resp.Body, a.limits.Body))
	return e
}
