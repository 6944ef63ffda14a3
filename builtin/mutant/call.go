package mutant

import (
	"context"
	"net"
	"time"

	"github.com/duologue/duologue/wire"
)

// call is one connection.
type call struct {
	server *Server
	defect *defect
	ctx    context.Context
	conn   *wire.Conn
	failed bool // we have failed the connection, so nothing is answered any more

	// State of some defects.
	message bool               // a message has begun and not ended
	last    *wire.Frame        // the last frame of a message
	pings   [][]byte           // the pings to answer later
	closed  bool               // the client's Close has come
	queue   chan *wire.Message // messages to echo
	counted time.Time          // since when messages are counted
	count   int                // how many messages, or control frames
}

// take makes the handshake with a client and serves it.
func (s *Server) take(ctx context.Context, nc net.Conn) {
	stop := context.AfterFunc(ctx, func() { _ = nc.Close() })
	defer stop()
	if s.defect.socket != nil {
		nc = s.defect.socket(nc)
	}
	a := wire.Acceptor{Policy: s.defect.policy, Limits: wire.Limits{
		Replies:   1 << 16, // a client may send a flood of pings
		CloseWait: s.defect.linger,
	}}
	if s.defect.broken != nil {
		a.Policy.OnViolation = wire.Observe
	}
	r, err := a.Receive(ctx, nc)
	if err != nil {
		return // Receive has closed nc
	}
	if s.defect.delay != nil {
		pause(ctx, s.defect.delay(r))
	}
	for _, v := range r.Violations {
		if s.defect.refused(v) {
			_ = r.Refuse(ctx, s.refusal(v)) // only the client needs to know
			return
		}
	}
	conn, err := r.Accept(ctx, s.answer(r))
	if err != nil {
		return
	}
	c := &call{server: s, defect: &s.defect, ctx: ctx, conn: conn}
	defer s.join(c)()
	c.serve()
}

// refusal gives the answer to a request that breaks a rule.
func (s *Server) refusal(v *wire.Violation) wire.Refusal {
	f := wire.Refusal{Status: v.Code, Body: []byte(v.Rule + ": " + v.Text + "\n")}
	switch v.Code {
	case 405:
		f.Header = append(f.Header, wire.Field{Name: "Allow", Value: "GET"})
	case 426:
		f.Header = append(f.Header, wire.Field{Name: "Upgrade", Value: "websocket"},
			wire.Field{Name: "Sec-WebSocket-Version", Value: "13"}) // RFC 6455 section 4.4
	}
	if s.defect.refusal != nil {
		s.defect.refusal(&f)
	}
	return f
}

// answer takes the first subprotocol and the first offer of compression.
func (s *Server) answer(r *wire.Request) wire.Answer {
	var a wire.Answer
	if asked := r.Protocols(); len(asked) > 0 {
		a.Subprotocol = asked[0]
	}
	if s.defect.remembers {
		a.Subprotocol = s.recall(a.Subprotocol)
	}
	if offers := r.Deflate(); len(offers) > 0 {
		a.Deflate = offers[0].Grant()
	}
	if s.defect.answer != nil {
		s.defect.answer(r, &a)
	}
	return a
}

// serve answers the client until the connection has ended.
func (c *call) serve() {
	if c.defect.opened != nil {
		c.defect.opened(c)
	}
	for {
		switch ev := c.conn.Next().(type) {
		case *wire.Violation:
			if c.defect.broken != nil && !c.failed {
				c.defect.broken(c, ev)
			}
		case *wire.Frame:
			if c.defect.frame != nil && !c.failed {
				c.defect.frame(c, ev)
			}
			c.remember(ev)
		case *wire.Message:
			if !c.failed {
				c.reply(ev)
			}
		case *wire.End:
			return
		}
	}
}

// remember keeps what defects need later. They have seen the frame before.
func (c *call) remember(f *wire.Frame) {
	switch {
	case f.Opcode == wire.OpClose:
		c.closed = true
	case !f.Opcode.Control():
		c.message, c.last = !f.Fin, f
	}
}

func (c *call) reply(m *wire.Message) {
	if c.defect.message != nil {
		c.defect.message(c, m)
		return
	}
	c.echo(m, m.Data)
}

// echo sends data as a message of m's type.
func (c *call) echo(m *wire.Message, data []byte) {
	_, _ = c.conn.Send(c.ctx, opcode(m), data, wire.SendOptions{}) // Next tells the end
}

func opcode(m *wire.Message) wire.Opcode {
	if m.Binary {
		return wire.OpBinary
	}
	return wire.OpText
}

// raw sends frames as they are.
func (c *call) raw(frames ...wire.RawFrame) {
	_, _ = c.conn.SendFrames(c.ctx, frames, wire.Delivery{})
}

// fail fails the connection as RFC 6455 section 7.1.7 says, if the policy of
// wire does not do it.
func (c *call) fail(code int) {
	if c.failed {
		return
	}
	c.failed = true
	c.raw(wire.CloseFrame(code, ""))
	_ = c.conn.Drop(wire.DropFIN)
}

// pause waits, but no longer than the server lives.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// lingering is longer than any client waits for the end of the TCP connection.
const lingering = 10 * time.Second
