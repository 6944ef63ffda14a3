//go:build unix

package wire

import (
	"net"
	"syscall"
)

// straight writes to a TCP socket without ever waiting.
type straight struct {
	socket syscall.RawConn
	write  func(fd uintptr) bool // made once
	octets []byte
	taken  int
	err    error
}

// socketOf is the socket of a TCP connection, or nil for what is none.
func socketOf(nc net.Conn) syscall.RawConn {
	tcp, ok := nc.(*net.TCPConn)
	if !ok {
		return nil
	}
	socket, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	return socket
}

// newStraight gives nil for what is no TCP connection.
func newStraight(nc net.Conn) *straight {
	socket := socketOf(nc)
	if socket == nil {
		return nil
	}
	s := &straight{socket: socket}
	s.write = s.once
	return s
}

// attempt hands over as many octets as the system has room for, which is no
// error if it is fewer than there are.
func (s *straight) attempt(octets []byte) (taken int, err error) {
	s.octets, s.taken, s.err = octets, 0, nil
	err = s.socket.Write(s.write)
	s.octets = nil
	if err == nil {
		err = s.err
	}
	return s.taken, err
}

// once always reports that there is nothing to wait for.
func (s *straight) once(fd uintptr) bool {
	for {
		n, err := syscall.Write(int(fd), s.octets)
		switch err {
		case nil:
			s.taken = n
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
		default:
			s.err = err
		}
		return true
	}
}
