package wire

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"time"
)

// window is the most octets that DEFLATE can refer back (RFC 1951).
const window = 32 << 10

// inflateTail is the end that a sender cuts off each message (RFC 7692 section 7.2.1) and a final empty block, which
// makes a reader see the end.
var inflateTail = []byte{0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff}

// errInflated says that a message is longer than allowed when inflated.
var errInflated = errors.New("inflated message is too long")

// inflater inflates the messages of one direction (RFC 7692 section 7.2.2).
type inflater struct {
	takeover bool
	flate    io.ReadCloser
	dict     []byte // the last octets of the messages before, at most window
	broken   error  // with takeover nothing can be inflated after an error
}

// message inflates the payload of one message to at most limit octets.
func (f *inflater) message(payload []byte, limit int64) ([]byte, error) {
	if f.broken != nil {
		return nil, f.broken
	}
	data, err := f.inflate(payload, limit)
	if !f.takeover {
		return data, err
	}
	if err != nil {
		f.broken = fmt.Errorf("a message before this one could not be inflated: %w", err)
		return nil, err
	}
	f.dict = lastOctets(f.dict, data)
	return data, nil
}

func (f *inflater) inflate(payload []byte, limit int64) ([]byte, error) {
	src := &source{parts: [2][]byte{payload, inflateTail}}
	var out bytes.Buffer
	for src.more() {
		dict := lastOctets(f.dict, out.Bytes())
		if f.flate == nil {
			f.flate = flate.NewReaderDict(src, dict)
		} else if err := f.flate.(flate.Resetter).Reset(src, dict); err != nil {
			return nil, err
		}
		if _, err := io.Copy(&out, io.LimitReader(f.flate, limit+1-int64(out.Len()))); err != nil {
			return nil, err
		}
		if int64(out.Len()) > limit {
			return nil, errInflated
		}
	}
	return out.Bytes(), nil
}

// lastOctets is the last window octets of a followed by b, in a slice of its own unless that is all of one of them.
func lastOctets(a, b []byte) []byte {
	if len(b) >= window {
		return b[len(b)-window:]
	}
	if len(b) == 0 {
		return a
	}
	keep := min(len(a), window-len(b))
	return append(append(make([]byte, 0, keep+len(b)), a[len(a)-keep:]...), b...)
}

// source reads two slices one after the other, octet by octet where flate wants that, so that nothing is read ahead.
type source struct{ parts [2][]byte }

func (s *source) more() bool { return len(s.parts[0])+len(s.parts[1]) > 0 }

func (s *source) Read(p []byte) (int, error) {
	for i := range s.parts {
		if len(s.parts[i]) > 0 {
			n := copy(p, s.parts[i])
			s.parts[i] = s.parts[i][n:]
			return n, nil
		}
	}
	return 0, io.EOF
}

func (s *source) ReadByte() (byte, error) {
	var b [1]byte
	if n, err := s.Read(b[:]); n == 0 {
		return 0, err
	}
	return b[0], nil
}

// inflateMessage replaces the message's data by what it inflates to, and reports whether that went well.
func (r *reader) inflateMessage(m *assembly, at time.Time) bool {
	data, err := r.inflate.message(m.Data, r.limits.Inflated)
	if errors.Is(err, errInflated) {
		r.exceed("Inflated", r.limits.Inflated, closeTooBig, at)
		return false
	}
	if err != nil {
		r.violate(at, closeBadData, "RFC7692#7.2.2", "message cannot be inflated: %v", err)
		return false
	}
	m.Data = data
	if m.Binary {
		return true
	}
	if i := m.text.feed(data); i >= 0 {
		r.badText(at, fmt.Sprintf("octet 0x%02x", data[i]))
	}
	return !r.failed
}
