package suitetest

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"sync"
	"syscall"
)

// network is one in memory, for fake time: sockets of the system do not let a
// bubble of testing/synctest be idle.
type network struct {
	mu        sync.Mutex
	listeners map[string]*listener
	port      int // the last that was given
}

func newNetwork() *network { return &network{listeners: map[string]*listener{}} }

// listen is net.Listen; port 0 is a free one.
func (n *network) listen(_, address string) (net.Listener, error) {
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

// dial connects to whoever listens.
func (n *network) dial(ctx context.Context, _, address string) (net.Conn, error) {
	n.mu.Lock()
	l := n.listeners[address]
	n.mu.Unlock()
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	if l == nil {
		return nil, refused
	}
	ours, theirs := net.Pipe()
	select {
	case l.dialled <- conn{theirs}:
		return conn{ours}, nil
	case <-l.closed:
		return nil, refused
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), ours.Close(), theirs.Close())
	}
}

// conn is one end of a connection. What is written to an end that has gone is
// lost without an error, as it is with TCP until the reset comes back.
type conn struct{ net.Conn }

func (c conn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if errors.Is(err, io.ErrClosedPipe) {
		return len(p), nil
	}
	return n, err
}

// listener hands one end of a pipe to who accepts.
type listener struct {
	net     *network
	addr    net.TCPAddr
	dialled chan net.Conn
	once    sync.Once
	closed  chan struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.dialled:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() {
		l.net.mu.Lock()
		delete(l.net.listeners, l.addr.String())
		l.net.mu.Unlock()
		close(l.closed)
	})
	return nil
}

func (l *listener) Addr() net.Addr { return &l.addr }
