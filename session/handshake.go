package session

import (
	"errors"
	"net/url"
	"strings"

	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// logRefused logs why the attempt has failed. The rules that the peer broke come
// first. The connection has ended together with the last of these events.
func (c *Conn) logRefused() {
	var bad *wire.DialError
	if errors.As(c.link.err, &bad) {
		for _, v := range bad.Violations {
			c.journal.broken(v)
		}
	}
	c.journal.notOpened(dialError(c.link.err), func() { close(c.link.ended); close(c.link.opened) })
}

// logOpen logs the completed handshake and the rules that it broke. The
// connection becomes usable together with the last of these events.
func (c *Conn) logOpen() {
	usable := func() { close(c.link.opened) }
	broken := c.link.wire.Response().Violations
	last := len(broken) - 1
	if last < 0 {
		c.journal.cameWith(c.journal.now(), c.openEvent(), usable)
		return
	}
	c.journal.came(c.journal.now(), c.openEvent())
	for _, v := range broken[:last] {
		c.journal.broken(v)
	}
	c.journal.brokenWith(broken[last], usable)
}

// openEvent describes the completed handshake.
func (c *Conn) openEvent() *trace.Open {
	if c.accepted {
		return Asked(c.link.wire.Response())
	}
	return dialledOpen(c.link.wire.Response())
}

// Asked describes a handshake in which we are the server, by the client's
// request.
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

// dialledOpen describes a handshake in which we are the client, by the server's
// answer.
func dialledOpen(h wire.Handshake) *trace.Open {
	o := &trace.Open{Status: h.Status, Protocol: h.Subprotocol, Headers: headers(h.Header), Withheld: h.Withheld}
	for _, f := range h.Header {
		if strings.EqualFold(f.Name, "Sec-WebSocket-Extensions") {
			o.Extensions = append(o.Extensions, f.Value)
		}
	}
	return o
}

// dialError describes why an attempt has failed.
func dialError(err error) *trace.Error {
	var a *wire.AcceptError
	if errors.As(err, &a) {
		return &trace.Error{Problem: a.Kind, Rule: a.Rule, Text: a.Err.Error()}
	}
	var d *wire.DialError
	if !errors.As(err, &d) {
		return &trace.Error{Problem: "refused", Text: err.Error()}
	}
	if d.Kind == wire.KindCanceled {
		return &trace.Error{Problem: trace.Abandoned, Text: d.Err.Error()}
	}
	return &trace.Error{Problem: d.Kind, Rule: d.Rule, Text: d.Err.Error(), Status: d.Status, Headers: headers(d.Header), Body: d.Body}
}

// headers translates header lines.
func headers(lines []wire.Field) []trace.Header {
	var out []trace.Header
	for _, f := range lines {
		out = append(out, trace.Header{Name: f.Name, Value: f.Value})
	}
	return out
}
