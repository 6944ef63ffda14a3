package wire

import (
	"fmt"
	"net"
	"sync"
	"time"
)

// Conn is one open WebSocket connection. One goroutine calls [Conn.Next] until it yields the *[End]; any number of
// others may send meanwhile. Without somebody in Next nothing is answered and the connection is never let go.
type Conn struct {
	url       string
	server    bool // we are
	unopened  bool // we have answered something else than 101, or nothing: no frame leaves by itself
	handshake Handshake
	policy    Policy
	limits    Limits
	transport transport
	writer    *writer
	replies   *replies

	// Only the goroutine in Next touches these.
	reader  reader
	inlet   inlet
	buf     []byte // read but not yet looked at
	bufAt   time.Time
	readErr error // met after buf
	end     *End

	mu    sync.Mutex
	state closing
}

// closing is how far the closing of a connection has gone, under Conn.mu.
type closing struct {
	sent     bool // our Close, or it is about to be
	received bool // the peer's Close, one that counts
	first    Side // who sent the first Close, "" while nobody has
	failed   bool // by us, because of a violation or an excess
	observed bool // the peer has broken a rule, and we went on
	dropped  bool // by us
	half     bool // our stream was ended by us, and only that
	ended    bool
}

// The answers of [Conn.State].
const (
	StateOpen    = "open"
	StateClosing = "closing" // a Close was sent or received, or the connection was failed or dropped
	StateClosed  = "closed"  // the End was yielded
)

// State is "open", "closing" or "closed", as a browser's readyState would have it.
func (c *Conn) State() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.state
	switch {
	case s.ended:
		return StateClosed
	case s.sent || s.received || s.failed || s.dropped || s.half:
		return StateClosing
	}
	return StateOpen
}

// URL is what was dialled, without user and password, after redirects; in the server role, what the client asked for.
func (c *Conn) URL() string { return c.url }

// Upgraded reports whether the answer to the handshake was 101. In the server role it can be another, or none: then what
// follows is no WebSocket for a client that keeps the rules, and no frame leaves by itself.
func (c *Conn) Upgraded() bool { return !c.unopened }

// Response is the handshake as it was made, in both roles.
func (c *Conn) Response() Handshake { return c.handshake }

// Next waits without a deadline for the next event. After the *[End] it yields the same *End again.
func (c *Conn) Next() Event {
	for {
		if ev := c.reader.next(); ev != nil {
			return ev
		}
		if c.end != nil {
			return c.end
		}
		if len(c.buf) > 0 {
			n := c.reader.feed(c.buf, c.bufAt)
			c.buf = c.buf[n:]
			c.react()
			continue
		}
		if c.readErr != nil {
			c.finish(c.readErr)
			continue
		}
		c.buf, c.readErr = c.inlet.read() // TLS gives the last octets and the end at once
		c.bufAt = time.Now()
		if c.isDropped() {
			c.buf = nil
		}
	}
}

func (c *Conn) isDropped() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state.dropped
}

// react does what the policy asks for about the events that were just read.
func (c *Conn) react() {
	for _, ev := range c.reader.queue {
		switch ev := ev.(type) {
		case *Violation:
			if c.policy.OnViolation == Fail {
				c.fail(ev.Code)
				continue
			}
			c.observe()
		case *Excess:
			c.fail(ev.Code)
		case *Frame:
			c.reactTo(ev)
		}
	}
}

func (c *Conn) reactTo(f *Frame) {
	switch {
	case f.Opcode == OpPing && c.policy.Pong == AutoOn && !c.unopened && c.reader.closed == nil && len(f.Payload) <= maxControl:
		c.replies.pong(f.Payload, c.limits.Replies)
	case f.Opcode == OpClose && c.reader.closed != nil:
		c.closeReceived()
	}
}

// closeReceived notes the peer's Close and answers it.
func (c *Conn) closeReceived() {
	c.mu.Lock()
	s := &c.state
	if s.received {
		c.mu.Unlock()
		return
	}
	s.received = true
	if s.first == "" {
		s.first = Peer
	}
	answer := !s.sent && c.policy.CloseReply == AutoOn && !c.unopened
	s.sent = s.sent || answer
	if s.sent || c.unopened {
		c.limitEnd()
	}
	c.mu.Unlock()
	c.endTCP()
	if answer {
		c.replies.add(OpClose, c.reader.closed.answer())
	}
}

// endTCP lets our stream end after our Close, if that is for us to do.
func (c *Conn) endTCP() {
	if c.server && c.policy.EndTCP == AutoOn {
		c.writer.ends.Store(true)
		c.replies.rouse()
	}
}

// answer is the payload of a reply to a Close: its code alone (RFC 6455 section 5.5.1), or 1002 for one that must
// not be sent.
func (p *closePayload) answer() []byte {
	switch {
	case p.bare:
		return nil
	case !validCode(p.code):
		return closeCode(closeProtocol)
	}
	return closeCode(p.code)
}

// closeCode is the payload of a Close without a reason.
func closeCode(code int) []byte { return []byte{byte(code >> 8), byte(code)} }

// fail fails the connection (RFC 6455 section 7.1.7). It is called once at most, as the reader looks at nothing after
// that.
func (c *Conn) fail(code int) {
	c.mu.Lock()
	s := &c.state
	s.failed = true
	send := !s.sent && !c.unopened
	s.sent = s.sent || send
	c.limitEnd()
	c.mu.Unlock()
	c.endTCP()
	if send {
		c.replies.add(OpClose, closeCode(code))
	}
}

// observe notes a broken rule after which we go on.
func (c *Conn) observe() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.observed = true
}

// limitEnd gives the peer [Limits.CloseWait] from now to end the TCP connection.
func (c *Conn) limitEnd() {
	_ = c.transport.SetReadDeadline(time.Now().Add(c.closeWait()))
}

// closeWait is [Limits.CloseWait], and what a line takes longer that is known to be slow.
func (c *Conn) closeWait() time.Duration { return c.limits.CloseWait + c.transport.raw.slack() }

// How says in which way [Conn.Drop] ends the TCP connection.
type How string

// The ways of [Conn.Drop].
const (
	DropFIN  How = "fin"  // end our stream, then wait at most [Limits.CloseWait] for the peer to end its own
	DropRST  How = "rst"  // reset the connection; on a transport that cannot, just close it
	DropHalf How = "half" // end our stream and go on reading; another way can follow
)

// Drop ends the TCP connection without a Close frame and without close_notify. What arrives afterwards is not looked
// at, except after [DropHalf]; Next yields the End.
func (c *Conn) Drop(how How) error {
	if how != DropFIN && how != DropRST && how != DropHalf {
		return fmt.Errorf("drop connection: unknown way %q", string(how))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.ended || c.state.dropped || c.state.half && how == DropHalf {
		return fmt.Errorf("drop connection: %w", net.ErrClosed)
	}
	if how == DropHalf {
		if err := c.transport.endStream(); err != nil {
			return fmt.Errorf("drop connection: %w", err)
		}
		c.state.half = true
		return nil
	}
	c.state.dropped = true
	if how == DropRST {
		return c.transport.reset()
	}
	if c.transport.endStream() != nil {
		return c.transport.raw.Close()
	}
	c.limitEnd()
	return nil
}
