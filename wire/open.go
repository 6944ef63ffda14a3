package wire

import (
	"crypto/tls"
	"time"
)

// opening is a handshake that has been made, on either side.
type opening struct {
	server    bool // we are
	url       string
	policy    Policy
	limits    Limits
	transport transport
	handshake Handshake
	sent      []byte    // octets that we have sent behind our head
	rest      []byte    // octets behind the peer's head that came with it, which are ours
	restAt    time.Time // when they came
	unopened  bool      // our answer was no 101
	plain     bool      // we compress nothing, though the peer may
}

// newConn makes a connection of it.
func newConn(o opening) *Conn {
	c := &Conn{
		url: o.url, server: o.server, unopened: o.unopened, handshake: o.handshake, policy: o.policy, limits: o.limits, transport: o.transport,
		replies: &replies{},
		reader:  reader{fromClient: o.server, observe: o.policy.OnViolation == Observe, limits: o.limits},
		inlet:   newInlet(o.transport), buf: o.rest, bufAt: o.restAt,
	}
	if tunnel := o.transport.tls; tunnel != nil {
		c.handshake.TLS = tls.VersionName(tunnel.ConnectionState().Version)
	}
	var out *deflater
	if d := o.handshake.Deflate; d != nil {
		ours, theirs := !d.ClientNoContextTakeover, !d.ServerNoContextTakeover // who keeps the window
		ourBits, theirBits := d.ClientMaxWindowBits, d.ServerMaxWindowBits
		if o.server {
			ours, theirs, ourBits, theirBits = theirs, ours, theirBits, ourBits
		}
		c.reader.inflate = newInflater(theirs, theirBits)
		if !o.plain {
			out = newDeflater(ours, ourBits)
		}
	}
	c.state.observed = len(o.handshake.Violations) > 0
	c.writer = newWriter(o.transport, !o.server, out, c.replies)
	c.replies.try = c.writer.tryFlush
	c.writer.closing, c.writer.bare = c.closing, c.unopened
	c.sentAlready(o.sent)
	return c
}

// sentAlready notes frames that left with the handshake.
func (c *Conn) sentAlready(octets []byte) {
	closes := c.writer.track.closes(octets)
	c.writer.track.feed(octets)
	if closes {
		c.closing()(true)
	}
}
