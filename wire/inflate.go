package wire

import (
	"errors"
	"fmt"
	"time"
)

// maxWindow is the most octets that DEFLATE can refer back (RFC 1951 section 2).
const maxWindow = 32 << 10

// inflateTail is the end that a sender cuts off each message (RFC 7692 section 7.2.1): the lengths of an empty block.
var inflateTail = []byte{0, 0, 0xff, 0xff}

var (
	errTooLong  = errors.New("inflated message is too long")
	errBadTail  = errors.New("it does not end with an empty block")
	errNoMemory = errors.New("no more may be held")
)

// inflater inflates the messages of one direction (RFC 7692 section 7.2.2). Unlike that of the standard library it
// sees how far back a sender refers, does not mind a final block in the middle of a message, and works in time linear
// in what it reads and makes.
type inflater struct {
	takeover bool
	window   int    // octets that may be referred back to, 256 to 32768
	dict     []byte // the last octets of the messages before, at most window
	broken   error  // with takeover nothing can be told truly after an error
	held     *ledger
}

func newInflater(takeover bool, windowBits int) *inflater {
	return &inflater{takeover: takeover, window: 1 << windowBits}
}

// message inflates the payload of one message to at most limit octets, and says [errTooLong] beyond that.
func (f *inflater) message(payload []byte, limit int64) ([]byte, error) {
	if f.broken != nil {
		return nil, f.broken
	}
	b := blocks{
		in:  bits{octets: append(payload[:len(payload):len(payload)], inflateTail...)},
		out: make([]byte, 0, min(limit, 2*int64(len(payload)))), dict: f.dict, window: f.window, limit: limit,
		held: f.held, ask: ledgerStep,
	}
	err := b.inflate()
	if !f.takeover {
		return b.out, err
	}
	if err != nil {
		f.broken = fmt.Errorf("a message before this one could not be inflated: %w", err)
		return nil, err
	}
	f.dict = lastOctets(f.dict, b.out, f.window)
	return b.out, nil
}

// lastOctets is the last n octets of a followed by b. It may reuse a's memory, never b's.
func lastOctets(a, b []byte, n int) []byte {
	if len(b) >= n {
		return append(a[:0], b[len(b)-n:]...)
	}
	if over := len(a) + len(b) - n; over > 0 {
		a = a[:copy(a, a[over:])]
	}
	return append(a, b...)
}

// inflateMessage replaces the message's data by what it inflates to, and reports whether that went well.
func (r *reader) inflateMessage(m *assembly, at time.Time) bool {
	data, err := r.inflate.message(m.Data, r.limits.Inflated)
	switch {
	case errors.Is(err, errNoMemory):
		r.exceed(LimitMemory, r.held.counted, closeTooBig, at)
		return false
	case errors.Is(err, errTooLong):
		r.exceed(LimitInflated, r.limits.Inflated, closeTooBig, at)
		return false
	case errors.Is(err, errWindow):
		rule := "RFC7692#7.1.2.1" // of the server's window
		if r.fromClient {
			rule = "RFC7692#7.1.2.2"
		}
		r.violate(at, closeProtocol, rule, "message refers back further than the %d octets agreed on", r.inflate.window)
		return false
	case err != nil:
		r.violate(at, closeBadData, "RFC7692#7.2.2", "message cannot be inflated: %v", err)
		return false
	}
	m.Data = data
	r.checkText(data, 0, at)
	return !r.failed
}
