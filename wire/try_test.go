package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
)

// Nothing waits while the peer reads; what a peer that does not read leaves over is finished later, and every message
// arrives whole and in order.
func TestTrySend(t *testing.T) {
	const messages, size = 350, 40_000 // more than a socket's buffers hold
	message := func(k int) []byte { return bytes.Repeat(fmt.Appendf(nil, "%08d", k), size/8) }
	read := make(chan struct{})
	url := listen(t, nil, func(p *peer) {
		p.accept("")
		<-read
		for k := range messages {
			p.expect(OpBinary, string(message(k)))
		}
	})
	c := dial(t, Dialer{URL: url})
	waited := 0
	for k := range messages {
		stamp, finish, err := c.TrySend(OpBinary, message(k))
		if finish != nil {
			if waited++; waited == 1 {
				if _, again, _ := c.TrySend(OpPing, nil); again == nil {
					t.Error("TrySend does not wait for a frame that is not finished")
				}
				close(read)
			}
			stamp, err = finish(t.Context())
		}
		if err != nil || stamp.Before.IsZero() || stamp.After.Before(stamp.Before) {
			t.Fatalf("message %d: %v, from %v to %v", k, err, stamp.Before, stamp.After)
		}
	}
	if waited == 0 {
		t.Error("a peer that does not read never had us wait")
	}
	lastEvent(c)
}

// A frame of which a part was taken cannot be left for another; one of which nothing was taken can.
func TestTrySendGivenUp(t *testing.T) {
	done := make(chan struct{})
	url := listen(t, nil, func(p *peer) {
		p.accept("")
		<-done
		p.drain()
	})
	c := dial(t, Dialer{URL: url})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	message := make([]byte, 50_001)
	for {
		_, finish, err := c.TrySend(OpBinary, message)
		if err != nil {
			t.Fatal(err)
		}
		if finish == nil {
			continue
		}
		if _, err := finish(gone); err != nil && !errors.Is(err, context.Canceled) { // nil: the system has made room meanwhile
			t.Errorf("finish() = %v, want that its context has ended", err)
		}
		if c.writer.broken {
			break
		}
		message = append(message, 0) // until a frame fits in part
	}
	_, finish, err := c.TrySend(OpText, nil)
	if finish != nil {
		_, err = finish(t.Context())
	}
	if !errors.Is(err, ErrUnusable) {
		t.Errorf("sending after half a frame = %v, want %v", err, ErrUnusable)
	}
	close(done)
	_ = c.Drop(DropRST)
	lastEvent(c)
}

// Where there is nothing to try, all of it is left: no TCP, or compression.
func TestTrySendElsewhere(t *testing.T) {
	overPipe(t, Dialer{}, func(p *peer) {
		p.expect(OpText, "over a pipe")
	}, func(t *testing.T, c *Conn) {
		_, finish, err := c.TrySend(OpText, []byte("over a pipe"))
		if finish == nil || err != nil {
			t.Fatalf("TrySend() left nothing to finish, %v", err)
		}
		if _, err := finish(t.Context()); err != nil {
			t.Error(err)
		}
		_ = c.Drop(DropFIN)
		lastEvent(c)
	})
	url := listen(t, nil, func(p *peer) {
		p.accept("Sec-WebSocket-Extensions: permessage-deflate\r\n")
		if h, _ := p.frame(); h.rsv != rsv1 {
			t.Error("sent without compression")
		}
	})
	c := dial(t, Dialer{URL: url, Deflate: &DeflateOffer{}})
	_, finish, _ := c.TrySend(OpText, []byte("compressed"))
	if finish == nil {
		t.Fatal("TrySend() compresses nothing")
	}
	if _, err := finish(t.Context()); err != nil {
		t.Error(err)
	}
	lastEvent(c)
}

// What a sender that waits for nothing costs.
func BenchmarkTrySend(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	go func() {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		buf := make([]byte, 1<<20)
		for err == nil {
			_, err = nc.Read(buf)
		}
	}()
	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = nc.Close() }()
	t := transport{Conn: nc, raw: &tap{Conn: nc}}
	c := &Conn{writer: newWriter(t, true, nil, &replies{}), transport: t}
	b.ReportAllocs()
	for b.Loop() {
		if _, finish, _ := c.TrySend(OpText, media); finish != nil {
			_, _ = finish(b.Context())
		}
	}
}
