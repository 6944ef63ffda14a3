// Package session is one connection brought to life, without scenarios: a
// reader that logs what comes, the dialect that turns messages into media and
// back, streams that leave on a schedule, and the replies that are made
// without being asked for. [Dial] begins one; [Conn.Shutdown] ends it and waits
// for its goroutines. It gives no verdicts.
package session

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// Config is what a connection is made of.
type Config struct {
	Name    string // of the connection in its scenario
	Log     *Log
	Dialer  *wire.Dialer
	Dialect *dialect.Dialect // nil: every message is an ordinary one
	Role    dialect.Role
	Options dialect.Options
	Clock   Clock
	Chunks  bool // log every chunk that comes as an event
	Frames  bool // log every frame that comes as an event
	Media   bool // keep what the streams that come carry, for [Conn.Streams]
	NoPing  bool // send no last Ping, see [Conn.HearOut]
}

// Conn is a connection, or an attempt at one. Its methods may be called from
// any goroutine.
type Conn struct {
	first    int // events that the log had when dialling began
	journal  *journal
	pace     Clock
	role     dialect.Role
	accepted bool // we are the server
	frames   bool // log every frame

	link *link

	valve valve // the reader passes it before each event
	talk  *talk
	order turn // held from making a message to having written it: counters leave in order

	outgoing []*Outgoing // guarded by talk.mu, like lanes
	lanes    []*lane

	workers sync.WaitGroup
}

// Dialled reports whether we dialled it; else it was to be accepted.
func (c *Conn) Dialled() bool { return !c.accepted }

// Name is the connection's name in its scenario.
func (c *Conn) Name() string { return c.journal.name }

// First is the number of events that the log held when dialling began: those of
// an earlier connection of the same name have smaller sequence numbers.
func (c *Conn) First() int { return c.first }

// Ended is closed once the close event of the connection is in the log, or the
// error event of one that did not come about.
func (c *Conn) Ended() <-chan struct{} { return c.link.ended }

// Opened is closed once the handshake has succeeded or failed.
func (c *Conn) Opened() <-chan struct{} { return c.link.opened }

// Err says why no connection was opened. It is nil while the attempt is under way
// and after it has succeeded. For a dialled connection it is a [*wire.DialError].
func (c *Conn) Err() error { return c.link.failure() }

// URL is what was dialled, after redirects.
func (c *Conn) URL() string { return c.link.url() }

// ReadyState is connecting, open, closing or closed.
func (c *Conn) ReadyState() string { return c.link.state() }

// Send sends one message and logs it. It returns when the octets are written.
func (c *Conn) Send(ctx context.Context, m dialect.Message, o wire.SendOptions) (trace.Event, error) {
	if err := c.order.lock(ctx); err != nil {
		return trace.Event{}, err
	}
	defer c.order.Unlock()
	return c.write(ctx, m, o)
}

// write sends a message that the caller made under order.
func (c *Conn) write(ctx context.Context, m dialect.Message, o wire.SendOptions) (trace.Event, error) {
	// Logged before the write: otherwise an answer could stand before its cause.
	ev := c.journal.sending(&trace.Message{Binary: m.Binary, Data: m.Data, Fragments: frames(len(m.Data), o.Fragments)})
	return ev, c.put(ctx, m, o)
}

// frames is how many frames data is cut into: one for each size, and one for
// what is left over.
func frames(size int, fragments []int) int {
	for _, n := range fragments {
		size -= n
	}
	if size > 0 || len(fragments) == 0 {
		return len(fragments) + 1
	}
	return len(fragments)
}

// plumb is write for what a stream begins and ends with. After a Close of ours it
// is an error, wire.ErrClosing.
func (c *Conn) plumb(ctx context.Context, m dialect.Message) error {
	_, err := c.write(ctx, m, wire.SendOptions{BeforeClose: true})
	return err
}

func (c *Conn) put(ctx context.Context, m dialect.Message, o wire.SendOptions) error {
	w, err := c.link.transport()
	if err != nil {
		return err
	}
	_, err = w.Send(ctx, opcode(m), m.Data, o)
	return err
}

// opcode is that of a message's first frame.
func opcode(m dialect.Message) wire.Opcode {
	if m.Binary {
		return wire.OpBinary
	}
	return wire.OpText
}

// tryPut sends a chunk, which its stream records, without waiting: see
// [wire.Conn.TrySend].
func (c *Conn) tryPut(m dialect.Message) (wire.Stamp, wire.Finish, error) {
	w, err := c.link.transport()
	if err != nil {
		return wire.Stamp{}, nil, err
	}
	return w.TrySend(opcode(m), m.Data)
}

// answer sends replies. Where the closing of the connection has begun nobody
// waits for them any more. The caller holds order.
func (c *Conn) answer(ctx context.Context, replies []dialect.Message) error {
	for _, m := range replies {
		if c.link.state() != wire.StateOpen {
			return nil
		}
		if _, err := c.write(ctx, m, wire.SendOptions{BeforeClose: true}); err != nil && !errors.Is(err, wire.ErrClosing) {
			return err
		}
	}
	return nil
}

func (c *Conn) writeAll(ctx context.Context, messages []dialect.Message) error {
	for _, m := range messages {
		if _, err := c.write(ctx, m, wire.SendOptions{}); err != nil {
			return err
		}
	}
	return nil
}

// Order sends what a script orders of the dialect: a mark, a clear or keys.
func (c *Conn) Order(ctx context.Context, give func(f *dialect.Flow, at time.Duration) (dialect.Received, error)) error {
	if c.talk.flow == nil {
		return ErrNoMedia
	}
	if err := c.order.lock(ctx); err != nil {
		return err
	}
	defer c.order.Unlock()
	c.talk.mu.Lock()
	at := c.talk.advanceHeld(c.journal.now())
	owed := c.talk.repliesHeld()
	got, err := give(c.talk.flow, at)
	messages := got.Replies
	if err == nil {
		got.Replies = nil
		c.talk.noteHeld(got, at)
	}
	c.talk.mu.Unlock()
	c.talk.wake()
	if failed := c.answer(ctx, owed); err == nil {
		err = failed
	}
	if err != nil {
		return err
	}
	return c.writeAll(ctx, messages)
}

// Ping sends a Ping frame and logs it.
func (c *Conn) Ping(ctx context.Context, payload []byte, d wire.Delivery) (trace.Event, error) {
	w, err := c.link.transport()
	if err != nil {
		return trace.Event{}, err
	}
	ev := c.journal.sending(&trace.Ping{Data: payload})
	_, err = w.Send(ctx, wire.OpPing, payload, wire.SendOptions{Delivery: d})
	return ev, err
}

// Hold stops reading from the connection, or goes on. While reading is stopped,
// what the peer sends stays with the system, and the peer meets back-pressure.
// Nothing is replied either. What a read under way brings is still logged.
// [Conn.Drop] and [Conn.Shutdown] go on reading.
func (c *Conn) Hold(hold bool) { c.valve.set(hold) }

// Held reports whether [Conn.Hold] has stopped reading.
func (c *Conn) Held() bool { return c.valve.shut() != nil }

// Media is about how many octets of memory the kept media takes.
func (c *Conn) Media() int {
	c.talk.mu.Lock()
	defer c.talk.mu.Unlock()
	return c.talk.hearing.kept
}

// DropMedia lets go of the media that is kept. From then on no more is kept.
func (c *Conn) DropMedia() {
	c.talk.mu.Lock()
	defer c.talk.mu.Unlock()
	c.talk.hearing.dropHeld()
}

// Streams returns the connection's streams as they are now: first those received,
// in the order of their start, then those sent. Those sent are without their octets,
// which [Outgoing.Record] has.
func (c *Conn) Streams() []trace.Stream {
	c.talk.mu.Lock()
	defer c.talk.mu.Unlock()
	streams := c.talk.hearing.shownHeld(c.talk.flow)
	for _, o := range c.outgoing {
		streams = append(streams, o.shown())
	}
	return streams
}

// reader returns what reads from the connection.
func (c *Conn) reader() *reader {
	return &reader{wire: c.link.wire, valve: &c.valve, journal: c.journal, talk: c.talk, frames: c.frames}
}
