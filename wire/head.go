package wire

import (
	"bytes"
	"errors"
	"fmt"
)

// headReader collects the octets of a response up to the empty line that ends its head. It looks at every octet once,
// so a head that comes drop by drop costs no more than one that comes whole.
type headReader struct {
	most      int // octets allowed
	mostLines int
	octets    []byte // of the head
	lineStart int    // in octets
	lines     []string
	done      bool
}

// errLongHead says that a head goes beyond our limits, which is no broken rule.
var errLongHead = errors.New("response head is too long")

// feed takes octets from the front of b until the head is complete, and returns how many it took.
func (h *headReader) feed(b []byte) (int, error) {
	taken := 0
	for taken < len(b) && !h.done {
		n := bytes.IndexByte(b[taken:], '\n') + 1
		whole := n > 0
		if !whole {
			n = len(b) - taken
		}
		if len(h.octets)+n > h.most {
			return taken, fmt.Errorf("%w: over %d octets", errLongHead, h.most)
		}
		h.octets = append(h.octets, b[taken:taken+n]...)
		taken += n
		if !whole {
			break
		}
		if err := h.endLine(); err != nil {
			return taken, err
		}
	}
	return taken, nil
}

// endLine takes a line whose LF has come (RFC 9112 section 2.2).
func (h *headReader) endLine() error {
	line, ok := bytes.CutSuffix(h.octets[h.lineStart:], []byte("\r\n"))
	if !ok {
		return fmt.Errorf("line %q does not end in CR LF", h.octets[h.lineStart:])
	}
	h.lineStart = len(h.octets)
	if len(line) > 0 && len(h.lines) == h.mostLines {
		return fmt.Errorf("%w: over %d lines", errLongHead, h.mostLines)
	}
	if len(line) > 0 {
		h.lines = append(h.lines, string(line))
		return nil
	}
	if len(h.lines) == 0 {
		return errors.New("empty line instead of a status line")
	}
	h.done = true
	return nil
}
