package wire

import (
	"context"
	"errors"
	"testing"
)

// A message that must come before a Close is refused after it; any other is not.
func TestBeforeClose(t *testing.T) {
	ctx := context.Background()
	overPipe(t, Dialer{}, func(p *peer) {
		p.expect(OpText, "before")
		p.expect(OpClose, "\x03\xe8")
		p.expect(OpText, "after")
		p.write(frameOctets(true, OpClose, "\x03\xe8"))
	}, func(t *testing.T, c *Conn) {
		early := SendOptions{BeforeClose: true}
		if _, err := c.Send(ctx, OpText, []byte("before"), early); err != nil {
			t.Errorf("Send() before the Close = %v", err)
		}
		if _, err := c.SendClose(ctx, 1000, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Send(ctx, OpText, []byte("refused"), early); !errors.Is(err, ErrClosing) {
			t.Errorf("Send() after the Close = %v, want %v", err, ErrClosing)
		}
		if _, err := c.Send(ctx, OpText, []byte("after"), SendOptions{}); err != nil {
			t.Errorf("Send() of any message = %v", err)
		}
		lastEvent(c)
	})
}
