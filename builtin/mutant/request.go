package mutant

import (
	"net/url"

	"github.com/duologue/duologue/wire"
)

// requestDefects break what RFC 6455 section 4.1 asks of a client's request.
var requestDefects = []defect{
	{name: "method-post", says: "The request is a POST.", request: startLine("POST", "HTTP/1.1")},
	{name: "http10", says: "The request is HTTP/1.0.", request: startLine("GET", "HTTP/1.0")},
	{name: "host-missing", says: "There is no Host.", request: dropped("Host")},
	{name: "host-twice", says: "Host is there twice.", request: repeated("Host")},
	{name: "host-empty", says: "Host is empty.", request: named("Host", "")},
	{name: "host-malformed", says: "Host is a whole URL.", request: named("Host", "http://localhost/")},
	{name: "upgrade-missing", says: "There is no Upgrade.", request: dropped("Upgrade")},
	{name: "upgrade-other", says: "Upgrade asks for another protocol.", request: named("Upgrade", "h2c")},
	{name: "connection-missing", says: "There is no Connection.", request: dropped("Connection")},
	{name: "connection-other", says: "Connection does not name Upgrade.", request: named("Connection", "keep-alive")},
	{name: "key-missing", says: "There is no Sec-WebSocket-Key.", request: dropped("Sec-WebSocket-Key")},
	{name: "key-short", says: "Sec-WebSocket-Key has 5 octets.", request: named("Sec-WebSocket-Key", "c2hvcnQ=")},
	{name: "key-twice", says: "Sec-WebSocket-Key is there twice.", request: repeated("Sec-WebSocket-Key")},
	{name: "key-constant", says: "Every Sec-WebSocket-Key is that of the example in RFC 6455.",
		request: named("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")},
	{name: "version-missing", says: "There is no Sec-WebSocket-Version.", request: dropped("Sec-WebSocket-Version")},
	{name: "version-8", says: "Sec-WebSocket-Version is that of a draft.", request: named("Sec-WebSocket-Version", "8")},
	{name: "bare-lf", says: "The lines of the request end in LF.", request: func(d *wire.Dialer) { d.Edit.LineEnd = "\n" }},
	{name: "early-message", says: "A message goes with the request, before there is an answer.",
		request: func(d *wire.Dialer) { d.Edit.After = []byte{0x81, 0x82, 0, 0, 0, 0, 'h', 'i'} }},
	{name: "origin-malformed", says: "Origin is a host without a scheme.", request: named("Origin", "localhost")},
	{name: "offer-malformed", says: "permessage-deflate is offered with a window of 16 bits.",
		request: named("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits=16")},
	{name: "subprotocol-twice", says: "A subprotocol is asked for twice.", request: named("Sec-WebSocket-Protocol", "chat, chat")},
}

// startLine changes method and version in the request line.
func startLine(method, version string) func(*wire.Dialer) {
	return func(d *wire.Dialer) {
		if u, err := url.Parse(d.URL); err == nil {
			d.Edit.StartLine = method + " " + u.RequestURI() + " " + version
		}
	}
}

func dropped(name string) func(*wire.Dialer) {
	return func(d *wire.Dialer) { d.Edit.Drop = []string{name} }
}

func repeated(name string) func(*wire.Dialer) {
	return func(d *wire.Dialer) { d.Edit.Repeat = []string{name} }
}

func named(name, value string) func(*wire.Dialer) {
	return func(d *wire.Dialer) { d.Header = []wire.Field{{Name: name, Value: value}} }
}
