package session

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// Why something cannot be sent.
var (
	ErrConnecting = errors.New("the connection is still connecting")
	ErrNotOpened  = errors.New("the connection did not open")
)

// Dial begins to open a connection and does not wait for it; cancelling ctx
// abandons the attempt and nothing else. What comes of it is the connection's
// open or error event. The error is that of a dialect that cannot begin;
// nothing is dialled then.
func Dial(ctx context.Context, cfg Config) (*Conn, error) {
	c, err := newConn(cfg, withoutUser(cfg.Dialer.URL))
	if err != nil {
		return nil, err
	}
	c.begin(ctx, cfg.Dialer.Dial)
	return c, nil
}

// newConn makes a connection that has not begun.
func newConn(cfg Config, address string) (*Conn, error) {
	c := &Conn{
		name: cfg.Name, url: address, first: cfg.Log.Len(), log: cfg.Log, pace: cfg.Clock, role: cfg.Role, each: cfg.Chunks, frames: cfg.Frames, media: cfg.Media,
		opened: make(chan struct{}), ending: newEnding(cfg.NoPing), kick: make(chan struct{}, 1), ended: make(chan struct{}), order: newTurn(),
	}
	if cfg.Dialect == nil {
		return c, nil
	}
	var err error
	if c.flow, err = cfg.Dialect.Flow(cfg.Role, cfg.Options); err != nil {
		return nil, fmt.Errorf("begin dialect: %w", err)
	}
	return c, nil
}

// begin starts the life of the connection.
func (c *Conn) begin(ctx context.Context, open Take) {
	ctx, c.abandon = context.WithCancel(ctx)
	c.workers.Add(1)
	go c.live(ctx, open)
}

func withoutUser(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	u.User = nil
	return u.String()
}

// live is the life of the connection, from dialling or being dialled to its end.
func (c *Conn) live(ctx context.Context, open Take) {
	defer c.workers.Done()
	defer c.abandon()
	if c.wire, c.err = open(ctx); c.err != nil {
		c.logRefused()
		return
	}
	defer close(c.ended)
	c.wire.Count(func(octets int) bool {
		c.log.account.Hold(octets)
		return !c.log.account.Over()
	})
	speaks := c.flow != nil && c.wire.Upgraded()
	if speaks {
		c.order.Lock() // nothing is sent before the opening
	}
	c.logOpen()
	if !speaks {
		c.read()
		return
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	c.workers.Add(1)
	go c.serve(run, c.flow.Opening())
	c.read()
}

// logRefused logs why no connection came about, after the rules that were broken
// before it.
func (c *Conn) logRefused() {
	var bad *wire.DialError
	if errors.As(c.err, &bad) {
		for _, v := range bad.Violations {
			c.logBroken(v, func() {})
		}
	}
	c.notOpened(dialError(c.err))
}

// logOpen logs the completed handshake and what was wrong with it. With the last
// of that the connection can be used.
func (c *Conn) logOpen() {
	usable := func() { close(c.opened) }
	change := func() {}
	broken := c.wire.Response().Violations
	if len(broken) == 0 {
		change = usable
	}
	at := c.now()
	c.tellWith(change, trace.Event{At: at, AfterEnd: c.after(at), Detail: c.openEvent()})
	for i, v := range broken {
		if i == len(broken)-1 {
			change = usable
		}
		c.logBroken(v, change)
	}
}

// logBroken logs a rule that the peer broke, together with a change.
func (c *Conn) logBroken(v *wire.Violation, change func()) {
	at := c.log.Offset(v.At)
	c.tellWith(change, trace.Event{At: at, AfterEnd: c.after(at), Detail: &trace.Error{Problem: "protocol", Rule: v.Rule, Text: v.Text}})
}

// openEvent tells of the completed handshake.
func (c *Conn) openEvent() *trace.Open {
	if c.accepted {
		return Asked(c.wire.Response())
	}
	return opened(c.wire.Response())
}

// Opened is closed once the handshake has succeeded or failed.
func (c *Conn) Opened() <-chan struct{} { return c.opened }

// Err is why no connection came about, a [*wire.DialError], once the handshake
// has been decided; otherwise nil.
func (c *Conn) Err() error {
	select {
	case <-c.opened:
		return c.err
	default:
		return nil
	}
}

// transport gives the connection itself, where there is one.
func (c *Conn) transport() (*wire.Conn, error) {
	select {
	case <-c.opened:
	default:
		return nil, ErrConnecting
	}
	if c.wire == nil {
		return nil, ErrNotOpened
	}
	return c.wire, nil
}

// URL is what was dialled, after redirects.
func (c *Conn) URL() string {
	if w, err := c.transport(); err == nil {
		return w.URL()
	}
	var bad *wire.DialError
	if errors.As(c.Err(), &bad) && bad.URL != "" {
		return bad.URL
	}
	return c.url
}

// ReadyState is connecting, open, closing or closed.
func (c *Conn) ReadyState() string {
	w, err := c.transport()
	switch {
	case errors.Is(err, ErrConnecting):
		return "connecting"
	case err != nil:
		return wire.StateClosed
	}
	return w.State()
}

// Abandon gives up an attempt that is still under way and waits for its end.
// It reports false if there is a connection.
func (c *Conn) Abandon() bool {
	if c.ReadyState() != "connecting" {
		return false
	}
	c.abandon()
	<-c.opened
	return c.wire == nil
}

// Bare as the code of [Conn.Close] sends a Close without one. It is none of the
// codes that can be written, as 1005 is.
const Bare = -1

// Close sends a Close frame with any code, or an empty one ([Bare]). An attempt
// that is still under way is abandoned instead. Where the connection has ended,
// there is nothing to do and no error.
func (c *Conn) Close(ctx context.Context, code int, reason string, d wire.Delivery) error {
	if c.Abandon() || c.ReadyState() == wire.StateClosed {
		return nil
	}
	written := code
	if code == Bare {
		written = wire.NoCode
	}
	c.did(&trace.Close{Code: written, Reason: reason})
	if d == (wire.Delivery{}) && code != wire.NoCode {
		_, err := c.wire.SendClose(ctx, written, reason)
		return err
	}
	var payload []byte
	if code != Bare {
		payload = append([]byte{byte(code >> 8), byte(code)}, reason...)
	}
	_, err := c.wire.SendFrames(ctx, []wire.RawFrame{{Fin: true, Opcode: wire.OpClose, Parts: wire.Payload(payload)}}, d)
	return err
}

// Drop ends the connection without a Close frame. It abandons an attempt that
// is still under way, and does nothing where the connection has ended.
func (c *Conn) Drop(how wire.How) error {
	if c.Abandon() || c.ReadyState() == wire.StateClosed {
		return nil
	}
	c.Hold(false)
	return c.wire.Drop(how)
}

// Shutdown stops the streams, for which the peer has one grace, ends an open
// connection with Close 1000, reads until it has ended or another grace is
// over, then drops it, and waits for every goroutine of the connection. To a peer
// with which no WebSocket connection was opened it writes nothing.
func (c *Conn) Shutdown(ctx context.Context, grace time.Duration) {
	defer c.workers.Wait()
	if c.Abandon() || c.wire == nil {
		return
	}
	c.Hold(false)
	if c.unanswered() {
		_ = c.wire.Drop(wire.DropFIN)
	}
	stuck := time.AfterFunc(grace, func() { _ = c.wire.Drop(wire.DropRST) }) // a peer that does not read
	c.stopStreams()
	stuck.Stop()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if c.wire.State() == wire.StateOpen && !c.unanswered() {
		_ = c.Close(ctx, 1000, "", wire.Delivery{}) // the end shows what came of it
	}
	select {
	case <-c.ended:
	case <-ctx.Done():
		_ = c.wire.Drop(wire.DropRST)
		<-c.ended
	}
}

// turn is a lock that can be given up waiting for.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (t turn) Lock()   { t <- struct{}{} }
func (t turn) Unlock() { <-t }

// try takes the lock if that takes no waiting.
func (t turn) try() bool {
	select {
	case t <- struct{}{}:
		return true
	default:
		return false
	}
}

// lock gives up with the context's error.
func (t turn) lock(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
