package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
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

// TestCompressionTorn cuts a compressed message before anything of it was written: the window is not what the peer's is.
func TestCompressionTorn(t *testing.T) {
	for _, takeover := range []bool{true, false} {
		accepted := "Sec-WebSocket-Extensions: permessage-deflate\r\n"
		if !takeover {
			accepted = "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n"
		}
		synctest.Test(t, func(t *testing.T) {
			netDial, wait := pipeDialer(t, func(p *peer) {
				p.accept(accepted)
				<-time.After(time.Minute)
				if !takeover {
					p.frame()
				}
			})
			c := dial(t, Dialer{URL: "ws://peer.test", Deflate: &DeflateOffer{}, NetDial: netDial})
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			if _, err := c.Send(ctx, OpText, []byte("a"), SendOptions{}); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Send() = %v, want deadline exceeded", err)
			}
			_, err := c.Send(context.Background(), OpText, []byte("b"), SendOptions{})
			if errors.Is(err, ErrUnusable) != takeover || !takeover && err != nil {
				t.Errorf("takeover %v: Send() after a cut one = %v", takeover, err)
			}
			lastEvent(c)
			wait()
		})
	}
}

func TestSendDeadline(t *testing.T) {
	overPipe(t, Dialer{}, func(p *peer) {
		<-time.After(5 * time.Second)
		b := make([]byte, 3)
		_, _ = io.ReadFull(p.br, b)
		<-time.After(time.Minute)
		p.write(frameOctets(true, OpText, "still here"))
	}, func(t *testing.T, c *Conn) {
		send := func(after time.Duration) error {
			ctx, cancel := context.WithTimeout(context.Background(), after)
			defer cancel()
			_, err := c.Send(ctx, OpBinary, make([]byte, 1<<16), SendOptions{})
			return err
		}
		if err := send(2 * time.Second); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Send() of which nothing was read = %v, want deadline exceeded", err)
		}
		if err := send(10 * time.Second); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrUnusable) {
			t.Errorf("Send() of which a part was read = %v, want deadline exceeded", err)
		}
		if err := send(time.Second); !errors.Is(err, ErrUnusable) {
			t.Errorf("Send() after one was cut = %v, want %v", err, ErrUnusable)
		}
		c.Next()
		if m, ok := c.Next().(*Message); !ok || string(m.Data) != "still here" {
			t.Errorf("reading does not go on after a cut write")
		}
		lastEvent(c)
		if err := send(time.Second); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Send() after the end = %v, want %v", err, net.ErrClosed)
		}
	})
}

// TestTornMessage breaks a message off between its frames: another message would land inside it, a ping may.
func TestTornMessage(t *testing.T) {
	overPipe(t, Dialer{}, func(p *peer) {
		p.expect(OpText, "a")
		<-time.After(time.Minute)
		p.expect(OpPing, "?")
	}, func(t *testing.T, c *Conn) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if _, err := c.Send(ctx, OpText, []byte("ab"), SendOptions{Fragments: []int{1}, Delivery: Delivery{PerFrame: true}}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Send() = %v, want deadline exceeded", err)
		}
		if _, err := c.Send(context.Background(), OpText, []byte("c"), SendOptions{}); !errors.Is(err, ErrUnusable) {
			t.Errorf("Send() after a torn message = %v, want %v", err, ErrUnusable)
		}
		if _, err := c.Send(context.Background(), OpPing, []byte("?"), SendOptions{}); err != nil {
			t.Errorf("Send(ping) after a torn message = %v", err)
		}
		lastEvent(c)
	})
}

// TestCompressedFragments wants each frame to get what is left of a message that compression made short.
func TestCompressedFragments(t *testing.T) {
	got := make(chan []string, 1)
	url := listen(t, nil, func(p *peer) {
		p.accept("Sec-WebSocket-Extensions: permessage-deflate\r\n")
		var frames []string
		for range 4 {
			h, payload := p.frame()
			frames = append(frames, fmt.Sprint(h.fin, h.rsv, h.opcode, len(payload)))
		}
		got <- frames
	})
	c := dial(t, Dialer{URL: url, Deflate: &DeflateOffer{}})
	if _, err := c.Send(context.Background(), OpText, []byte("Hello"), SendOptions{Fragments: []int{3, 100, 100}}); err != nil {
		t.Errorf("Send() = %v", err)
	}
	if _, err := c.Send(context.Background(), OpText, []byte("Hello"), SendOptions{Plain: true}); err != nil {
		t.Errorf("Send(plain) = %v", err)
	}
	want := []string{"false 4 text 3", "false 0 continuation 4", "true 0 continuation 0", "true 0 text 5"}
	if diff := cmp.Diff(want, <-got); diff != "" {
		t.Errorf("frames (-want +got):\n%s", diff)
	}
	lastEvent(c)
}

// TestSendersTakeTurns lets many goroutines send fragmented messages while others ping.
func TestSendersTakeTurns(t *testing.T) {
	const senders, each = 8, 20
	url := listen(t, nil, func(p *peer) {
		p.accept("")
		seen, pings := map[string]int{}, 0
		var current []byte
		for len(seen) < senders*each || pings < each {
			h, payload := p.frame()
			switch {
			case h.opcode == OpPing:
				pings++
				continue
			case (h.opcode == OpContinuation) != (current != nil):
				t.Errorf("server: %s frame out of order", h.opcode)
				return
			}
			current = append(append([]byte{}, current...), payload...)
			if h.fin {
				if !bytes.Equal(current, bytes.Repeat(current[:4], len(current)/4)) {
					t.Errorf("server: mixed message %q", current)
				}
				seen[string(current[:4])]++
				current = nil
			}
		}
	})
	c := dial(t, Dialer{URL: url})
	var wg sync.WaitGroup
	for s := range senders {
		wg.Go(func() {
			for i := range each {
				data := bytes.Repeat(fmt.Appendf(nil, "%c%03d", 'a'+s, i), 30)
				if _, err := c.Send(context.Background(), OpText, data, SendOptions{Fragments: []int{1, 50, 0, 40}, Delivery: Delivery{PerFrame: i%2 == 0}}); err != nil {
					t.Errorf("Send() = %v", err)
				}
			}
		})
	}
	wg.Go(func() {
		for range each {
			if _, err := c.Send(context.Background(), OpPing, []byte("?"), SendOptions{}); err != nil {
				t.Errorf("Send(ping) = %v", err)
			}
		}
	})
	wg.Wait()
	lastEvent(c)
}

func TestSendRefuses(t *testing.T) {
	overPipe(t, Dialer{}, func(p *peer) { p.expect(OpPong, "") }, func(t *testing.T, c *Conn) {
		ctx := context.Background()
		for name, err := range map[string]error{
			"close":              second(c.Send(ctx, OpClose, nil, SendOptions{})),
			"continuation":       second(c.Send(ctx, OpContinuation, nil, SendOptions{})),
			"long ping":          second(c.Send(ctx, OpPing, make([]byte, 126), SendOptions{})),
			"fragmented ping":    second(c.Send(ctx, OpPing, []byte("ab"), SendOptions{Fragments: []int{1}})),
			"fragments too long": second(c.Send(ctx, OpText, []byte("ab"), SendOptions{Fragments: []int{3}})),
			"negative fragment":  second(c.Send(ctx, OpText, []byte("ab"), SendOptions{Fragments: []int{-1}})),
		} {
			if err == nil {
				t.Errorf("Send(%s) = nil, want an error", name)
			}
		}
		if s, err := c.Send(ctx, OpPong, nil, SendOptions{}); err != nil || s.Before.IsZero() || s.After.Before(s.Before) {
			t.Errorf("Send(pong) = %v, %v", s, err)
		}
		lastEvent(c)
	})
}

func second[T any](_ T, err error) error { return err }
