package wire

import (
	"fmt"
	"time"
)

// Limits bounds what a peer can make us keep. A zero field stands for its default.
type Limits struct {
	Message        int64         // octets of a message or a frame as they travel; default 64 MiB
	Inflated       int64         // octets of a message after inflating; default 64 MiB
	Fragments      int           // frames of one message; default 131072
	Replies        int           // pongs waiting to be written: of further pings only the last is answered (RFC 6455 section 5.5.3); default 64
	HandshakeSize  int           // octets of the head of the peer's handshake, heads of interim responses included; default 64 KiB
	HandshakeLines int           // lines of a head; default 256
	Interim        int           // interim responses (1xx) before the final one; default 100
	Body           int64         // octets kept of the body of a refusal; default 64 KiB
	CloseWait      time.Duration // from the second Close, or from failing, until we let go of the TCP connection; default 1 s
}

// The limits that a peer can go beyond, as [Excess.Limit] names them.
const (
	LimitMessage        = "message"
	LimitInflated       = "inflated"
	LimitFragments      = "fragments"
	LimitHandshakeSize  = "handshake_size"
	LimitHandshakeLines = "handshake_lines"
	LimitInterim        = "interim"
	LimitMemory         = "memory" // of whoever counts, see [Conn.Count]
)

// excesses says of each limit what has gone beyond it.
var excesses = map[string]string{
	LimitMessage:        "a message has more than %d octets",
	LimitInflated:       "a message inflates to more than %d octets",
	LimitFragments:      "a message has more than %d frames",
	LimitHandshakeSize:  "the handshake has heads of more than %d octets",
	LimitHandshakeLines: "the handshake has a head of more than %d lines",
	LimitInterim:        "the handshake has more than %d interim responses",
	LimitMemory:         "a message took %d octets, and no more may be held",
}

// Error says what has gone beyond which figure.
func (e *Excess) Error() string { return fmt.Sprintf(excesses[e.Limit], e.Max) }

// refuses is the error of a handshake that goes beyond the limit.
func (e *Excess) refuses() *DialError { return &DialError{Kind: KindLimit, Rule: e.Limit, Err: e} }

func (l Limits) withDefaults() Limits {
	l.Message = orDefault(l.Message, 64<<20)
	l.Inflated = orDefault(l.Inflated, 64<<20)
	l.Fragments = orDefault(l.Fragments, 131072)
	l.Replies = orDefault(l.Replies, 64)
	l.HandshakeSize = orDefault(l.HandshakeSize, 64<<10)
	l.HandshakeLines = orDefault(l.HandshakeLines, 256)
	l.Interim = orDefault(l.Interim, 100)
	l.Body = orDefault(l.Body, 64<<10)
	l.CloseWait = orDefault(l.CloseWait, time.Second)
	return l
}

func orDefault[T int | int64 | time.Duration](v, standard T) T {
	if v <= 0 {
		return standard
	}
	return v
}

// Auto says whether something is done without being asked for.
type Auto byte

// The two values of [Auto]; the zero value is on.
const (
	AutoOn Auto = iota
	AutoOff
)

// OnViolation says what follows when the peer breaks a rule.
type OnViolation byte

const (
	// Fail fails the connection as RFC 6455 section 7.1.7 says: our Close with the violation's code, nothing
	// more is looked at, and the connection ends.
	Fail OnViolation = iota
	// Observe only reports it and goes on as well as can be. Without a 101 there is no connection; with one there is,
	// whatever rules the answer breaks. An extension that was not offered is not used; but permessage-deflate that was
	// granted in another way than it was offered, or without being offered, is read, and we compress nothing.
	Observe
)

// Policy says what the connection does by itself. The zero value is what RFC 6455 asks for.
type Policy struct {
	Pong       Auto // answer pings
	CloseReply Auto // answer a Close with the same code
	// EndTCP lets a server end the TCP connection, and TLS before it, as soon as both Closes are exchanged or it has
	// failed the connection (RFC 6455 section 7.1.1). A client, and a server without it, waits for the peer to do so, at
	// most [Limits.CloseWait].
	EndTCP      Auto
	OnViolation OnViolation
}
