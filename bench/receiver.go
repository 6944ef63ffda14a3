package main

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// receiver notes when messages arrive, and does as little else as it can.
type receiver struct {
	listener net.Listener
	epoch    time.Time
	first    chan struct{} // closed when the first connection comes
	once     sync.Once
	all      chan struct{} // closed when as many streams run as are wanted
	wanted   int
	running  atomic.Int64 // streams that have sent media

	mu      sync.Mutex
	streams []*arrivals
}

// arrivals are when the chunks of one stream came, as offsets from the epoch.
type arrivals struct {
	mu sync.Mutex
	at []time.Duration
}

func newReceiver(l net.Listener, wanted int) *receiver {
	r := &receiver{listener: l, epoch: time.Now(), first: make(chan struct{}), all: make(chan struct{}), wanted: wanted}
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			r.once.Do(func() { close(r.first) })
			go func() {
				defer func() { _ = nc.Close() }()
				_ = r.receive(nc) // the sender is killed in the end
			}()
		}
	}()
	return r
}

// isMedia tells a chunk from what else a dialect sends, by its size.
func isMedia(size uint64) bool { return size >= 200 }

func (r *receiver) receive(nc net.Conn) error {
	in := bufio.NewReaderSize(nc, 4096)
	if err := upgrade(in, nc); err != nil {
		return err
	}
	stream := &arrivals{at: make([]time.Duration, 0, 1024)}
	for {
		size, closes, err := frame(in)
		if err != nil || closes {
			return err
		}
		if !isMedia(size) {
			continue
		}
		at := time.Since(r.epoch)
		stream.mu.Lock()
		stream.at = append(stream.at, at)
		begins := len(stream.at) == 1
		stream.mu.Unlock()
		if begins {
			r.mu.Lock()
			r.streams = append(r.streams, stream)
			r.mu.Unlock()
			if r.running.Add(1) == int64(r.wanted) {
				close(r.all)
			}
		}
	}
}

// upgrade answers the handshake (RFC 6455 section 4.2).
func upgrade(in *bufio.Reader, out io.Writer) error {
	req, err := http.ReadRequest(in)
	if err != nil {
		return err
	}
	sum := sha1.Sum([]byte(req.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	_, err = fmt.Fprintf(out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	return err
}

// frame reads past one frame of a client.
func frame(in *bufio.Reader) (size uint64, closes bool, err error) {
	var head [14]byte
	if _, err := io.ReadFull(in, head[:2]); err != nil {
		return 0, false, err
	}
	if head[1]&0x80 == 0 {
		return 0, false, errors.New("a client has to mask")
	}
	closes = head[0]&15 == 8
	size = uint64(head[1] & 0x7f)
	rest := 4
	switch size {
	case 126:
		rest += 2
	case 127:
		rest += 8
	}
	if _, err := io.ReadFull(in, head[:rest]); err != nil {
		return 0, false, err
	}
	switch size {
	case 126:
		size = uint64(binary.BigEndian.Uint16(head[:]))
	case 127:
		size = binary.BigEndian.Uint64(head[:])
	}
	_, err = in.Discard(int(size))
	return size, closes, err
}

// lateness gives, for every chunk that came in a window, how late it was
// against the absolute schedule of its stream: one chunk every interval since
// the one that was earliest by that measure, in all of the stream.
func (r *receiver) lateness(from, to, interval time.Duration) (late []time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.streams {
		s.mu.Lock()
		base := time.Duration(1<<63 - 1)
		for k, at := range s.at {
			base = min(base, at-time.Duration(k)*interval)
		}
		for k, at := range s.at {
			if at >= from && at < to {
				late = append(late, at-time.Duration(k)*interval-base)
			}
		}
		s.mu.Unlock()
	}
	return late
}
