package wire

import (
	"fmt"
	"time"
)

// reader turns the octets of one peer into events. It does no I/O and keeps no clock, so the same octets give the same
// events however they are cut.
type reader struct {
	fromClient bool // the peer is a client: its frames must be masked, those of a server must not
	observe    bool // go on after a violation
	limits     Limits
	inflate    *inflater // nil: permessage-deflate was not negotiated
	held       ledger    // of the message that is coming

	head    [maxHeader]byte
	inHead  int       // octets of head that have come
	first   time.Time // of the frame's first octet
	words   []byte    // that came where a frame has to begin, see feedWords; nil: none
	frame   *Frame    // whose payload is coming
	left    uint64    // octets of it still to come
	taken   uint64    // octets of it that have come
	message *assembly // of which not every frame has come
	closed  *closePayload
	queue   []Event
	yielded int  // events of queue that next has returned
	failed  bool // nothing more is looked at
}

// feed takes octets from the front of b until it has queued an event or b is used up, and returns how many it took.
// at is when they were read. Every event must have been taken off the queue before.
func (r *reader) feed(b []byte, at time.Time) int {
	taken := 0
	for taken < len(b) && len(r.queue) == 0 {
		switch {
		case r.failed:
			return len(b)
		case r.words != nil:
			taken += r.feedWords(b[taken:], at)
		case r.frame == nil:
			taken += r.feedHeader(b[taken:], at)
		default:
			taken += r.feedPayload(b[taken:], at)
		}
	}
	return taken
}

// next takes the oldest event off the queue, nil if there is none.
func (r *reader) next() Event {
	if r.yielded == len(r.queue) {
		clear(r.queue)
		r.queue, r.yielded = r.queue[:0], 0
		return nil
	}
	r.yielded++
	return r.queue[r.yielded-1]
}

// unfinished says what the stream may not end in: a frame, or a fragmented message unless the peer has closed. It is
// nil where the stream may end.
func (r *reader) unfinished() error {
	switch {
	case r.words != nil:
		return fmt.Errorf("stream ended after %q, where a frame has to begin", r.words)
	case r.inHead > 0:
		return fmt.Errorf("stream ended after %d octets of a frame's header", r.inHead)
	case r.frame != nil:
		return fmt.Errorf("stream ended after %d of %d octets of a %s frame", r.taken, r.taken+r.left, r.frame.Opcode)
	case r.message != nil && r.closed == nil:
		return fmt.Errorf("stream ended after %d frames of a message", r.message.Fragments)
	}
	return nil
}

func (r *reader) feedHeader(b []byte, at time.Time) int {
	if r.inHead == 0 {
		r.first = at
	}
	taken := 0
	for {
		h, size, ok := parseHeader(r.head[:r.inHead])
		if ok {
			if r.inHead = 0; r.mayBeHTTP(r.head[:size]) {
				r.words = append(r.words, r.head[:size]...)
				return taken
			}
			r.begin(h, at)
			return taken
		}
		if taken == len(b) {
			return taken
		}
		n := copy(r.head[r.inHead:size], b[taken:])
		r.inHead += n
		taken += n
	}
}

// begin takes a frame whose header is complete.
func (r *reader) begin(h header, at time.Time) {
	r.frame = &Frame{
		Fin: h.fin, RSV: h.rsv, Opcode: h.opcode, Masked: h.masked, Mask: h.mask, LengthForm: h.form, First: r.first,
	}
	r.left, r.taken = h.length, 0
	r.checkHeader(h, at)
	if !r.failed && !h.opcode.Control() {
		r.beginData(h, at)
	}
	if !r.failed && h.length > uint64(r.limits.Message) {
		r.exceed(LimitMessage, r.limits.Message, closeTooBig, at)
	}
	if r.failed {
		return
	}
	r.frame.Payload = make([]byte, 0, min(h.length, firstAllocation))
	if h.length == 0 {
		r.finish(at)
	}
}

// firstAllocation bounds what is set aside for a payload of which nothing has come, and secondAllocation what is then
// set aside at least; beyond it, it grows with what comes.
const (
	firstAllocation  = 4 << 10
	secondAllocation = 64 << 10
)

func (r *reader) feedPayload(b []byte, at time.Time) int {
	n := int(min(uint64(len(b)), r.left))
	f := r.frame
	start := len(f.Payload)
	if room := cap(f.Payload) - start; n > room { // never more than the frame has
		f.Payload = append(make([]byte, 0, min(r.taken+r.left, uint64(max(secondAllocation, 2*start+n)))), f.Payload...)
	}
	f.Payload = append(f.Payload, b[:n]...)
	came := f.Payload[start:]
	if f.Masked {
		applyMask(came, f.Mask, r.taken)
	}
	r.left -= uint64(n)
	r.taken += uint64(n)
	if !r.held.add(n) {
		r.exceed(LimitMemory, r.held.counted, closeTooBig, at)
	}
	if r.message != nil && r.isData(f.Opcode) && !r.message.Compressed {
		r.checkText(came, r.message.size+start, at)
	}
	if r.left == 0 && !r.failed {
		r.finish(at)
	}
	return n
}

// isData reports whether a frame of this opcode adds to the message under way.
func (r *reader) isData(o Opcode) bool { return o <= OpBinary }

// finish takes a frame whose payload is complete.
func (r *reader) finish(at time.Time) {
	f := r.frame
	r.frame = nil
	f.Last = at
	r.queue = append(r.queue, f)
	switch {
	case r.isData(f.Opcode):
		r.finishData(f, at)
	case f.Opcode == OpClose:
		r.finishClose(f, at)
	}
	if r.message == nil {
		r.held.clear()
	}
}
