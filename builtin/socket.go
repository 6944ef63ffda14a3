package builtin

import (
	"net"
	"sync"
)

// sockets gives every accepted connection as a *socket.
type sockets struct{ net.Listener }

func (s sockets) Accept() (net.Conn, error) {
	c, err := s.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &socket{Conn: c}, nil
}

// socket can be told to break off instead of writing a Close frame. The library
// always answers a Close, and has no switch for it.
type socket struct {
	net.Conn

	mu     sync.Mutex
	armed  bool
	header []byte // of the frame that is being written
	left   uint64 // octets of its payload that are still to come
}

// refuseClose arms the socket. From now on only frames may be written.
func (s *socket) refuseClose(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.armed = on
}

// Write passes frames on. At a Close frame it ends the connection.
func (s *socket) Write(p []byte) (int, error) {
	s.mu.Lock()
	end := len(p)
	if s.armed {
		end = s.beforeClose(p)
	}
	s.mu.Unlock()
	n, err := s.Conn.Write(p[:end])
	if err != nil || end == len(p) {
		return n, err
	}
	_ = s.Close()
	return n, net.ErrClosed
}

// beforeClose follows the frames through p, and gives the offset at which a
// Close frame begins. If there is none, it gives the length of p (RFC 6455
// section 5.2; a server does not mask).
func (s *socket) beforeClose(p []byte) int {
	for i := 0; i < len(p); {
		if s.left > 0 {
			n := min(s.left, uint64(len(p)-i))
			s.left -= n
			i += int(n)
			continue
		}
		if len(s.header) == 0 && p[i]&0x0f == 8 {
			return i
		}
		s.header = append(s.header, p[i])
		i++
		if n, whole := payloadLength(s.header); whole {
			s.left, s.header = n, s.header[:0]
		}
	}
	return len(p)
}

// payloadLength reads the length from the header of an unmasked frame. It gives
// false if the header is incomplete.
func payloadLength(header []byte) (uint64, bool) {
	if len(header) < 2 {
		return 0, false
	}
	length, extended := uint64(header[1]&0x7f), 0
	switch length {
	case 126:
		extended = 2
	case 127:
		extended = 8
	default:
		return length, true
	}
	if len(header) < 2+extended {
		return 0, false
	}
	length = 0
	for _, b := range header[2:] {
		length = length<<8 | uint64(b)
	}
	return length, true
}
