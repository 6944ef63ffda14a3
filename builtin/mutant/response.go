package mutant

import (
	"bytes"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"

	"github.com/duologue/duologue/wire"
)

// responseDefects accept answers that RFC 6455 section 4.1 says a client must
// refuse, or refuse answers that are right. A part that is not checked is put
// right before package wire checks it. A part that is refused wrongly is made
// wrong.
var responseDefects = []defect{
	{name: "accept-ignored", says: "Sec-WebSocket-Accept is not looked at.", request: func(d *wire.Dialer) { d.AnyAccept = true }},
	{name: "status-ignored", says: "Any status is taken for 101.",
		socket: answered(func(head string) string {
			bodiless := struck(`\r\nContent-Length:[^\r]*`)(head) // the client does not ask for the body of a refusal, either
			return replaced(`^HTTP/1\.1 \d+`, "HTTP/1.1 101")(bodiless)
		})},
	{name: "response-upgrade-ignored", says: "Upgrade of the answer is not looked at.", socket: answered(said("Upgrade", "websocket"))},
	{name: "response-connection-ignored", says: "Connection of the answer is not looked at.", socket: answered(said("Connection", "Upgrade"))},
	{name: "subprotocol-unasked-ok", says: "A subprotocol that was not asked for is accepted.",
		socket: answered(struck(`\r\nSec-WebSocket-Protocol:[^\r]*`))},
	{name: "extension-unoffered-ok", says: "An extension that was not offered is ignored.",
		socket: answered(struck(`\r\nSec-WebSocket-Extensions: *not-offered`))},
	{name: "deflate-unknown-ok", says: "An unknown parameter of permessage-deflate is ignored.", socket: answered(struck(`; *unknown_parameter`))},
	{name: "deflate-twice-ok", says: "permessage-deflate may be agreed to twice.", socket: answered(struck(`, *permessage-deflate`))},
	{name: "deflate-bare-window-ok", says: "A window for the client needs no value in an answer.",
		socket: answered(replaced(`; *client_max_window_bits(\r|;|,)`, "$1"))},
	{name: "upgrade-by-case", says: "Upgrade must be in small letters.", socket: answered(replaced(`Upgrade: WebSocket`, "Upgrade: other"))},
	{name: "connection-by-case", says: "Connection must be Upgrade with a capital.", socket: answered(replaced(`Connection: upgrade`, "Connection: other"))},
	{name: "connection-alone", says: "Connection may name nothing but Upgrade.",
		socket: answered(replaced(`Connection: [^\r]*,[^\r]*`, "Connection: other"))},
	{name: "reason-by-letter", says: "The reason of the status must be Switching Protocols.",
		socket: answered(replaced(`^HTTP/1\.1 101 [^S][^\r]*`, "HTTP/1.1 400 Bad Request"))},
	{name: "answer-in-one-read", says: "The answer must come in one piece.", socket: func(nc net.Conn) net.Conn { return &impatient{Conn: nc} }},
	{name: "behind-answer-lost", says: "What comes in one read with the answer is lost.",
		socket: func(nc net.Conn) net.Conn { return &mended{Conn: nc, mend: unchanged, loses: true} }},
}

func unchanged(head string) string { return head }

// replaced replaces the parts of the head that fit a pattern.
func replaced(pattern, with string) func(string) string {
	re := lazily(pattern)
	return func(head string) string { return re().ReplaceAllString(head, with) }
}

// lazily compiles a pattern when it is first needed. Only one defect of a hundred ever is.
func lazily(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

// struck removes the parts of the head that fit a pattern.
func struck(pattern string) func(string) string { return replaced(pattern, "") }

// said gives a field of the answer another value.
func said(name, value string) func(string) string {
	strike := struck(`(?i)\r\n` + name + `:[^\r]*`)
	return func(head string) string {
		return strings.TrimSuffix(strike(head), "\r\n") + name + ": " + value + "\r\n\r\n"
	}
}

// answered changes the head of the answer before it is checked.
func answered(mend func(head string) string) func(net.Conn) net.Conn {
	return func(nc net.Conn) net.Conn { return &mended{Conn: nc, mend: mend} }
}

// mended is a connection on which the head of the answer is changed.
type mended struct {
	net.Conn
	mend  func(head string) string
	loses bool // loses what comes in one read with the end of the head

	head  bytes.Buffer // as far as it has come
	whole bool
	ahead []byte // to be read before anything else
}

// Read gives nothing before the head is complete.
func (m *mended) Read(p []byte) (int, error) {
	for !m.whole {
		if err := m.more(); err != nil {
			return 0, err
		}
	}
	if len(m.ahead) > 0 {
		n := copy(p, m.ahead)
		m.ahead = m.ahead[n:]
		return n, nil
	}
	return m.Conn.Read(p)
}

// maxHead is the most octets that are kept of an answer without an end.
const maxHead = 64 << 10

// more reads more of the head.
func (m *mended) more() error {
	var chunk [4096]byte
	n, err := m.Conn.Read(chunk[:])
	m.head.Write(chunk[:n])
	head, rest, found := bytes.Cut(m.head.Bytes(), []byte("\r\n\r\n"))
	switch {
	case found:
		m.whole, m.ahead = true, []byte(m.mend(string(head)+"\r\n\r\n"))
		if !m.loses {
			m.ahead = append(m.ahead, rest...)
		}
		return nil
	case m.head.Len() > maxHead:
		return io.ErrShortBuffer
	}
	return err
}

// impatient takes its first read for the whole answer.
type impatient struct {
	net.Conn
	began bool
}

// Read fails if the first read does not end an answer.
func (i *impatient) Read(p []byte) (int, error) {
	n, err := i.Conn.Read(p)
	if !i.began && err == nil && !bytes.Contains(p[:n], []byte("\r\n\r\n")) {
		return 0, io.ErrUnexpectedEOF
	}
	i.began = true
	return n, err
}
