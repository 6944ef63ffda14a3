package mutant

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/duologue/duologue/wire"
)

// frameDefects accept frames that break RFC 6455 sections 5.1, 5.2 and 5.5, or
// treat them wrongly.
var frameDefects = []defect{
	{name: "unmasked-ok", says: "Unmasked frames are accepted.", broken: lets(breach("RFC6455#5.1", "unmasked"))},
	{name: "rsv1-ok", says: "RSV1 is not looked at.", broken: lets(breach("RFC6455#5.2", "reserved bits 100"))},
	{name: "rsv2-ok", says: "RSV2 is not looked at.", broken: lets(breach("RFC6455#5.2", "reserved bits 010"))},
	{name: "rsv-ok", says: "No reserved bit is looked at.", broken: lets(breach("RFC6455#5.2", "reserved bits"))},
	{name: "reserved-data-ok", says: "Frames with the opcodes 3 to 7 are ignored.", broken: lets(reserved(3, 7))},
	{name: "reserved-control-ok", says: "Frames with the opcodes 11 to 15 are ignored.", broken: lets(reserved(11, 15))},
	{name: "long-length-ok", says: "Lengths need not be in the shortest form.",
		broken: lets(breach("RFC6455#5.2", "not in the shortest form"))},
	{name: "fragmented-control-ok", says: "Control frames may be fragmented.", broken: lets(breach("RFC6455#5.5", "fragmented"))},
	{name: "long-control-ok", says: "Control frames may be longer than 125 octets; such pings are answered in kind.",
		broken: lets(breach("RFC6455#5.5", "payload of")),
		frame: func(c *call, f *wire.Frame) {
			if f.Opcode == wire.OpPing && len(f.Payload) > 125 {
				c.raw(wire.RawFrame{Fin: true, Opcode: wire.OpPong, Parts: wire.Payload(f.Payload)})
			}
		}},
	{name: "failure-1011", says: "Every broken rule is answered with 1011.",
		broken: func(c *call, _ *wire.Violation) { c.fail(1011) }},
	{name: "failure-silent", says: "After a broken rule nothing is answered any more, and nothing ended.",
		policy: wire.Policy{Pong: wire.AutoOff, CloseReply: wire.AutoOff, EndTCP: wire.AutoOff}, linger: lingering,
		broken: func(c *call, _ *wire.Violation) { c.failed = true }, frame: properReplies},
	{name: "one-frame-a-read", says: "What comes in one read behind a frame is lost.",
		socket: func(nc net.Conn) net.Conn { return &oneFrame{Conn: nc} }},
	{name: "small-frames-wait", says: "A small frame waits until the one before it is acknowledged (Nagle's algorithm).",
		socket: func(nc net.Conn) net.Conn { return &nagling{Conn: nc} }},
}

// reserved makes a test for frames with reserved opcodes.
func reserved(from, to int) func(*wire.Violation) bool {
	return func(v *wire.Violation) bool {
		var opcode int
		_, err := fmt.Sscanf(v.Text, "reserved opcode %d", &opcode)
		return err == nil && opcode >= from && opcode <= to
	}
}

// properReplies answers pings and Closes as the policy of wire would.
func properReplies(c *call, f *wire.Frame) {
	switch f.Opcode {
	case wire.OpPing:
		c.pong(f.Payload)
	case wire.OpClose:
		c.raw(wire.RawFrame{Fin: true, Opcode: wire.OpClose, Parts: wire.Payload(f.Payload[:min(2, len(f.Payload))])})
		_ = c.conn.Drop(wire.DropFIN)
	}
}

// oneFrame gives at most the rest of one frame for each read, like a server that
// believes that messages come one by one.
type oneFrame struct {
	net.Conn
	blank int    // how many line ends in a row the request's head has had; 4 after the head
	head  []byte // of the frame, as far as it has come
	left  int    // octets of its payload that have not come
}

// Read loses everything after a frame.
func (o *oneFrame) Read(p []byte) (int, error) {
	n, err := o.Conn.Read(p)
	for i, b := range p[:n] {
		if o.blank < 4 {
			o.request(b)
			continue
		}
		if o.take(b) {
			return i + 1, err
		}
	}
	return n, err
}

// request reads an octet of the request's head.
func (o *oneFrame) request(b byte) {
	if b == '\r' || b == '\n' {
		o.blank++
		return
	}
	o.blank = 0
}

// take reads an octet of a frame. It reports whether that was the last one.
func (o *oneFrame) take(b byte) bool {
	if o.left > 0 {
		o.left--
		return o.left == 0
	}
	o.head = append(o.head, b)
	if len(o.head) < 2 {
		return false
	}
	form, length := 0, int(o.head[1]&0x7f)
	switch length {
	case 126:
		form = 2
	case 127:
		form = 8
	}
	size := 2 + form
	if o.head[1]&0x80 != 0 {
		size += 4
	}
	if len(o.head) < size {
		return false
	}
	if form > 0 {
		length = 0
		for _, b := range o.head[2 : 2+form] {
			length = length<<8 | int(b)
		}
	}
	o.head, o.left = nil, max(0, length)
	return o.left == 0
}

// fragmentDefects break RFC 6455 section 5.4.
var fragmentDefects = []defect{
	{name: "lone-continuation-ok", says: "A continuation of nothing is ignored.",
		broken: lets(breach("RFC6455#5.4", "without a message"))},
	{name: "interleaved-ok", says: "A new message may begin inside a fragmented one.",
		broken: lets(breach("RFC6455#5.4", "inside a fragmented message"))},
	{name: "last-fragment-lost", says: "The last frame of a fragmented message is not echoed.",
		message: func(c *call, m *wire.Message) {
			if m.Fragments == 1 {
				c.echo(m, m.Data)
				return
			}
			c.echo(m, m.Data[:len(m.Data)-len(c.last.Payload)])
		}},
	{name: "fragments-apart", says: "Each frame of a message is echoed as a message.",
		message: func(*call, *wire.Message) {},
		frame: func(c *call, f *wire.Frame) {
			if !f.Opcode.Control() {
				_, _ = c.conn.Send(c.ctx, wire.OpText, f.Payload, wire.SendOptions{})
			}
		}},
	{name: "text-for-continuation", says: "An echo comes in two frames, both text.", message: inTwo(wire.OpText, true)},
	{name: "endless-message", says: "An echo comes in two frames, and the second has no FIN either.",
		message: inTwo(wire.OpContinuation, false)},
}

// inTwo echoes in two frames.
func inTwo(second wire.Opcode, fin bool) func(*call, *wire.Message) {
	return func(c *call, m *wire.Message) {
		half := len(m.Data) / 2
		c.raw(wire.RawFrame{Opcode: opcode(m), Parts: wire.Payload(m.Data[:half])},
			wire.RawFrame{Fin: fin, Opcode: second, Parts: wire.Payload(m.Data[half:])})
	}
}

// nagling writes as Nagle's algorithm would, to a peer that acknowledges late.
// What a real system does would depend on how busy both sides are.
type nagling struct {
	net.Conn
	last time.Time // the time of the last write
}

// acknowledged is how late the peer acknowledges. Systems take 40 to 200 ms.
const acknowledged = 100 * time.Millisecond

// Write waits until the last write is acknowledged.
func (n *nagling) Write(p []byte) (int, error) {
	if rest := time.Until(n.last.Add(acknowledged)); !n.last.IsZero() && rest > 0 {
		pause(context.Background(), rest)
	}
	n.last = time.Now()
	return n.Conn.Write(p)
}
