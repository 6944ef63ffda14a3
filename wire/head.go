package wire

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// headReader collects the octets of a request or response up to the empty line that ends its head. It looks at every
// octet once, so a head that comes drop by drop costs no more than one that comes whole.
type headReader struct {
	limits    Limits
	before    int    // octets of heads before this one, which count too
	octets    []byte // of the head
	lineStart int    // in octets
	lines     []string
	fault     error // the first line that was not ended as it must be; the head is read on
	done      bool
}

// feed takes octets from the front of b until the head is complete, and returns how many it took. It stops
// at one that goes beyond our limits, which breaks no rule.
func (h *headReader) feed(b []byte) (int, *Excess) {
	taken := 0
	for taken < len(b) && !h.done {
		n := bytes.IndexByte(b[taken:], '\n') + 1
		whole := n > 0
		if !whole {
			n = len(b) - taken
		}
		if h.before+len(h.octets)+n > h.limits.HandshakeSize {
			return taken, &Excess{Limit: LimitHandshakeSize, Max: int64(h.limits.HandshakeSize)}
		}
		h.octets = append(h.octets, b[taken:taken+n]...)
		taken += n
		if !whole {
			break
		}
		if excess := h.endLine(); excess != nil {
			return taken, excess
		}
	}
	return taken, nil
}

// endLine takes a line whose LF has come (RFC 9112 section 2.2).
func (h *headReader) endLine() *Excess {
	line, ok := bytes.CutSuffix(h.octets[h.lineStart:], []byte("\r\n"))
	if !ok {
		h.blame(fmt.Errorf("line %q does not end in CR LF", line))
		line = bytes.TrimSuffix(line, []byte("\n"))
	}
	h.lineStart = len(h.octets)
	if len(line) > 0 && len(h.lines) == h.limits.HandshakeLines {
		return &Excess{Limit: LimitHandshakeLines, Max: int64(h.limits.HandshakeLines)}
	}
	if len(line) > 0 {
		h.lines = append(h.lines, string(line))
		return nil
	}
	if len(h.lines) == 0 {
		h.blame(errors.New("empty line before the first line"))
		return nil
	}
	h.done = true
	return nil
}

func (h *headReader) blame(err error) {
	if h.fault == nil {
		h.fault = err
	}
}

// fields are the lines of a head behind its first.
type fields []Field

// parseFields reads header lines by the letter of RFC 9112 section 5: lines are not folded, names are tokens, values
// hold no control characters. A line that breaks this is left out, or kept if it has a name at all, and is a fault.
func parseFields(lines []string) (fs fields, faults []error) {
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		value = strings.Trim(value, " \t")
		switch {
		case !ok || !isToken(name):
			faults = append(faults, fmt.Errorf("malformed header line %q", line))
		case hasControl(value):
			faults = append(faults, fmt.Errorf("control character in header line %q", line))
		}
		if ok {
			fs = append(fs, Field{name, value})
		}
	}
	return fs, faults
}

// values are the values of every field of that name, whatever its case.
func (fs fields) values(name string) []string {
	var vs []string
	for _, f := range fs {
		if sameName(f.Name, name) {
			vs = append(vs, f.Value)
		}
	}
	return vs
}

// replaced is ours, each replaced by those of theirs with its name, then theirs.
func (fs fields) replaced(theirs fields) fields {
	var out fields
	for _, f := range fs {
		if len(theirs.values(f.Name)) == 0 {
			out = append(out, f)
		}
	}
	return append(out, theirs...)
}

// valuesOf shows the values of a field in the place of one: it may be missing, empty or there several times.
func valuesOf(values []string) string {
	switch {
	case len(values) == 0:
		return "missing"
	case len(values) == 1 && values[0] == "":
		return "empty"
	}
	shown := make([]string, len(values))
	for i, v := range values {
		shown[i] = strconv.Quote(v)
	}
	return strings.Join(shown, " and ")
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// hasControl reports whether s holds a control character, which may not stand in a line (RFC 9110 section 5.5).
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// isToken reports whether s is a token (RFC 9110 section 5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		if !isTokenChar(s[i]) {
			return false
		}
	}
	return s != ""
}

func isTokenChar(c byte) bool {
	return c > ' ' && c < 0x7f && strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) < 0
}

// sameName compares without regard to the case of ASCII letters; b is ASCII.
func sameName(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }

// tokens are the elements of a comma-separated list (RFC 9110 section 5.6.1).
func tokens(values []string) []string {
	var ts []string
	for _, v := range values {
		for t := range strings.SplitSeq(v, ",") {
			if t = strings.Trim(t, " \t"); t != "" {
				ts = append(ts, t)
			}
		}
	}
	return ts
}
