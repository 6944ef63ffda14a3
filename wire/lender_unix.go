//go:build unix

package wire

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// lender reads from a TCP socket into a buffer that it takes when there is something to read, and gives back when it
// has to wait.
type lender struct {
	conn   net.Conn
	socket syscall.RawConn
	once   func(fd uintptr) bool // made once
	lent   *[readSize]byte
	taken  int
	err    error
}

// newLender gives nil for what is no TCP connection.
func newLender(nc net.Conn) *lender {
	socket := socketOf(nc)
	if socket == nil {
		return nil
	}
	l := &lender{conn: nc, socket: socket}
	l.once = l.attempt
	return l
}

// read waits until octets come or the stream ends. Its errors are those of [net.TCPConn.Read].
func (l *lender) read() ([]byte, error) {
	err := l.socket.Read(l.once)
	if err == nil && l.err == nil && l.taken > 0 {
		return l.lent[:l.taken], nil
	}
	l.giveBack()
	var raw *net.OpError
	switch {
	case errors.As(err, &raw): // of another operation, though the reason is the same
		return nil, l.opError(raw.Err)
	case err != nil:
		return nil, l.opError(err)
	case l.err != nil:
		return nil, l.opError(os.NewSyscallError("read", l.err))
	}
	return nil, io.EOF
}

// attempt reports whether there is nothing to wait for.
func (l *lender) attempt(fd uintptr) bool {
	if l.lent == nil {
		l.lent = buffers.Get().(*[readSize]byte)
	}
	for {
		l.taken, l.err = syscall.Read(int(fd), l.lent[:])
		switch l.err {
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			l.giveBack()
			return false
		}
		return true
	}
}

func (l *lender) giveBack() {
	if l.lent != nil {
		buffers.Put(l.lent)
		l.lent = nil
	}
}

func (l *lender) opError(err error) error {
	return &net.OpError{Op: "read", Net: l.conn.LocalAddr().Network(), Source: l.conn.LocalAddr(), Addr: l.conn.RemoteAddr(), Err: err}
}
