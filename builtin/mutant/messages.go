package mutant

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/duologue/duologue/wire"
)

// echoDefects send back something other than what came.
var echoDefects = []defect{
	{name: "short-126", says: "A message of 126 octets loses its last.", message: changed(shortOf(126))},
	{name: "short-65536", says: "A message of 65536 octets loses its last.", message: changed(shortOf(65536))},
	{name: "bit-flipped", says: "One bit of each long message is wrong.",
		message: changed(func(b []byte) []byte {
			if len(b) > 100 {
				b[len(b)/2] ^= 1
			}
			return b
		})},
	{name: "mask-forgotten", says: "The echo is as masked as the message was.",
		message: func(c *call, m *wire.Message) {
			data := bytes.Clone(m.Data)
			for i := range data {
				data[i] ^= c.last.Mask[i%4]
			}
			c.echo(m, data)
		}},
	{name: "empty-lost", says: "Empty messages are not echoed.",
		message: func(c *call, m *wire.Message) {
			if len(m.Data) > 0 {
				c.echo(m, m.Data)
			}
		}},
	{name: "wrong-type", says: "Binary is echoed as text.",
		message: func(c *call, m *wire.Message) {
			text := *m
			text.Binary = false
			c.echo(&text, m.Data)
		}},
	{name: "twice", says: "Every message is echoed twice.",
		message: func(c *call, m *wire.Message) {
			c.echo(m, m.Data)
			c.echo(m, m.Data)
		}},
	{name: "cross-talk", says: "What one connection sends is echoed to the others, too.",
		message: func(c *call, m *wire.Message) {
			for _, other := range c.server.others(c) {
				other.echo(m, m.Data)
			}
			c.echo(m, m.Data)
		}},
	{name: "small-limit", says: "Messages of more than 60000 octets are too big.",
		message: func(c *call, m *wire.Message) {
			if len(m.Data) > 60000 {
				c.fail(1009)
				return
			}
			c.echo(m, m.Data)
		}},
	{name: "masked-echo", says: "The server masks its frames.", message: framed(func(f *wire.RawFrame) { f.Mask = wire.MaskRandom })},
	{name: "rsv3-echo", says: "The echo has RSV3 set.", message: framed(func(f *wire.RawFrame) { f.RSV = 1 })},
	{name: "long-length-echo", says: "Every length is written in 64 bits.", message: framed(func(f *wire.RawFrame) { f.Form = 64 })},
	{name: "reserved-opcode-echo", says: "The echo has opcode 3.", message: framed(func(f *wire.RawFrame) { f.Opcode = 3 })},
	{name: "cut-off-echo", says: "The TCP connection ends inside the echo.",
		message: func(c *call, m *wire.Message) {
			c.raw(wire.RawFrame{Fin: true, Opcode: opcode(m), Length: wire.Claim(uint64(len(m.Data)) + 9), Parts: wire.Payload(m.Data)})
			_ = c.conn.Drop(wire.DropFIN)
		}},
}

// changed echoes what change makes of a copy of the message.
func changed(change func([]byte) []byte) func(*call, *wire.Message) {
	return func(c *call, m *wire.Message) { c.echo(m, change(bytes.Clone(m.Data))) }
}

func shortOf(size int) func([]byte) []byte {
	return func(b []byte) []byte {
		if len(b) == size {
			return b[:size-1]
		}
		return b
	}
}

// framed echoes in one frame made by hand.
func framed(change func(*wire.RawFrame)) func(*call, *wire.Message) {
	return func(c *call, m *wire.Message) {
		f := wire.RawFrame{Fin: true, Opcode: opcode(m), Parts: wire.Payload(m.Data)}
		change(&f)
		c.raw(f)
	}
}

// textDefects break RFC 6455 section 8.1.
var textDefects = []defect{
	{name: "utf8-unchecked", says: "Text need not be UTF-8.", broken: lets(badText)},
	{name: "utf8-late", says: "Text that is not UTF-8 is refused only once the message is complete.",
		broken: lets(badText), message: ifText(utf8.Valid)},
	{name: "utf8-by-frame", says: "Each frame of a text must be UTF-8 by itself.",
		frame: func(c *call, f *wire.Frame) {
			starts := f.Opcode == wire.OpText || f.Opcode == wire.OpContinuation && c.last != nil && c.last.Opcode != wire.OpBinary
			if starts && !utf8.Valid(f.Payload) {
				c.fail(1007)
			}
		}},
	{name: "utf8-1002", says: "Text that is not UTF-8 is refused with 1002.",
		broken: func(c *call, v *wire.Violation) {
			if v.Code == 1007 {
				c.fail(1002)
				return
			}
			c.fail(v.Code)
		}},
	{name: "surrogates-ok", says: "Surrogates are accepted in text.", broken: lets(badText),
		message: ifText(besides(`\xED[\xA0-\xBF][\x80-\xBF]`))},
	{name: "overlong-ok", says: "Overlong forms are accepted in text.", broken: lets(badText),
		message: ifText(besides(`[\xC0\xC1][\x80-\xBF]|\xE0[\x80-\x9F][\x80-\xBF]|\xF0[\x80-\x8F][\x80-\xBF]{2}`))},
	{name: "beyond-unicode-ok", says: "Characters beyond U+10FFFF are accepted in text.", broken: lets(badText),
		message: ifText(besides(`\xF4[\x90-\xBF][\x80-\xBF]{2}|[\xF5-\xF7][\x80-\xBF]{3}`))},
	{name: "unfinished-text-ok", says: "Text may end inside a character.", broken: lets(badText),
		message: ifText(besides(`[\xC2-\xF4][\x80-\xBF]{0,2}$`))},
	{name: "bom-lost", says: "U+FEFF at the beginning of a text is left out.",
		message: changed(func(b []byte) []byte { return bytes.TrimPrefix(b, []byte("\uFEFF")) })},
	{name: "noncharacters-refused", says: "U+FFFE and U+FFFF are refused in text.",
		message: ifText(func(b []byte) bool { return !bytes.ContainsAny(b, "\uFFFE\uFFFF") })},
}

func badText(v *wire.Violation) bool { return v.Rule == "RFC6455#8.1" }

// ifText echoes a message. It fails text that is not valid with 1007.
func ifText(valid func([]byte) bool) func(*call, *wire.Message) {
	return func(c *call, m *wire.Message) {
		if !m.Binary && !valid(m.Data) {
			c.fail(1007)
			return
		}
		c.echo(m, m.Data)
	}
}

// besides makes a test for UTF-8 in which octets that fit a pattern may also
// stand.
func besides(pattern string) func([]byte) bool {
	// Regular expressions look at characters, so each octet becomes one.
	re := lazily(`(?s)` + pattern)
	return func(b []byte) bool {
		wide := make([]rune, len(b))
		for i, c := range b {
			wide[i] = rune(c)
		}
		narrow := slices.Collect(func(yield func(byte) bool) {
			for _, r := range re().ReplaceAllString(string(wide), "") {
				if !yield(byte(r)) {
					return
				}
			}
		})
		return utf8.Valid(narrow)
	}
}
