package conformance_test

import (
	"errors"
	"net"
	"time"
)

// duplex is one end of two pipes, one in each direction, so that a side can end its stream and read on, as over TCP.
type duplex struct {
	net.Conn // what is read
	out      net.Conn
}

func newDuplex() (ours, theirs *duplex) {
	in, theirOut := net.Pipe()
	theirIn, out := net.Pipe()
	return &duplex{in, out}, &duplex{theirIn, theirOut}
}

func (d *duplex) Write(p []byte) (int, error)         { return d.out.Write(p) }
func (d *duplex) CloseWrite() error                   { return d.out.Close() }
func (d *duplex) Close() error                        { return errors.Join(d.out.Close(), d.Conn.Close()) }
func (d *duplex) SetWriteDeadline(at time.Time) error { return d.out.SetWriteDeadline(at) }
func (d *duplex) SetDeadline(at time.Time) error {
	return errors.Join(d.out.SetWriteDeadline(at), d.Conn.SetReadDeadline(at))
}
