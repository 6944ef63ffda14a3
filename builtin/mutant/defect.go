package mutant

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/wire"
)

// Defect is one rule that the endpoint can break.
type Defect struct {
	Name string
	Says string // what is wrong then
}

// Defects lists every defect of [Server], in the order of the rules they break.
func Defects() []Defect { return listed(defects) }

func listed(defects []defect) []Defect {
	out := make([]Defect, len(defects))
	for i, d := range defects {
		out[i] = Defect{d.name, d.says}
	}
	return out
}

// defect changes the clean endpoint at the places whose fields are set.
type defect struct {
	name string
	says string

	socket  func(net.Conn) net.Conn
	admits  func(*wire.Violation) bool        // the violations with which a request is accepted
	offers  bool                              // a malformed offer of compression is refused
	delay   func(*wire.Request) time.Duration // how long to wait before the request is answered
	refusal func(*wire.Refusal)
	answer  func(*wire.Request, *wire.Answer)

	remembers bool // the subprotocol that was asked for last

	request func(*wire.Dialer) // of a client

	policy  wire.Policy
	linger  time.Duration                // see wire.Limits.CloseWait
	opened  func(*call)                  // right after the handshake
	broken  func(*call, *wire.Violation) // what to do about a broken rule; nil fails the connection
	frame   func(*call, *wire.Frame)     // called for each frame, before it is remembered
	message func(*call, *wire.Message)   // called in place of the echo
}

// defects is the registry of the defects of a server.
var defects = slices.Concat(wholeDefects, handshakeDefects, frameDefects, fragmentDefects, echoDefects, pingDefects,
	textDefects, closeDefects, deflateDefects, securityDefects)

// find gives the defect with that name. of names what has the defects, for the
// error.
func find(defects []defect, of, name string) (defect, error) {
	if name == "" {
		return defect{}, nil
	}
	names := make([]string, len(defects))
	for i, d := range defects {
		if d.name == name {
			return d, nil
		}
		names[i] = d.name
	}
	if hint := diag.DidYouMean(name, names); hint != "" {
		return defect{}, fmt.Errorf("there is no defect %s of %s (%s)", name, of, hint)
	}
	return defect{}, fmt.Errorf("there is no defect %s of %s", name, of)
}

// refused reports whether a violation refuses a request. A malformed offer of
// permessage-deflate does not: it is declined (RFC 7692 sections 5.1 and 7.1),
// because [wire.Request.Deflate] leaves it out.
func (d *defect) refused(v *wire.Violation) bool {
	if v.Rule == "RFC7692#7.1" {
		return d.offers
	}
	return d.admits == nil || !d.admits(v)
}

// breach makes a test for the violations of a rule whose text contains words.
func breach(rule, words string) func(*wire.Violation) bool {
	return func(v *wire.Violation) bool { return v.Rule == rule && strings.Contains(v.Text, words) }
}

// lets ignores some violations, and fails the connection because of all others.
func lets(pass func(*wire.Violation) bool) func(*call, *wire.Violation) {
	return func(c *call, v *wire.Violation) {
		if !pass(v) {
			c.fail(v.Code)
		}
	}
}

// wholeDefects answer almost nothing. A case that one of them passes proves
// nothing.
var wholeDefects = []defect{
	{name: "drop-after-handshake", says: "The TCP connection ends right after the handshake.",
		opened: func(c *call) { _ = c.conn.Drop(wire.DropFIN) }},
	{name: "reset-after-handshake", says: "The TCP connection is reset right after the handshake.",
		opened: func(c *call) { _ = c.conn.Drop(wire.DropRST) }},
	{name: "sink", says: "Everything is read and nothing answered.",
		policy: wire.Policy{Pong: wire.AutoOff, CloseReply: wire.AutoOff}, broken: lets(anything), linger: lingering,
		message: func(*call, *wire.Message) {}},
	{name: "close-1000-always", says: "Close 1000 is sent right after the handshake.", opened: closeAtOnce(1000)},
	{name: "close-1002-always", says: "Close 1002 is sent right after the handshake.", opened: closeAtOnce(1002)},
	{name: "drop-after-echo", says: "The TCP connection ends after the first echo.",
		message: func(c *call, m *wire.Message) {
			c.echo(m, m.Data)
			_ = c.conn.Drop(wire.DropFIN)
		}},
}

func anything(*wire.Violation) bool { return true }

func closeAtOnce(code int) func(*call) {
	return func(c *call) { _, _ = c.conn.SendClose(c.ctx, code, "") }
}
