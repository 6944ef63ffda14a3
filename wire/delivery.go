package wire

import (
	"context"
	"net"
	"time"
)

// Delivery says in which pieces octets are handed to the system. The zero value hands over all octets of one send in a
// single write. Nagle's algorithm is off, so over TCP each write leaves as a segment of its own unless the peer or the
// network is behind; over TLS each write is a record of its own.
type Delivery struct {
	PerFrame bool          // each frame in a write of its own; between two of them control frames may be sent
	Chop     int           // octets a write, at most; 0 or less: no bound
	Delay    time.Duration // waited between two writes of one send
}

// pause is a place in octets where a write must end, and a wait before the next.
type pause struct {
	at   int
	wait time.Duration
}

// pieces calls write for one piece of octets after the other, and wait between them, until one of them fails.
func (d Delivery) pieces(octets []byte, pauses []pause, write func([]byte) error, wait func(time.Duration) error) error {
	start := 0
	for start < len(octets) || len(pauses) > 0 {
		end := len(octets)
		if len(pauses) > 0 {
			end = pauses[0].at
		}
		if err := d.chop(octets[start:end], write, wait); err != nil {
			return err
		}
		start = end
		if len(pauses) > 0 {
			if err := wait(pauses[0].wait); err != nil {
				return err
			}
			pauses = pauses[1:]
		}
	}
	return nil
}

func (d Delivery) chop(octets []byte, write func([]byte) error, wait func(time.Duration) error) error {
	for len(octets) > 0 {
		n := len(octets)
		if d.Chop > 0 {
			n = min(n, d.Chop)
		}
		if err := write(octets[:n]); err != nil {
			return err
		}
		if octets = octets[n:]; len(octets) == 0 {
			return nil
		}
		if err := wait(d.Delay); err != nil {
			return err
		}
	}
	return nil
}

// waitFor waits, unless ctx or the connection ends first.
func waitFor(ctx context.Context, d time.Duration, stopped <-chan struct{}) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-stopped:
		return net.ErrClosed
	}
}
