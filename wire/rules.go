package wire

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// The close codes with which a failing endpoint answers (RFC 6455 section 7.4.1).
const (
	closeProtocol = 1002
	closeBadData  = 1007
	closePolicy   = 1008
	closeTooBig   = 1009
)

// violate queues a violation and, unless violations are only observed, ends the reading.
func (r *reader) violate(at time.Time, code int, rule, format string, args ...any) {
	if r.failed {
		return
	}
	r.queue = append(r.queue, &Violation{Rule: rule, Text: fmt.Sprintf(format, args...), Code: code, At: at})
	r.failed = !r.observe
}

// exceed queues an excess and ends the reading.
func (r *reader) exceed(limit string, most int64, code int, at time.Time) {
	r.queue = append(r.queue, &Excess{Limit: limit, Max: most, Code: code, At: at})
	r.failed = true
	r.frame, r.message = nil, nil
	r.held.clear()
}

// checkHeader holds a header against RFC 6455 sections 5.1, 5.2 and 5.5 and RFC 7692 section 6.
func (r *reader) checkHeader(h header, at time.Time) {
	bad := func(rule, format string, args ...any) { r.violate(at, closeProtocol, rule, format, args...) }
	if r.closed != nil {
		bad("RFC6455#5.5.1", "%s frame after the Close frame", h.opcode)
	}
	r.checkRSV(h, bad)
	if !h.opcode.Known() {
		bad("RFC6455#5.2", "reserved opcode %d", byte(h.opcode))
	}
	if h.masked && !r.fromClient {
		bad("RFC6455#5.1", "server sent a masked %s frame", h.opcode)
	}
	if !h.masked && r.fromClient {
		bad("RFC6455#5.1", "client sent an unmasked %s frame", h.opcode)
	}
	if h.length>>63 != 0 {
		bad("RFC6455#5.2", "most significant bit of the 64-bit length is set")
	}
	if !h.minimal() {
		bad("RFC6455#5.2", "length %d written in %d bits, not in the shortest form", h.length, h.form)
	}
	if !h.opcode.Control() {
		return
	}
	if !h.fin {
		bad("RFC6455#5.5", "fragmented %s frame", h.opcode)
	}
	if h.length > maxControl {
		bad("RFC6455#5.5", "%s frame with a payload of %d octets, at most %d are allowed", h.opcode, h.length, maxControl)
	}
}

// asText says what a header would be if it were none: what no proxy or server should send behind a handshake, HTTP or an
// error in words, comes as frames with reserved bits.
func (r *reader) asText() string {
	if a, b := r.head[0], r.head[1]; a < ' ' || a > '~' || b < ' ' || b > '~' {
		return ""
	}
	return fmt.Sprintf("; as text, its first two octets are %q", r.head[:2])
}

// maxControl is the most octets a control frame may carry (RFC 6455 section 5.5).
const maxControl = 125

func (r *reader) checkRSV(h header, bad func(rule, format string, args ...any)) {
	switch {
	case h.rsv == 0:
	case h.rsv == rsv1 && r.inflate != nil && (h.opcode == OpText || h.opcode == OpBinary):
	case h.rsv == rsv1 && r.inflate != nil:
		bad("RFC7692#6.1", "RSV1 set on a %s frame, it belongs on the first frame of a message", h.opcode)
	default:
		bad("RFC6455#5.2", "reserved bits %03b set on a %s frame and no extension gives them a meaning%s", h.rsv, h.opcode, r.asText())
	}
}

// assembly is a message of which not every frame has come.
type assembly struct {
	Message
	parts   [][]byte // payloads of its frames; joined once all have come
	size    int      // octets of them
	text    utf8Check
	badText bool // said already
}

// join makes one of what has come.
func (m *assembly) join() {
	m.Data = m.parts[0]
	if len(m.parts) > 1 {
		m.Data = slices.Concat(m.parts...)
	}
	m.parts = nil
}

// beginData holds a data frame against the order of fragments (RFC 6455 section 5.4) and our limits.
func (r *reader) beginData(h header, at time.Time) {
	switch {
	case !h.opcode.Known():
		return
	case h.opcode == OpContinuation && r.message == nil:
		r.violate(at, closeProtocol, "RFC6455#5.4", "continuation frame without a message to continue")
		return
	case h.opcode != OpContinuation && r.message != nil:
		r.violate(at, closeProtocol, "RFC6455#5.4", "%s frame inside a fragmented message", h.opcode)
	}
	if r.failed {
		return
	}
	if h.opcode != OpContinuation {
		r.message = &assembly{Message: Message{Binary: h.opcode == OpBinary, First: r.first}}
		r.message.Compressed = r.inflate != nil && h.rsv&rsv1 != 0
	}
	m := r.message
	m.Fragments++
	if m.Fragments > r.limits.Fragments {
		r.exceed(LimitFragments, int64(r.limits.Fragments), closePolicy, at)
		return
	}
	if h.length > uint64(r.limits.Message)-uint64(m.size) {
		r.exceed(LimitMessage, r.limits.Message, closeTooBig, at)
	}
}

// checkText holds octets of a message, which stand at the given offset of it, against UTF-8 (RFC 6455 section 8.1).
func (r *reader) checkText(b []byte, offset int, at time.Time) {
	m := r.message
	if m.Binary || m.badText {
		return
	}
	if i := m.text.feed(b); i >= 0 {
		r.badText(at, "octet %d is 0x%02x%s", offset+i+1, b[i], printable(b[i]))
	}
}

// printable is an octet as text beside its number, or "".
func printable(c byte) string {
	if c < ' ' || c > '~' {
		return ""
	}
	return fmt.Sprintf(" (%q)", c)
}

func (r *reader) badText(at time.Time, format string, args ...any) {
	r.message.badText = true
	r.violate(at, closeBadData, "RFC6455#8.1", "text message is not UTF-8: "+format, args...)
}

// finishData adds a complete frame to its message.
func (r *reader) finishData(f *Frame, at time.Time) {
	m := r.message
	if m == nil {
		return
	}
	if len(f.Payload) > 0 || f.Fin && m.size == 0 {
		m.parts = append(m.parts, f.Payload)
		m.size += len(f.Payload)
	}
	if !f.Fin {
		return
	}
	m.Last = at
	m.join()
	if m.Compressed && !r.inflateMessage(m, at) {
		r.message = nil
		return
	}
	if !m.Binary && !m.badText && !m.text.complete() {
		r.badText(at, "it ends inside a character")
	}
	r.message = nil
	if !r.failed {
		r.queue = append(r.queue, &m.Message)
	}
}

// closePayload is what a Close frame carries.
type closePayload struct {
	code   int // [NoCode] if bare
	reason string
	bare   bool // without a payload
}

// finishClose holds a Close frame's payload against RFC 6455 sections 5.5.1 and 7.4. A Close that breaks a rule
// counts as a Close only where violations are observed.
func (r *reader) finishClose(f *Frame, at time.Time) {
	p := closePayload{code: NoCode, bare: len(f.Payload) == 0}
	if len(f.Payload) == 1 {
		r.violate(at, closeProtocol, "RFC6455#5.5.1", "Close frame with a payload of 1 octet, a code needs 2")
	}
	if len(f.Payload) >= 2 {
		p.code = int(binary.BigEndian.Uint16(f.Payload))
		p.reason = string(f.Payload[2:])
		if !validCode(p.code) {
			r.violate(at, closeProtocol, "RFC6455#7.4", "close code %d must not be sent", p.code)
		}
		if !utf8.ValidString(p.reason) {
			r.violate(at, closeBadData, "RFC6455#5.5.1", "close reason is not UTF-8")
		}
	}
	if !r.failed && r.closed == nil {
		r.closed = &p
	}
}

// validCode reports whether an endpoint may send this code: those of the IANA registry that are meant to travel, and
// the ranges for libraries and applications (RFC 6455 section 7.4).
func validCode(code int) bool {
	switch {
	case code >= 3000 && code <= 4999:
		return true
	case code == 1004 || code == NoCode || code == NoClose:
		return false
	}
	return code >= 1000 && code <= 1014
}
