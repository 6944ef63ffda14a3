package mutant

import "github.com/duologue/duologue/wire"

// handshakeDefects break the opening handshake (RFC 6455 section 4.2).
var handshakeDefects = []defect{
	{name: "method-ignored", says: "Any method is taken for GET.", admits: breach("RFC6455#4.2.1", "method is")},
	{name: "http10-ok", says: "HTTP/1.0 is accepted.", admits: breach("RFC6455#4.2.1", "not HTTP/1.1")},
	{name: "host-ignored", says: "A request without Host, or with two, is accepted.", admits: breach("RFC9112#3.2", "Host is")},
	{name: "upgrade-ignored", says: "Upgrade is not looked at.", admits: breach("RFC6455#4.2.1", "Upgrade is")},
	{name: "connection-ignored", says: "Connection is not looked at.", admits: breach("RFC6455#4.2.1", "Connection is")},
	{name: "key-ignored", says: "Any Sec-WebSocket-Key will do, or none.", admits: breach("RFC6455#4.2.1", "Sec-WebSocket-Key is")},
	{name: "version-ignored", says: "Sec-WebSocket-Version is not looked at.", admits: breach("RFC6455#4.2.1", "Sec-WebSocket-Version is")},
	{name: "version-unnamed", says: "A wrong version is refused without naming the right one.",
		refusal: func(f *wire.Refusal) { f.Header = nil }},
	{name: "accept-key-wrong", says: "Sec-WebSocket-Accept belongs to another key.",
		answer: func(_ *wire.Request, a *wire.Answer) {
			a.Header = append(a.Header, wire.Field{Name: "Sec-WebSocket-Accept", Value: wire.AcceptFor("AAAAAAAAAAAAAAAAAAAAAA==")})
		}},
	{name: "accept-key-missing", says: "There is no Sec-WebSocket-Accept.", answer: without("Sec-WebSocket-Accept")},
	{name: "accept-key-twice", says: "Sec-WebSocket-Accept is there twice.",
		answer: func(_ *wire.Request, a *wire.Answer) { a.Edit.Repeat = []string{"Sec-WebSocket-Accept"} }},
	{name: "no-upgrade-line", says: "The answer has no Upgrade.", answer: without("Upgrade")},
	{name: "no-connection-line", says: "The answer has no Connection.", answer: without("Connection")},
	{name: "status-200", says: "The answer is 200 where it should be 101.",
		answer: func(_ *wire.Request, a *wire.Answer) { a.Edit.StartLine = "HTTP/1.1 200 OK" }},
	{name: "length-of-101", says: "The answer has a Content-Length, of 0.", answer: with("Content-Length: 0")},
	{name: "encoding-of-101", says: "The answer has a Transfer-Encoding.", answer: with("Transfer-Encoding: chunked")},
	{name: "subprotocol-unrequested", says: "A subprotocol is named that nobody asked for.",
		answer: func(_ *wire.Request, a *wire.Answer) { a.Subprotocol = "unasked" }},
	{name: "subprotocol-remembered", says: "Who asks for no subprotocol gets the one that another has asked for.", remembers: true},
	{name: "extension-unrequested", says: "An extension is named that nobody offered.", answer: with("Sec-WebSocket-Extensions: unasked")},
}

func with(line string) func(*wire.Request, *wire.Answer) {
	return func(_ *wire.Request, a *wire.Answer) { a.Edit.Lines = append(a.Edit.Lines, line) }
}

func without(name string) func(*wire.Request, *wire.Answer) {
	return func(_ *wire.Request, a *wire.Answer) { a.Edit.Drop = []string{name} }
}
