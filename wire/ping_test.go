package wire

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// A Ping of our own accord goes between two frames and before a Close, or not at
// all: what was said by hand is not spoiled.
func TestPing(t *testing.T) {
	ctx := context.Background()
	overPipe(t, Dialer{}, func(p *peer) {
		p.expect(OpPing, "between")
		p.expect(OpText, "half a message")
		p.expect(OpPing, "between its frames")
		p.expect(OpContinuation, "the rest")
		p.expect(OpClose, "\x03\xe8")
		p.write(frameOctets(true, OpClose, "\x03\xe8"))
	}, func(t *testing.T, c *Conn) {
		begun := 0
		ping := func(text string, want error) {
			t.Helper()
			before := begun
			err := c.Ping(ctx, []byte(text), func() { begun++ })
			if !errors.Is(err, want) || want == nil && err != nil {
				t.Errorf("Ping(%q) = %v, want %v", text, err, want)
			}
			if said := begun > before; said != (want == nil) {
				t.Errorf("Ping(%q) has begun: %v", text, said)
			}
		}
		ping("between", nil)
		if _, err := c.SendFrames(ctx, []RawFrame{{Opcode: OpText, Parts: Payload([]byte("half a message"))}}, Delivery{}); err != nil {
			t.Fatal(err)
		}
		ping("between its frames", nil)
		// A frame that claims more octets than it has yet.
		if _, err := c.SendFrames(ctx, []RawFrame{{Fin: true, Mask: MaskKey, Length: Claim(8), Parts: Payload([]byte("the "))}}, Delivery{}); err != nil {
			t.Fatal(err)
		}
		ping("inside a frame", ErrUnfinished)
		if _, err := c.SendBytes(ctx, []byte("rest"), Delivery{}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.SendClose(ctx, 1000, ""); err != nil {
			t.Fatal(err)
		}
		ping("after the Close", ErrClosing)
		if err := c.Ping(ctx, []byte(strings.Repeat("x", 126)), func() { t.Error("a Ping that is too long has begun") }); err == nil {
			t.Error("a Ping that is too long was sent")
		}
		lastEvent(c)
	})
}
