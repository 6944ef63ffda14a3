package session

import (
	"context"
	"net/url"
	"strings"

	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// Take waits for a dial and answers it. It gives the connection, or why none
// came about.
type Take func(ctx context.Context) (*wire.Conn, error)

// Accept is [Dial] for the server role: it begins to wait for a connection and
// does not wait for it to come; cancelling ctx gives up. What is dialled here is
// address.
func Accept(ctx context.Context, cfg Config, address string, take Take) (*Conn, error) {
	c, err := newConn(cfg, address)
	if err != nil {
		return nil, err
	}
	c.accepted = true
	c.begin(ctx, take)
	return c, nil
}

// Asked tells of a handshake in which we are the server: what was asked for.
func Asked(h wire.Handshake) *trace.Open {
	o := &trace.Open{Status: h.Status, Protocol: h.Subprotocol, Headers: headers(h.Request)}
	_, rest, _ := strings.Cut(h.RequestLine, " ")
	target, _, _ := strings.Cut(rest, " ")
	o.Path = target
	if u, err := url.ParseRequestURI(target); err == nil {
		o.Path, o.Query = u.Path, u.RawQuery
	}
	for _, f := range h.Request {
		switch strings.ToLower(f.Name) {
		case "sec-websocket-extensions":
			o.Extensions = append(o.Extensions, f.Value)
		case "sec-websocket-protocol":
			for p := range strings.SplitSeq(f.Value, ",") {
				o.Protocols = append(o.Protocols, strings.TrimSpace(p))
			}
		}
	}
	return o
}
