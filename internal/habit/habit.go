// Package habit is for tests: a right little echo server with one habit of a real WebSocket stack. It shares no code with
// package wire, and it is no strict server: of a request it looks at the method, Upgrade and the length of the key.
package habit

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// The habits. The real stack that has one stands behind it.
const (
	Plain     = ""           // none: refuses violations with 1002 and 1007
	Drop      = "drop"       // refuses by ending TCP, without a Close (autobahn)
	Empty     = "empty"      // refuses with a Close without a code (gevent-websocket)
	UTF81002  = "utf8-1002"  // refuses text that is not UTF-8 with 1002 (lesismal/nbio)
	Len1011   = "len-1011"   // refuses long forms of lengths with 1011 (websocketpp)
	Mask1003  = "mask-1003"  // refuses unmasked frames with 1003 (Ruby websocket-driver)
	Drop1014  = "drop-1014"  // ends TCP on a Close with 1012 to 1014 (autobahn, trio-websocket)
	Limit     = "limit"      // refuses messages of more than 8192 octets with 1009 (Tomcat)
	DropClose = "drop-close" // ends TCP instead of answering a Close (golang.org/x/net/websocket)
	SlowFIN   = "slow-fin"   // answers a Close, and ends TCP 2 s later
	Pongs     = "pongs"      // sends a Pong that nobody asked for before each echo
	Binary    = "binary"     // refuses text with 1003 (websockify)
	Greet     = "greet"      // says "welcome" first
	Dies      = "dies"       // its process ends on a continuation with nothing to continue
	Learns    = "learns"     // passes by the first continuation with nothing to continue, and refuses all others
)

// Server serves one habit.
type Server struct {
	habit string
	l     net.Listener
	work  sync.WaitGroup

	mu    sync.Mutex
	knows bool // of Learns
	ended bool
	conns map[net.Conn]bool
}

// Serve serves who is accepted, until Close.
func Serve(l net.Listener, habit string) *Server {
	s := &Server{habit: habit, l: l, conns: map[net.Conn]bool{}}
	s.work.Go(func() {
		for {
			nc, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil && s.join(nc) {
				s.work.Go(func() {
					defer s.leave(nc)
					s.take(nc)
				})
			}
		}
	})
	return s
}

// Close ends everything, and waits.
func (s *Server) Close() {
	s.die()
	s.work.Wait()
}

// die ends everything at once, as the end of a process does.
func (s *Server) die() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	_ = s.l.Close()
	for nc := range s.conns {
		_ = nc.Close()
	}
}

func (s *Server) join(nc net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		_ = nc.Close()
		return false
	}
	s.conns[nc] = true
	return true
}

func (s *Server) leave(nc net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, nc)
	_ = nc.Close()
}

// most is how large a message may be that has no other limit, in octets.
const most = 64 << 20

// conn is one connection.
type conn struct {
	*Server
	nc net.Conn
	in *bufio.Reader

	opcode  byte // of the message that has begun; 0 if none has
	message []byte
}

// refused is that the connection is failed with a code.
type refused struct{ code uint16 }

func (r refused) Error() string { return fmt.Sprint("refused with ", r.code) }

// errOver is that the connection has ended in order.
var errOver = errors.New("over")

func (s *Server) take(nc net.Conn) {
	c := &conn{Server: s, nc: nc, in: bufio.NewReader(nc)}
	if !c.upgrade() {
		return
	}
	if s.habit == Greet {
		c.send(1, []byte("welcome"))
	}
	for {
		err := c.frame()
		var r refused
		switch {
		case errors.As(err, &r):
			c.fail(r.code)
			return
		case err != nil:
			return
		}
	}
}

// upgrade answers the request.
func (c *conn) upgrade() bool {
	line, err := c.in.ReadString('\n')
	if err != nil {
		return false
	}
	upgrade, key := "", ""
	for {
		field, err := c.in.ReadString('\n')
		if err != nil {
			return false
		}
		if field == "\r\n" {
			break
		}
		name, value, _ := strings.Cut(field, ":")
		switch value = strings.TrimSpace(value); strings.ToLower(strings.TrimSpace(name)) {
		case "upgrade":
			upgrade += "," + strings.ToLower(value)
		case "sec-websocket-key":
			key = cmp.Or(key, value)
		}
	}
	if !strings.HasPrefix(line, "GET ") || !strings.Contains(upgrade, "websocket") || len(key) != 24 {
		_, _ = io.WriteString(c.nc, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		return false
	}
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	_, err = fmt.Fprintf(c.nc, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	return err == nil
}

// send writes one whole frame.
func (c *conn) send(opcode byte, payload []byte) {
	head := []byte{0x80 | opcode}
	switch n := len(payload); {
	case n < 126:
		head = append(head, byte(n))
	case n < 1<<16:
		head = binary.BigEndian.AppendUint16(append(head, 126), uint16(n))
	default:
		head = binary.BigEndian.AppendUint64(append(head, 127), uint64(n))
	}
	_, _ = c.nc.Write(append(head, payload...)) // who is gone shows when it is read from
}

// fail refuses what came, in the way of the habit, and waits a while for the peer's end.
func (c *conn) fail(code uint16) {
	switch c.habit {
	case Drop:
	case Empty:
		c.send(8, nil)
	default:
		c.send(8, binary.BigEndian.AppendUint16(nil, code))
	}
	if w, ok := c.nc.(interface{ CloseWrite() error }); ok {
		_ = w.CloseWrite()
	}
	_ = c.nc.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
	_, _ = io.Copy(io.Discard, c.in)
}

// frame takes one frame, and answers it.
func (c *conn) frame() error {
	head := make([]byte, 2)
	if _, err := io.ReadFull(c.in, head); err != nil {
		return err
	}
	opcode, fin := head[0]&15, head[0]&0x80 != 0
	size, long, err := c.length(head[1] & 127)
	switch {
	case err != nil:
		return err
	case head[0]&0x70 != 0, opcode > 2 && opcode < 8, opcode > 10, opcode >= 8 && (!fin || head[1]&127 > 125):
		return refused{1002}
	case head[1]&0x80 == 0:
		return refused{map[bool]uint16{true: 1003, false: 1002}[c.habit == Mask1003]}
	case long:
		return refused{map[bool]uint16{true: 1011, false: 1002}[c.habit == Len1011]}
	case size > c.limit():
		return refused{1009}
	}
	key, payload := make([]byte, 4), make([]byte, size)
	if _, err := io.ReadFull(c.in, key); err != nil {
		return err
	}
	if _, err := io.ReadFull(c.in, payload); err != nil {
		return err
	}
	for i := range payload {
		payload[i] ^= key[i%4]
	}
	switch opcode {
	case 8:
		return c.closed(payload)
	case 9:
		c.send(10, payload)
	case 10:
	default:
		return c.part(opcode, fin, payload)
	}
	return nil
}

func (c *conn) limit() uint64 {
	if c.habit == Limit {
		return 8192
	}
	return most
}

// length reads the rest of a length, and whether it is not in the shortest form.
func (c *conn) length(short byte) (size uint64, long bool, err error) {
	field := make([]byte, map[byte]int{126: 2, 127: 8}[short])
	if _, err := io.ReadFull(c.in, field); err != nil {
		return 0, false, err
	}
	switch short {
	case 126:
		n := binary.BigEndian.Uint16(field)
		return uint64(n), n < 126, nil
	case 127:
		n := binary.BigEndian.Uint64(field)
		return n, n < 1<<16, nil
	}
	return uint64(short), false, nil
}

// closed answers a Close.
func (c *conn) closed(payload []byte) error {
	if c.habit == DropClose {
		return errOver
	}
	if len(payload) == 1 {
		return refused{1002}
	}
	if len(payload) > 1 {
		code := binary.BigEndian.Uint16(payload)
		switch {
		case code < 1000 || code > 1014 && code < 3000 || code > 4999 || code == 1004 || code == 1005 || code == 1006:
			return refused{1002}
		case c.habit == Drop1014 && code >= 1012 && code <= 1014:
			return errOver
		case !utf8.Valid(payload[2:]):
			return refused{1007}
		}
	}
	c.send(8, payload[:min(2, len(payload))])
	if c.habit == SlowFIN {
		time.Sleep(2 * time.Second)
	}
	return errOver
}

// part takes a part of a message, and echoes the whole.
func (c *conn) part(opcode byte, fin bool, payload []byte) error {
	if opcode == 0 && c.opcode == 0 && c.habit == Dies {
		c.die()
		return errOver
	}
	if opcode == 0 && c.opcode == 0 && c.habit == Learns && c.learns() {
		return nil
	}
	if (opcode == 0) == (c.opcode == 0) {
		return refused{1002}
	}
	if opcode != 0 {
		c.opcode = opcode
	}
	if c.habit == Binary && c.opcode == 1 {
		return refused{1003}
	}
	if c.message = append(c.message, payload...); uint64(len(c.message)) > c.limit() {
		return refused{1009}
	}
	if !fin {
		return nil
	}
	if c.opcode == 1 && !utf8.Valid(c.message) {
		return refused{map[bool]uint16{true: 1002, false: 1007}[c.habit == UTF81002]}
	}
	if c.habit == Pongs {
		c.send(10, nil)
	}
	c.send(c.opcode, bytes.Clone(c.message))
	c.opcode, c.message = 0, c.message[:0]
	return nil
}

// learns reports whether this is the first time.
func (s *Server) learns() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := !s.knows
	s.knows = true
	return first
}
