// Package session is one connection brought to life, without scenarios: a
// reader that logs what comes, the dialect that turns messages into media and
// back, streams that leave on a schedule, and the replies that the dialect makes
// by itself. [Dial] and [Accept] begin a connection. [Conn.Shutdown] ends it and
// waits for its goroutines. The package gives no verdicts.
package session

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/network"
	"github.com/duologue/duologue/wire"
)

// Config is what a connection is made of.
type Config struct {
	Name    string // of the connection in its scenario
	Log     *Log
	Dialer  *wire.Dialer     // of [Dial]; [Accept] needs none
	Retry   Retry            // of [Dial]
	Dialect *dialect.Dialect // nil: no message carries media
	Role    dialect.Role
	Options dialect.Options
	Clock   Clock
	Chunks  bool // log every chunk that comes as an event
	Frames  bool // log every frame that comes as an event
	Media   bool // keep what the streams that come carry, for [Conn.Streams]
	NoPing  bool // send no last Ping, see [Conn.HearOut]

	Line *network.Line       // what may become bad, see [Conn.Line]; nil: nobody can make it so
	Bad  *network.Conditions // what the line is like from the beginning; nil: good
}

// Conn is a connection, or an attempt at one. Its methods may be called from
// any goroutine.
//
// # Locks
//
// Whoever holds a lock may take only locks that stand after it in this list:
//
//  1. Line.turn, while the line becomes another one.
//  2. outbox.turn, from making a message to having written it. Waiting for it can
//     take as long as a write.
//  3. talk.mu guards the dialect's state and all streams, incoming and outgoing. It
//     is never held over a write that may wait, so a peer that does not read cannot
//     keep us from reading.
//  4. The locks inside the [wire.Conn]. What it calls back with one of them held takes
//     only locks that stand below.
//  5. Log.mu, which all connections of a scenario share.
//  6. arrivals.mu, valve.mu, Line.mu, those inside the [network.Line] and inside the
//     log's account. No other lock is taken under one of these.
//
// Nobody holds the turn or the talk.mu of two connections. A bridge takes arrivals.mu
// for a moment under the talk.mu of either connection, so they cannot wait for each
// other.
//
// A method whose name ends in Held is called with a lock held: those of outbox with
// the turn, those of a clock with its own mu, all others with talk.mu.
type Conn struct {
	first    int           // events that the log had when the attempt began
	began    time.Duration // when the attempt began
	accepted bool          // we are the server
	attempts atomic.Int32  // how often it was dialled
	frames   bool          // log every frame
	valve    valve
	link     *link
	line     *Line
	journal  *journal
	talk     *talk
	outbox   *outbox
	streams  *streams
	workers  sync.WaitGroup // its goroutines
}

// Dialled reports whether we dialled. If not, a client dialled us or is to do so.
func (c *Conn) Dialled() bool { return !c.accepted }

// DialledAt is when we began to dial, before redirects, as an offset from the start of
// the log. If a client dialled us, it is when we read the first octet of its request.
// It is 0 if no client has been accepted.
func (c *Conn) DialledAt() time.Duration {
	if c.Dialled() {
		return c.began
	}
	w, err := c.link.transport()
	if err != nil {
		return 0
	}
	return c.journal.log.Offset(w.Response().First)
}

// Attempts is how often we dialled, for as long as that goes on the number so far. It is 0
// if a client dialled us.
func (c *Conn) Attempts() int { return int(c.attempts.Load()) }

// Name is the connection's name in its scenario.
func (c *Conn) Name() string { return c.journal.name }

// First is the number of events that the log held when the attempt began. Those of
// an earlier connection of the same name have smaller sequence numbers.
func (c *Conn) First() int { return c.first }

// Opened is closed once the handshake has succeeded or failed.
func (c *Conn) Opened() <-chan struct{} { return c.link.opened }

// Ended is closed once the log has the event that ends the connection: its close
// event, or the error event of an attempt that failed.
func (c *Conn) Ended() <-chan struct{} { return c.link.ended }

// Err says why no connection was opened. It is nil while the attempt is under way
// and after it has succeeded. For a dialled connection it is a [*wire.DialError].
func (c *Conn) Err() error { return c.link.failure() }

// URL is what was dialled, after redirects.
func (c *Conn) URL() string { return c.link.url() }

// Line is the line of the connection. It may be changed only if [Config.Line] is set.
func (c *Conn) Line() *Line { return c.line }

// ReadyState is connecting, open, closing or closed.
func (c *Conn) ReadyState() string { return c.link.state() }

// Hold stops reading from the connection, or goes on. While reading is stopped,
// what the peer sends stays with the system, and the peer meets back-pressure.
// No Ping or Close is answered, and the dialect makes no replies. What a read under
// way brings is still logged. [Conn.Drop] and [Conn.Shutdown] go on reading.
func (c *Conn) Hold(hold bool) { c.valve.set(hold) }

// Held reports whether [Conn.Hold] has stopped reading.
func (c *Conn) Held() bool { return c.valve.shut() != nil }
