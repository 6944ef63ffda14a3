package wire

// tracker follows the octets that we write as a peer reads them: by the headers of frames, whoever made them and
// whatever they claim. So it knows, also after octets made by hand, whether a frame is unfinished and whether a Close
// was sent.
type tracker struct {
	head   [maxHeader]byte
	inHead int // octets of head that were written
	opcode Opcode
	left   uint64 // octets of the payload still to be written
	closed bool   // a Close frame was written whole
}

func (t *tracker) feed(b []byte) {
	for len(b) > 0 {
		if t.left > 0 {
			n := min(uint64(len(b)), t.left)
			t.left -= n
			b = b[n:]
		} else {
			b = b[t.feedHead(b):]
		}
		if !t.inside() && t.opcode == OpClose {
			t.closed = true
		}
	}
}

// feedHead takes octets of a header from the front of b and returns how many.
func (t *tracker) feedHead(b []byte) int {
	taken := 0
	for {
		h, size, ok := parseHeader(t.head[:t.inHead])
		if ok {
			t.inHead, t.opcode, t.left = 0, h.opcode, h.length
			return taken
		}
		if taken == len(b) {
			return taken
		}
		n := copy(t.head[t.inHead:size], b[taken:])
		t.inHead += n
		taken += n
	}
}

// inside reports whether a frame has been begun and not finished.
func (t *tracker) inside() bool { return t.inHead > 0 || t.left > 0 }

// closes reports whether these octets will finish the first Close frame.
func (t tracker) closes(octets []byte) bool {
	if t.closed {
		return false
	}
	t.feed(octets)
	return t.closed
}
