package session

import (
	"context"
	"errors"

	"github.com/duologue/duologue/wire"
)

// Why something cannot be sent.
var (
	ErrConnecting = errors.New("the connection is still connecting")
	ErrNotOpened  = errors.New("the connection did not open")
)

// stateConnecting is the state before those that package wire names.
const stateConnecting = "connecting"

// link is the connection on the wire, from the attempt to its end.
type link struct {
	address string             // what is dialled, before redirects
	abandon context.CancelFunc // gives up the attempt

	opened chan struct{} // closed once the attempt has succeeded or failed; wire and err are set before
	wire   *wire.Conn    // nil if the attempt has failed
	err    error         // why it has failed

	ended chan struct{} // closed once the event that ends the connection is in the log
}

func newLink(address string) *link {
	return &link{address: address, opened: make(chan struct{}), ended: make(chan struct{})}
}

// transport returns the connection. While there is none the error is
// [ErrConnecting], and [ErrNotOpened] if the attempt has failed.
func (l *link) transport() (*wire.Conn, error) {
	select {
	case <-l.opened:
	default:
		return nil, ErrConnecting
	}
	if l.wire == nil {
		return nil, ErrNotOpened
	}
	return l.wire, nil
}

// failure returns why the attempt has failed. It is nil while the attempt is
// under way, and after it has succeeded.
func (l *link) failure() error {
	select {
	case <-l.opened:
		return l.err
	default:
		return nil
	}
}

// state is "connecting", or what [wire.Conn.State] says. A failed attempt is
// closed.
func (l *link) state() string {
	w, err := l.transport()
	switch {
	case errors.Is(err, ErrConnecting):
		return stateConnecting
	case err != nil:
		return wire.StateClosed
	}
	return w.State()
}

// url is what was dialled, after redirects.
func (l *link) url() string {
	if w, err := l.transport(); err == nil {
		return w.URL()
	}
	var bad *wire.DialError
	if errors.As(l.failure(), &bad) && bad.URL != "" {
		return bad.URL
	}
	return l.address
}

// giveUp ends an attempt that is under way, and waits for its end. It reports
// false if there is a connection.
func (l *link) giveUp() bool {
	if l.state() != stateConnecting {
		return false
	}
	l.abandon()
	<-l.opened
	return l.wire == nil
}
