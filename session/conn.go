// Package session is one connection brought to life, without scenarios: a
// reader that logs what comes, the dialect that turns messages into media and
// back, streams that leave on a schedule, and the replies that are made
// without being asked for. [Dial] begins one; [Conn.Shutdown] ends it and waits
// for its goroutines. It gives no verdicts.
package session

import (
	"sync"

	"github.com/duologue/duologue/dialect"
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
	first    int  // events that the log had when dialling began
	accepted bool // we are the server
	frames   bool // log every frame
	valve    valve
	link     *link
	journal  *journal
	talk     *talk
	outbox   *outbox
	streams  *streams
	workers  sync.WaitGroup // its goroutines
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

// Hold stops reading from the connection, or goes on. While reading is stopped,
// what the peer sends stays with the system, and the peer meets back-pressure.
// Nothing is replied either. What a read under way brings is still logged.
// [Conn.Drop] and [Conn.Shutdown] go on reading.
func (c *Conn) Hold(hold bool) { c.valve.set(hold) }

// Held reports whether [Conn.Hold] has stopped reading.
func (c *Conn) Held() bool { return c.valve.shut() != nil }

// reader returns what reads from the connection.
func (c *Conn) reader() *reader {
	return &reader{wire: c.link.wire, valve: &c.valve, journal: c.journal, talk: c.talk, frames: c.frames}
}
