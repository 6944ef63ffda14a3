package session

import (
	"errors"
	"net/url"
	"strings"

	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// failed logs why an attempt has failed. The rules that the peer broke come first.
// change happens together with the last of these events.
func (j *journal) failed(err error, change func()) {
	var bad *wire.DialError
	if errors.As(err, &bad) {
		for _, v := range bad.Violations {
			j.broken(v)
		}
	}
	j.notOpened(dialError(err), change)
}

// opened logs the completed handshake and the rules that it broke. change happens
// together with the last of these events.
func (j *journal) opened(h wire.Handshake, accepted bool, change func()) {
	open := dialledOpen
	if accepted {
		open = Asked
	}
	last := len(h.Violations) - 1
	if last < 0 {
		j.cameWith(j.now(), open(h), change)
		return
	}
	j.came(j.now(), open(h))
	for _, v := range h.Violations[:last] {
		j.broken(v)
	}
	j.brokenWith(h.Violations[last], change)
}

// Asked describes a handshake in which we are the server, by the client's
// request.
func Asked(h wire.Handshake) *trace.Open {
	o := &trace.Open{Status: h.Status, Protocol: h.Subprotocol, TLS: h.TLS, Headers: headers(h.Request)}
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
	o := &trace.Open{Status: h.Status, Protocol: h.Subprotocol, TLS: h.TLS, Headers: headers(h.Header), Withheld: h.Withheld}
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
