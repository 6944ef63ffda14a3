package session

import (
	"context"
	"time"

	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// Abandon gives up an attempt that is still under way and waits for its end.
// It reports false if there is a connection.
func (c *Conn) Abandon() bool { return c.link.giveUp() }

// Bare as the code of [Conn.Close] sends a Close without a code. Its value is no
// code that can be written. 1005 can be written, although it must not be.
const Bare = -1

// Close sends a Close frame with any code, or an empty one ([Bare]). If the
// attempt is still under way it is abandoned instead. If the connection has
// ended, Close does nothing and returns nil.
func (c *Conn) Close(ctx context.Context, code int, reason string, d wire.Delivery) error {
	if c.Abandon() || c.link.state() == wire.StateClosed {
		return nil
	}
	written := code
	if code == Bare {
		written = wire.NoCode
	}
	c.journal.sending(&trace.Close{Code: written, Reason: reason})
	if d == (wire.Delivery{}) && code != wire.NoCode {
		_, err := c.link.wire.SendClose(ctx, written, reason)
		return err
	}
	var payload []byte
	if code != Bare {
		payload = append([]byte{byte(code >> 8), byte(code)}, reason...)
	}
	_, err := c.link.wire.SendFrames(ctx, []wire.RawFrame{{Fin: true, Opcode: wire.OpClose, Parts: wire.Payload(payload)}}, d)
	return err
}

// Drop ends the connection without a Close frame. It abandons an attempt that
// is still under way. If the connection has ended, it does nothing.
func (c *Conn) Drop(how wire.How) error {
	if c.Abandon() || c.link.state() == wire.StateClosed {
		return nil
	}
	c.Hold(false)
	return c.link.wire.Drop(how)
}

// AwaitClosing waits for the end of a connection that is closing, at most until
// ctx ends. In any other state it returns at once. It also returns at once while
// [Conn.Hold] keeps the reader from seeing the end, or a half-open line does.
func (c *Conn) AwaitClosing(ctx context.Context) {
	if c.link.state() != wire.StateClosing || c.Held() || c.line.HalfOpen() {
		return
	}
	select {
	case <-c.link.ended:
	case <-ctx.Done():
	}
}

// Shutdown ends the connection and waits for all its goroutines:
//
//  1. It stops the streams. A peer that does not read is dropped after one grace.
//  2. It sends a Close with code 1000 if the connection is open.
//  3. It reads until the connection has ended. After another grace it drops it.
//
// If the handshake made no WebSocket connection, it writes nothing to the peer. If the
// line is half-open, it drops the connection at once.
func (c *Conn) Shutdown(ctx context.Context, grace time.Duration) {
	defer c.workers.Wait()
	defer c.line.end(ctx, grace)
	if c.Abandon() || c.link.wire == nil {
		return
	}
	w := c.link.wire
	c.Hold(false)
	if !w.Upgraded() {
		_ = w.Drop(wire.DropFIN)
	}
	if c.line.HalfOpen() {
		_ = w.Drop(wire.DropRST)
	}
	stuck := time.AfterFunc(grace, func() { _ = w.Drop(wire.DropRST) })
	c.streams.stopAll()
	stuck.Stop()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if w.State() == wire.StateOpen && w.Upgraded() {
		_ = c.Close(ctx, 1000, "", wire.Delivery{}) // a failed write ends the connection, which the reader logs
	}
	select {
	case <-c.link.ended:
	case <-ctx.Done():
		_ = w.Drop(wire.DropRST)
		<-c.link.ended
	}
}
