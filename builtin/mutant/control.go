package mutant

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/wire"
)

func (c *call) pong(payload []byte) {
	c.raw(wire.RawFrame{Fin: true, Opcode: wire.OpPong, Parts: wire.Payload(payload)})
}

var ownPongs = wire.Policy{Pong: wire.AutoOff}

// onPing makes a defect that answers pings in its own way.
func onPing(answer func(*call, []byte)) func(*call, *wire.Frame) {
	return func(c *call, f *wire.Frame) {
		if f.Opcode == wire.OpPing {
			answer(c, f.Payload)
		}
	}
}

// pingDefects break RFC 6455 sections 5.5.2 and 5.5.3.
var pingDefects = []defect{
	{name: "no-pong", says: "Pings are not answered.", policy: ownPongs},
	{name: "empty-pong", says: "A pong carries nothing.", policy: ownPongs, frame: onPing(func(c *call, _ []byte) { c.pong(nil) })},
	{name: "short-pong", says: "A pong of 125 octets loses its last.", policy: ownPongs,
		frame: onPing(func(c *call, b []byte) { c.pong(b[:min(len(b), 124)]) })},
	{name: "two-pongs", says: "Each ping is answered twice.", policy: ownPongs,
		frame: onPing(func(c *call, b []byte) { c.pong(b); c.pong(b) })},
	{name: "slow-pong", says: "Pings are answered after 1.5 s.", policy: ownPongs,
		frame: onPing(func(c *call, b []byte) { pause(c.ctx, 1500*time.Millisecond); c.pong(b) })},
	{name: "pong-for-pong", says: "Pongs are answered, too.",
		frame: func(c *call, f *wire.Frame) {
			if f.Opcode == wire.OpPong {
				c.pong(f.Payload)
			}
		}},
	{name: "no-pong-in-message", says: "A ping between the frames of a message is not answered.", policy: ownPongs,
		frame: onPing(func(c *call, b []byte) {
			if !c.message {
				c.pong(b)
			}
		})},
	{name: "pong-after-message", says: "A ping between the frames of a message is answered after the echo.", policy: ownPongs,
		frame: onPing(func(c *call, b []byte) {
			if !c.message {
				c.pong(b)
				return
			}
			c.pings = append(c.pings, b)
		}),
		message: func(c *call, m *wire.Message) {
			c.echo(m, m.Data)
			for _, b := range c.pings {
				c.pong(b)
			}
			c.pings = nil
		}},
	{name: "control-flood", says: "After more than 100 control frames in a row the connection is failed with 1008.",
		frame: func(c *call, f *wire.Frame) {
			if !f.Opcode.Control() {
				c.count = 0
			} else if c.count++; c.count > 100 {
				c.fail(1008)
			}
		}},
}

var ownCloses = wire.Policy{CloseReply: wire.AutoOff}

// onClose makes a defect that answers a Close in its own way. For an empty Close
// the code is 1005.
func onClose(answer func(c *call, code int)) func(*call, *wire.Frame) {
	return func(c *call, f *wire.Frame) {
		if f.Opcode != wire.OpClose || c.closed {
			return
		}
		code := wire.NoCode
		if len(f.Payload) >= 2 {
			code = int(binary.BigEndian.Uint16(f.Payload))
		}
		answer(c, code)
	}
}

func (c *call) close(code int, reason string) { _, _ = c.conn.SendClose(c.ctx, code, reason) }

// sentCode answers every Close with a code, even with one that must not be sent.
func sentCode(code int) func(*call, *wire.Frame) {
	return onClose(func(c *call, _ int) {
		c.raw(wire.RawFrame{Fin: true, Opcode: wire.OpClose, Parts: wire.Payload([]byte{byte(code >> 8), byte(code)})})
	})
}

// closeDefects break RFC 6455 sections 5.5.1 and 7.
var closeDefects = []defect{
	{name: "no-close-reply", says: "A Close is not answered, and TCP stays.", policy: wire.Policy{CloseReply: wire.AutoOff, EndTCP: wire.AutoOff},
		linger: lingering},
	{name: "close-drops-tcp", says: "A Close is answered by the end of TCP.", policy: ownCloses,
		frame: onClose(func(c *call, _ int) { _ = c.conn.Drop(wire.DropFIN) })},
	{name: "close-reply-late", says: "A Close is answered after 50 ms, and not at all if the client's side of TCP has ended by then.", policy: ownCloses,
		frame: onClose(func(c *call, code int) {
			c.server.work.Go(func() {
				pause(c.ctx, 50*time.Millisecond)
				c.close(code, "")
			})
		})},
	{name: "close-keeps-tcp", says: "A Close is answered, and TCP stays.", policy: wire.Policy{EndTCP: wire.AutoOff}, linger: lingering},
	{name: "close-other-code", says: "Every Close is answered with 1001.", policy: ownCloses, frame: sentCode(1001)},
	{name: "close-1005-sent", says: "1005 stands on the wire.", policy: ownCloses, frame: sentCode(1005)},
	{name: "close-1006-sent", says: "1006 stands on the wire.", policy: ownCloses, frame: sentCode(1006)},
	{name: "close-1015-sent", says: "1015 stands on the wire.", policy: ownCloses, frame: sentCode(1015)},
	{name: "close-one-octet-sent", says: "A Close is answered with one of a single octet.", policy: ownCloses,
		frame: onClose(func(c *call, _ int) {
			c.raw(wire.RawFrame{Fin: true, Opcode: wire.OpClose, Parts: wire.Payload([]byte{3})})
		})},
	{name: "close-reason-broken", says: "The reason of a Close is not UTF-8.", policy: ownCloses,
		frame: onClose(func(c *call, _ int) { c.close(1000, "caf\xe9") })},
	{name: "close-twice", says: "A Close is answered twice.", policy: wire.Policy{CloseReply: wire.AutoOff, EndTCP: wire.AutoOff},
		frame: onClose(func(c *call, _ int) {
			c.raw(wire.CloseFrame(1000, ""), wire.CloseFrame(1000, ""))
			_ = c.conn.Drop(wire.DropFIN)
		})},
	{name: "talk-after-close", says: "A message follows the Close that answers.", policy: wire.Policy{CloseReply: wire.AutoOff, EndTCP: wire.AutoOff},
		frame: onClose(func(c *call, _ int) {
			c.raw(wire.CloseFrame(1000, ""), wire.RawFrame{Fin: true, Opcode: wire.OpText, Parts: wire.Payload([]byte("one more thing"))})
			_ = c.conn.Drop(wire.DropFIN)
		})},
	{name: "echo-before-close", says: "Messages behind the peer's Close are echoed before it is answered.", policy: ownCloses,
		broken: lets(breach("RFC6455#5.5.1", "after the Close")), linger: lingering,
		message: func(c *call, m *wire.Message) { c.echo(m, m.Data) }},
	{name: "pong-after-close", says: "Pings behind the peer's Close are answered.", policy: wire.Policy{EndTCP: wire.AutoOff},
		broken: lets(breach("RFC6455#5.5.1", "after the Close")),
		frame: onPing(func(c *call, b []byte) {
			if c.closed {
				c.pong(b)
			}
		})},
	{name: "close-codes-unchecked", says: "Any code of a Close is echoed.", policy: ownCloses,
		broken: lets(breach("RFC6455#7.4", "close code")), frame: onClose(func(c *call, code int) { c.close(code, "") })},
	{name: "close-codes-1000", says: "Any code of a Close is answered with 1000.", policy: ownCloses,
		broken: lets(breach("RFC6455#7.4", "close code")), frame: onClose(func(c *call, _ int) { c.close(1000, "") })},
	{name: "close-one-octet-ok", says: "A Close may carry a single octet.", policy: ownCloses,
		broken: lets(breach("RFC6455#5.5.1", "1 octet")), frame: onClose(func(c *call, code int) { c.close(code, "") })},
	{name: "close-reason-unchecked", says: "The reason of a Close need not be UTF-8.",
		broken: lets(func(v *wire.Violation) bool { return strings.Contains(v.Text, "reason is not UTF-8") })},
	{name: "close-registered-refused", says: "The codes 1012 to 1014, registered after RFC 6455, are refused.", policy: ownCloses,
		frame: onClose(func(c *call, code int) {
			if code >= 1012 && code <= 1014 {
				c.fail(1002)
				return
			}
			c.close(code, "")
		})},
	{name: "close-private-refused", says: "The codes from 3000 on are refused.", policy: ownCloses,
		frame: onClose(func(c *call, code int) {
			if code >= 3000 && code < 5000 {
				c.fail(1002)
				return
			}
			c.close(code, "")
		})},
}

// deflateDefects break RFC 7692.
var deflateDefects = []defect{
	{name: "deflate-unoffered", says: "permessage-deflate is agreed to though nobody offered it.",
		answer: func(r *wire.Request, a *wire.Answer) {
			if len(r.Deflate()) == 0 {
				a.Edit.Lines = append(a.Edit.Lines, "Sec-WebSocket-Extensions: permessage-deflate")
			}
		}},
	{name: "deflate-malformed-ok", says: "A malformed offer of permessage-deflate is agreed to.",
		answer: func(r *wire.Request, a *wire.Answer) {
			offered := func(e wire.Extension) bool { return e.Name == "permessage-deflate" }
			if a.Deflate == nil && slices.ContainsFunc(r.Extensions(), offered) {
				a.Deflate = wire.DeflateOffer{}.Grant()
			}
		}},
	{name: "deflate-malformed-refused", says: "A malformed offer of permessage-deflate is answered with 400.", offers: true},
	{name: "deflate-wide-window", says: "The server compresses with a window of 15 bits, whatever was agreed.",
		answer: compresses(func(d *wire.Deflate) { d.ServerMaxWindowBits = 15 })},
	{name: "deflate-keeps-context", says: "The server keeps its window from message to message, whatever was agreed.",
		answer: compresses(func(d *wire.Deflate) { d.ServerNoContextTakeover = false })},
	{name: "deflate-bad-window", says: "The answer has a window of 16 bits.",
		answer: func(r *wire.Request, a *wire.Answer) {
			if len(r.Deflate()) > 0 {
				a.Header = append(a.Header, wire.Field{Name: "Sec-WebSocket-Extensions", Value: "permessage-deflate; server_max_window_bits=16"})
			}
		}},
	{name: "deflate-no-rsv1", says: "Compressed messages come without RSV1.",
		message: func(c *call, m *wire.Message) {
			data, err := c.conn.Deflate(c.ctx, m.Data)
			if err != nil {
				c.echo(m, m.Data)
				return
			}
			c.raw(wire.RawFrame{Fin: true, Opcode: opcode(m), Parts: wire.Payload(data)})
		}},
	{name: "deflate-plain-rsv1", says: "Plain messages come with RSV1.",
		message: framed(func(f *wire.RawFrame) { f.RSV = 4 })},
	{name: "deflate-rsv1-anywhere", says: "RSV1 is accepted on any frame.", broken: lets(breach("RFC7692#6.1", "RSV1"))},
	{name: "deflate-guessed", says: "A message that can be inflated is, also without RSV1.",
		broken: lets(badText), message: changed(inflated)},
	{name: "deflate-falls-back", says: "A message that cannot be inflated is taken as it is.",
		broken: func(c *call, v *wire.Violation) {
			if !breach("RFC7692#7.2.2", "inflated")(v) {
				c.fail(v.Code)
				return
			}
			c.raw(wire.RawFrame{Fin: true, Opcode: c.last.Opcode, Parts: wire.Payload(c.last.Payload)})
		}},
	{name: "deflate-garbage-ok", says: "Messages that cannot be inflated are ignored.", broken: lets(breach("RFC7692#7.2.2", "inflated"))},
}

// inflated gives the message that b would be if it had RSV1, or b itself.
func inflated(b []byte) []byte {
	whole := io.MultiReader(bytes.NewReader(b), strings.NewReader("\x00\x00\xff\xff"))
	out, err := io.ReadAll(flate.NewReader(whole)) // no block is marked as the last one
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(out) == 0 {
		return b
	}
	return out
}

// compresses makes the server compress in another way than it announces.
func compresses(change func(*wire.Deflate)) func(*wire.Request, *wire.Answer) {
	return func(_ *wire.Request, a *wire.Answer) {
		if a.Deflate == nil {
			return
		}
		a.Header = append(a.Header, wire.Field{Name: "Sec-WebSocket-Extensions", Value: a.Deflate.String()})
		change(a.Deflate)
	}
}
