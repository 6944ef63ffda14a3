package wire

import "time"

// Event is what [Conn.Next] yields: a *[Frame], a *[Message], a *[Violation], an *[Excess] or an *[End].
type Event interface {
	// Time is when the event was complete: its last octet had been read.
	Time() time.Time
	event()
}

// Message is one whole text or binary message, put together from its frames. It follows the event of its last frame.
type Message struct {
	Binary     bool
	Data       []byte // inflated; may share memory with the payload of its frame, neither is changed later
	Fragments  int    // how many frames it came in, at least 1
	Compressed bool   // it came with permessage-deflate (RFC 7692)
	First      time.Time
	Last       time.Time
}

// Violation is a rule that the peer broke. It comes as soon as the octet that breaks the rule is read, before the
// frame that holds it is complete.
type Violation struct {
	Rule string // where the rule stands: "RFC6455#5.1"
	Text string // what was wrong, in lower case
	// Code is the close code with which a failing endpoint answers (RFC 6455 section 7.4.1); in a [Request] the status
	// with which a server refuses it; of a response 0, as it is not answered.
	Code int
	At   time.Time
}

// Error makes a violation usable as an error.
func (v *Violation) Error() string { return v.Rule + ": " + v.Text }

// Excess is a limit of ours that the peer went beyond. It breaks no rule, but the connection is failed, under every
// [Policy], since what follows could not be told truly. Of a handshake it is the cause of a [DialError] or [AcceptError].
type Excess struct {
	Limit string // one of the Limit constants
	Max   int64  // its value in [Limits]; of [LimitMemory], what the message took by then
	Code  int    // the close code with which the connection is failed; 0 of a handshake
	At    time.Time
}

// Side names one of the two ends of a connection.
type Side string

// The two sides of a connection.
const (
	Us   Side = "us"
	Peer Side = "peer"
)

// The ways in which the transport can end, for [End.TCP].
const (
	TCPFin       = "fin"       // the peer ended its stream at a boundary of frames
	TCPReset     = "reset"     // the peer reset the connection
	TCPTimeout   = "timeout"   // the peer did not end it within [Limits.CloseWait], or the network gave up
	TCPTruncated = "truncated" // the peer ended its stream inside a frame, a fragmented message or a TLS record
	TCPLocal     = "local"     // we dropped it, see [Conn.Drop]
	TCPError     = "error"     // anything else, told by [End.Err]
)

// The two codes that never travel in a Close frame and stand for the lack of one (RFC 6455 section 7.4.1).
const (
	NoCode  = 1005 // a Close frame without a code
	NoClose = 1006 // no Close frame at all
)

// End is how the connection ended. It is the last event.
type End struct {
	At     time.Time
	Code   int    // of the peer's Close; [NoCode] if it carried none, [NoClose] if there was none
	Reason string // of the peer's Close, as it came
	Clean  bool   // both Close frames were exchanged and the peer broke no rule (RFC 6455 section 7.1.4)
	// By is who sent the first Close. Ours counts whatever is wrong with it, the peer's if it broke no rule or
	// violations are observed. Where there was none it is who ended the connection: us if we failed or dropped it, else
	// the peer.
	By  Side
	TCP string // one of the TCP constants
	// TCPBy is who ended its stream first, as far as we can see: a peer that ends its own while our end is under way
	// counts as second.
	TCPBy       Side
	TLS         bool  // the connection was TLS
	CloseNotify bool  // the peer ended TLS with close_notify (RFC 8446 section 6.1)
	Err         error // what the transport reported, or what was cut off; nil for a plain end of stream
}

// Time is when the frame's last octet was read.
func (f *Frame) Time() time.Time { return f.Last }

// Time is when the message's last octet was read.
func (m *Message) Time() time.Time { return m.Last }

// Time is when the octet that broke the rule was read.
func (v *Violation) Time() time.Time { return v.At }

// Time is when the limit was passed.
func (e *Excess) Time() time.Time { return e.At }

// Time is when the end was seen.
func (e *End) Time() time.Time { return e.At }

func (*Frame) event()     {}
func (*Message) event()   {}
func (*Violation) event() {}
func (*Excess) event()    {}
func (*End) event()       {}
