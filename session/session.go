// Package session is one connection brought to life, without scenarios: a
// reader that logs what comes, the dialect that turns messages into media and
// back, streams that leave on a schedule, and the replies that are made
// without being asked for. [Dial] opens one; [Conn.Shutdown] ends it and waits
// for its goroutines. It gives no verdicts.
package session

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// Wait returns at a point in time, or earlier with the context's error. A run
// gives the precise one of this machine, tests one that fake time can see.
type Wait func(ctx context.Context, until time.Time) error

// Timer waits on a timer of the runtime.
func Timer(ctx context.Context, until time.Time) error {
	t := time.NewTimer(time.Until(until))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Config is what a connection is made of.
type Config struct {
	Name    string // of the connection in its scenario
	Log     *Log
	Dialer  *wire.Dialer
	Dialect *dialect.Dialect // nil: every message is an ordinary one
	Role    dialect.Role
	Options dialect.Options
	Wait    Wait
}

// Conn is an open connection. Its methods may be called from any goroutine.
type Conn struct {
	name string
	log  *Log
	wire *wire.Conn
	wait Wait
	role dialect.Role

	order sync.Mutex // held from making a message to having written it: counters leave in order

	mu       sync.Mutex // guards what follows; never held while writing
	flow     *dialect.Flow
	incoming []*trace.Stream
	outgoing []*Outgoing
	lanes    []*lane
	bridges  []bridged
	replies  []dialect.Message
	heard    int           // octets of media that were kept
	flowAt   time.Duration // the latest offset that the flow was told

	kick    chan struct{} // there are replies, or the flow's next due time has moved
	ended   chan struct{} // closed once the close event is in the log
	cancel  context.CancelFunc
	workers sync.WaitGroup
}

// Dial opens a connection and logs its open or error event. It returns an
// error when there is no connection; the log then tells why.
func Dial(ctx context.Context, cfg Config) (*Conn, error) {
	c := &Conn{name: cfg.Name, log: cfg.Log, wait: cfg.Wait, role: cfg.Role, kick: make(chan struct{}, 1), ended: make(chan struct{})}
	if cfg.Dialect != nil {
		flow, err := cfg.Dialect.Flow(cfg.Role, cfg.Options)
		if err != nil {
			return nil, fmt.Errorf("begin dialect: %w", err)
		}
		c.flow = flow
	}
	w, err := cfg.Dialer.Dial(ctx)
	if err != nil {
		c.log.Append(c.name, false, c.now(), dialError(err))
		return nil, err
	}
	c.wire = w
	c.log.Append(c.name, false, c.now(), opened(w.Response()))
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c.cancel = cancel
	c.workers.Add(1)
	go c.read()
	if c.flow != nil {
		c.workers.Add(1)
		go c.serve(run)
		if err := c.sendAll(ctx, c.flow.Opening()); err != nil {
			return c, fmt.Errorf("send opening: %w", err)
		}
	}
	return c, nil
}

func (c *Conn) now() time.Duration { return c.log.Offset(time.Now()) }

// Name is the connection's name in its scenario.
func (c *Conn) Name() string { return c.name }

// URL is what was dialled.
func (c *Conn) URL() string { return c.wire.URL() }

// ReadyState is connecting, open, closing or closed.
func (c *Conn) ReadyState() string { return c.wire.State() }

// Ended is closed once the connection's close event is in the log.
func (c *Conn) Ended() <-chan struct{} { return c.ended }

// Send sends one message and logs it. It returns when the octets are written.
func (c *Conn) Send(ctx context.Context, m dialect.Message) (trace.Event, error) {
	c.order.Lock()
	defer c.order.Unlock()
	return c.write(ctx, m)
}

// write sends a message that the caller made under order.
func (c *Conn) write(ctx context.Context, m dialect.Message) (trace.Event, error) {
	// Logged before the write: otherwise an answer could stand before its cause.
	ev := c.log.Append(c.name, true, c.now(), &trace.Message{Binary: m.Binary, Data: m.Data, Fragments: 1})
	return ev, c.writeQuietly(ctx, m)
}

// writeQuietly sends plumbing, which streams record in their own way.
func (c *Conn) writeQuietly(ctx context.Context, m dialect.Message) error {
	op := wire.OpText
	if m.Binary {
		op = wire.OpBinary
	}
	_, err := c.wire.Send(ctx, op, m.Data, wire.SendOptions{})
	return err
}

func (c *Conn) sendAll(ctx context.Context, messages []dialect.Message) error {
	if len(messages) == 0 {
		return nil
	}
	c.order.Lock()
	defer c.order.Unlock()
	for _, m := range messages {
		if _, err := c.write(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// Close sends a Close frame; code [wire.NoCode] sends an empty one.
func (c *Conn) Close(ctx context.Context, code int, reason string) error {
	c.log.Append(c.name, true, c.now(), &trace.Close{Code: code, Reason: reason})
	_, err := c.wire.SendClose(ctx, code, reason)
	return err
}

// Order sends what a script orders of the dialect: a mark, a clear or keys.
func (c *Conn) Order(ctx context.Context, give func(f *dialect.Flow, at time.Duration) (dialect.Received, error)) error {
	if c.flow == nil {
		return ErrNoMedia
	}
	c.order.Lock()
	defer c.order.Unlock()
	c.mu.Lock()
	at := c.clock(c.now())
	c.advance(at)
	got, err := give(c.flow, at)
	if err == nil {
		messages := got.Replies
		got.Replies = nil
		c.take(got, at)
		got.Replies = messages
	}
	c.mu.Unlock()
	c.wake()
	if err != nil {
		return err
	}
	for _, m := range got.Replies {
		if _, err := c.write(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// Ping sends a Ping frame.
func (c *Conn) Ping(ctx context.Context, payload []byte) (trace.Event, error) {
	ev := c.log.Append(c.name, true, c.now(), &trace.Ping{Data: payload})
	_, err := c.wire.Send(ctx, wire.OpPing, payload, wire.SendOptions{})
	return ev, err
}

// Shutdown stops the streams, ends an open connection with Close 1000, reads
// until it has ended or grace is over, then drops it, and waits for every
// goroutine of the connection.
func (c *Conn) Shutdown(ctx context.Context, grace time.Duration) {
	c.stopStreams()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if c.wire.State() == wire.StateOpen {
		_, _ = c.wire.SendClose(ctx, 1000, "") // the end shows what came of it
	}
	select {
	case <-c.ended:
	case <-ctx.Done():
		_ = c.wire.Drop(wire.DropRST)
		<-c.ended
	}
	c.cancel()
	c.workers.Wait()
}

// Streams gives the connection's streams as they are now: those received, in
// the order of their start, then those sent.
func (c *Conn) Streams() []trace.Stream {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]trace.Stream, 0, len(c.incoming)+len(c.outgoing))
	for _, s := range c.incoming {
		out = append(out, *s)
	}
	for _, o := range c.outgoing {
		out = append(out, o.record)
	}
	return out
}
