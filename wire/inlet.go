package wire

import "sync"

// readSize is how many octets are asked for in one read, and tlsReadSize of TLS, which keeps a whole record by itself.
const (
	readSize    = 4096
	tlsReadSize = 1024
)

// buffers are lent for a handshake and by lenders.
var buffers = sync.Pool{New: func() any { return new([readSize]byte) }}

// inlet reads what a connection looks at. What it gave stays valid until its next read. An idle connection on TCP
// without TLS holds no buffer.
type inlet struct {
	transport transport
	lender    *lender // nil: own is read into
	own       []byte
}

func newInlet(t transport) inlet {
	in := inlet{transport: t}
	switch {
	case t.tls != nil:
		in.own = make([]byte, tlsReadSize)
	default:
		if in.lender = newLender(t.raw.Conn); in.lender == nil {
			in.own = make([]byte, readSize)
		}
	}
	return in
}

// read may give octets and an error at once.
func (in *inlet) read() ([]byte, error) {
	if in.lender != nil {
		return in.transport.raw.borrow(in.lender)
	}
	n, err := in.transport.Read(in.own)
	return in.own[:n], err
}
