// Package pipenet is a network in memory, for tests in fake time. With sockets
// of the system, a bubble of testing/synctest is never idle.
package pipenet

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Network connects those who dial with those who listen.
type Network struct {
	mu        sync.Mutex
	listeners map[string]*listener
	port      int // the last port that was chosen
}

// New gives a network on which nobody listens.
func New() *Network { return &Network{listeners: map[string]*listener{}, port: below} }

// below is the port before those that are chosen. Nobody listens on a small one unless a test
// says so.
const below = 40_000

// Listen is [net.Listen]. For port 0 it chooses a free port.
func (n *Network) Listen(_, address string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	if number == 0 {
		n.port++
		number = n.port
	}
	l := &listener{net: n, addr: net.TCPAddr{IP: net.ParseIP(host), Port: number}, dialled: make(chan net.Conn), closed: make(chan struct{})}
	if n.listeners[l.addr.String()] != nil {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: &l.addr, Err: syscall.EADDRINUSE}
	}
	n.listeners[l.addr.String()] = l
	return l, nil
}

// Dial connects to the listener at an address.
func (n *Network) Dial(ctx context.Context, _, address string) (net.Conn, error) {
	n.mu.Lock()
	l := n.listeners[address]
	n.mu.Unlock()
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	if l == nil {
		return nil, refused
	}
	ours, theirs := Pipe()
	select {
	case l.dialled <- theirs:
		return ours, nil
	case <-l.closed:
		return nil, refused
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), ours.Close(), theirs.Close())
	}
}

// Pipe gives the two ends of a connection.
func Pipe() (ours, theirs net.Conn) {
	in, theirOut := net.Pipe()
	theirIn, out := net.Pipe()
	return &conn{Conn: in, out: out}, &conn{Conn: theirIn, out: theirOut}
}

// conn is one end of two pipes, one for each direction. So a side can end its
// stream and read on, as over TCP.
type conn struct {
	net.Conn // what is read
	out      net.Conn
	ended    atomic.Bool // our stream
}

// Write gives no error if the other end does not read any more, as TCP gives
// none until the reset comes back.
func (c *conn) Write(p []byte) (int, error) {
	n, err := c.out.Write(p)
	if errors.Is(err, io.ErrClosedPipe) && !c.ended.Load() {
		return len(p), nil
	}
	return n, err
}

// CloseWrite ends our stream.
func (c *conn) CloseWrite() error {
	c.ended.Store(true)
	return c.out.Close()
}

// Close ends both streams.
func (c *conn) Close() error { return errors.Join(c.CloseWrite(), c.Conn.Close()) }

// SetWriteDeadline sets the deadline of what we write.
func (c *conn) SetWriteDeadline(at time.Time) error { return c.out.SetWriteDeadline(at) }

// SetDeadline sets the deadlines of both directions.
func (c *conn) SetDeadline(at time.Time) error {
	return errors.Join(c.SetWriteDeadline(at), c.SetReadDeadline(at))
}

// listener hands one end of a pipe to whoever accepts.
type listener struct {
	net     *Network
	addr    net.TCPAddr
	dialled chan net.Conn
	once    sync.Once
	closed  chan struct{}
}

// Accept waits for a dial.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.dialled:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close frees the address.
func (l *listener) Close() error {
	l.once.Do(func() {
		l.net.mu.Lock()
		delete(l.net.listeners, l.addr.String())
		l.net.mu.Unlock()
		close(l.closed)
	})
	return nil
}

// Addr gives the address.
func (l *listener) Addr() net.Addr { return &l.addr }
