package mutant

import (
	"bytes"
	"crypto/rand"
	"io"
	"net"
	"strings"
	"time"

	"github.com/duologue/duologue/wire"
)

// securityDefects are defects of servers that were attacked with them, or could
// be.
var securityDefects = []defect{
	{name: "slow-extensions", says: "The time for Sec-WebSocket-Extensions grows with the square of its length.",
		delay: func(r *wire.Request) time.Duration {
			n := len(strings.Join(r.Values("Sec-WebSocket-Extensions"), ","))
			return min(4*time.Second, time.Duration(n*n)*20*time.Nanosecond)
		}},
	{name: "headers-in-body", says: "What a body holds is taken for headers, whatever the method.",
		admits: breach("RFC6455#4.2.1", "method is"), socket: func(nc net.Conn) net.Conn { return &oneHead{Conn: nc} }},
	{name: "single-octets-lost", says: "An octet that comes alone ends the connection.",
		socket: func(nc net.Conn) net.Conn { return inCompany{nc} }},
	{name: "few-connections", says: "While more than 30 are connected nobody is answered.",
		message: func(c *call, m *wire.Message) {
			if len(c.server.others(c)) < 30 {
				c.echo(m, m.Data)
			}
		}},
	{name: "slow-reader-loses", says: "What a client does not read in time is not kept for it, but lost.",
		opened:  func(c *call) { c.queue = make(chan *wire.Message, 16); c.server.work.Go(c.sendQueued) },
		message: func(c *call, m *wire.Message) { c.offer(m) }},
	{name: "slow-reader-blocks", says: "While one client does not read, nobody else is answered.",
		message: func(c *call, m *wire.Message) {
			c.server.one <- struct{}{}
			defer func() { <-c.server.one }()
			c.echo(m, m.Data)
		}},
	{name: "silent-rate-limit", says: "Of more than 100 messages in a tenth of a second the rest are lost.",
		message: func(c *call, m *wire.Message) {
			if time.Since(c.counted) > 100*time.Millisecond {
				c.counted, c.count = time.Now(), 0
			}
			if c.count++; c.count <= 100 {
				c.echo(m, m.Data)
			}
		}},
	{name: "reason-from-memory", says: "The Close after a broken rule has whatever stood in memory as its reason.",
		broken: failsWith(func() string { return "\x00\x07re you there?" })},
	{name: "reason-changes", says: "The Close after a broken rule has a new reason each time.",
		broken: failsWith(func() string { return rand.Text() })},
	{name: "reply-from-memory", says: "The answer to a Close has whatever stood in memory as its reason.", policy: ownCloses,
		frame: onClose(func(c *call, code int) { c.close(code, "\x00\x07re you there?") })},
}

// offer queues a message to be echoed, if there is room.
func (c *call) offer(m *wire.Message) {
	select {
	case c.queue <- m:
	default:
	}
}

// sendQueued echoes what is queued until the server ends or the client has gone.
func (c *call) sendQueued() {
	for {
		select {
		case m := <-c.queue:
			if _, err := c.conn.Send(c.ctx, opcode(m), m.Data, wire.SendOptions{}); err != nil {
				return
			}
		case <-c.ctx.Done():
			return
		}
	}
}

// failsWith fails the connection with a reason.
func failsWith(reason func() string) func(*call, *wire.Violation) {
	return func(c *call, v *wire.Violation) {
		c.failed = true
		c.raw(wire.CloseFrame(v.Code, reason()))
		_ = c.conn.Drop(wire.DropFIN)
	}
}

// oneHead joins the head of a request with a body that comes in the same read,
// if the body ends as a head does.
type oneHead struct {
	net.Conn
	done bool
}

func (o *oneHead) Read(p []byte) (int, error) {
	n, err := o.Conn.Read(p)
	if o.done {
		return n, err
	}
	o.done = true
	end := []byte("\r\n\r\n")
	head, body, _ := bytes.Cut(p[:n], end)
	if !bytes.HasSuffix(body, end) {
		return n, err
	}
	copy(p[len(head)+2:], body)
	return n - 2, err
}

// inCompany ends the connection when a read gives a single octet.
type inCompany struct{ net.Conn }

func (c inCompany) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n == 1 {
		return 0, io.EOF
	}
	return n, err
}
