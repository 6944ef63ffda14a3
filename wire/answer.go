package wire

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Answer is how a request is accepted. Nothing in it is held against the request.
type Answer struct {
	Subprotocol string   // "" names none
	Deflate     *Deflate // nil: no compression; see [DeflateOffer.Grant] for what an offer asks for
	Header      []Field  // after our own; one that names one of ours replaces it
	Edit        Edit
}

// Accept answers 101 and opens the connection (RFC 6455 section 4.2.2). ctx bounds only the writing of the answer. An
// answer that no client may take opens a connection, too: what the client does about it is what its events tell. Unless
// its status is 101 no frame is written to it but by a call.
func (r *Request) Accept(ctx context.Context, a Answer) (*Conn, error) {
	if a.Deflate != nil {
		if err := DeflateOffer(*a.Deflate).check(); err != nil {
			return nil, fmt.Errorf("accept: %w", err)
		}
	}
	ours := fields{
		{"Upgrade", "websocket"},
		{"Connection", "Upgrade"},
		{"Sec-WebSocket-Accept", AcceptFor(r.key())},
	}
	if a.Subprotocol != "" {
		ours = append(ours, Field{"Sec-WebSocket-Protocol", a.Subprotocol})
	}
	if a.Deflate != nil {
		ours = append(ours, Field{"Sec-WebSocket-Extensions", a.Deflate.String()})
	}
	sent, status := a.Edit.answered(a.Edit.octets(statusLine(http.StatusSwitchingProtocols), ours.replaced(a.Header)))
	if err := r.write(ctx, sent.octets, a.Edit); err != nil {
		_ = r.transport.raw.Close()
		return nil, fmt.Errorf("accept: %w", err)
	}
	h := Handshake{
		RequestLine: r.Line, Request: r.Fields, Status: status, Header: sent.fields, Subprotocol: a.Subprotocol, First: r.First, At: time.Now(),
		Violations: r.Violations,
	}
	if a.Deflate != nil {
		h.Deflate = a.Deflate.whole()
	}
	return newConn(opening{
		server: true, url: r.url(), policy: r.policy, limits: r.limits, transport: r.transport,
		handshake: h, unopened: status != http.StatusSwitchingProtocols, sent: a.Edit.After, rest: r.rest, restAt: r.At,
	}), nil
}

// url is what the client asked for, as it says.
func (r *Request) url() string {
	if !strings.HasPrefix(r.Target, "/") {
		return r.Target
	}
	scheme := "ws://"
	if r.TLS != nil {
		scheme = "wss://"
	}
	host := r.transport.LocalAddr().String()
	if hosts := r.Values("Host"); len(hosts) > 0 {
		host = hosts[0]
	}
	return scheme + host + r.Target
}

func statusLine(status int) string {
	return "HTTP/1.1 " + strconv.Itoa(status) + " " + http.StatusText(status)
}

// write writes the head of a response and what goes with it, unless ctx ends first.
func (r *Request) write(ctx context.Context, head []byte, e Edit) error {
	unguard := guard(ctx, r.transport)
	err := deliver(ctx, r.transport, head, e.After, e.Delivery)
	if !unguard() {
		return ctx.Err()
	}
	return err
}

// Refusal is an HTTP response in place of a WebSocket connection.
type Refusal struct {
	Status int     // 100 to 999
	Header []Field // after our own, Content-Length and Connection; one that names one of ours replaces it
	Body   []byte
	Edit   Edit
}

// Refuse answers with a refusal and ends our stream. It then waits for the client to end its own, at most
// [Limits.CloseWait], so that the answer is not lost to a reset. To see what the client makes of a refusal, accept with
// another [Edit.StartLine] instead.
func (r *Request) Refuse(ctx context.Context, f Refusal) error {
	defer func() { _ = r.transport.raw.Close() }()
	if f.Status < 100 || f.Status > 999 {
		return fmt.Errorf("refuse: status %d is not of three digits", f.Status)
	}
	ours := fields{{"Content-Length", strconv.Itoa(len(f.Body))}, {"Connection", "close"}}
	head := f.Edit.octets(statusLine(f.Status), ours.replaced(f.Header))
	f.Edit.After = append(f.Body[:len(f.Body):len(f.Body)], f.Edit.After...)
	if err := r.write(ctx, head, f.Edit); err != nil {
		return fmt.Errorf("refuse: %w", err)
	}
	r.transport.finish()
	_ = r.transport.raw.SetReadDeadline(time.Now().Add(r.limits.CloseWait + r.transport.raw.slack()))
	_, _ = io.Copy(io.Discard, struct{ io.Reader }{r.transport.raw})
	return nil
}

// Drop ends the TCP connection without an answer, as [Conn.Drop] does. To stay silent and see what the client makes of
// it, accept with an empty [Edit.Head] instead.
func (r *Request) Drop(how How) error {
	switch how {
	case DropFIN:
		return r.transport.raw.Close()
	case DropRST:
		return r.transport.reset()
	}
	return fmt.Errorf("drop request: unknown way %q", string(how))
}
