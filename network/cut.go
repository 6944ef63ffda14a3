package network

import (
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"
)

// ErrHalfOpen says that a line cannot be changed, because octets are lost.
var ErrHalfOpen = errors.New("the line is half-open, and what was lost on it cannot be sent again; only a reset can follow")

// Cut is the error of a connection whose line was cut. It is also the error that a peer or a proxy would have caused:
// [io.EOF] or ECONNRESET.
type Cut struct {
	Idle time.Duration // the line was without octets for so long; 0: it was reset
	At   time.Time
}

// Error says that nobody else did it.
func (c *Cut) Error() string {
	if c.Idle > 0 {
		return fmt.Sprintf("the suite has the line cut after %s without an octet", c.Idle)
	}
	return "the suite has reset the line"
}

// Unwrap is the error that the end would have been.
func (c *Cut) Unwrap() error {
	if c.Idle > 0 {
		return io.EOF
	}
	return syscall.ECONNRESET
}
