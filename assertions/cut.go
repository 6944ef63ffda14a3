package assertions

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// Cutter cuts the stream of octets that come in messages into pieces, one by one. It keeps the
// octets that no piece has yet.
type Cutter struct {
	parts []rest
	held  int // octets of the parts
	need  int // octets of the next piece, once they are known

	at    int    // the part from which on no mark was looked for
	pos   int    // how many octets stand before it
	carry []byte // the last of these, in which a mark may begin
}

// rest is what no piece has of a message yet.
type rest struct {
	message trace.Event
	data    []byte
}

// Piece is a piece of a stream, as an event of the message in which it ends.
type Piece struct {
	trace.Event
	Over []trace.Event // the messages of which it has the last octets
}

// Add adds the octets of a message, without those that were read before.
func (c *Cutter) Add(message trace.Event, read int) {
	m, ok := message.Detail.(*trace.Message)
	if !ok {
		return
	}
	c.parts = append(c.parts, rest{message, m.Data[read:]})
	c.held += len(m.Data) - read
}

// Next gives the next piece. ok is false if it has not come to its end yet. It is an error if
// there can be no piece.
func (c *Cutter) Next(cut *spec.Cut) (p Piece, ok bool, err error) {
	size, behind, ok, err := c.end(cut)
	switch {
	case err != nil:
		return Piece{}, false, err
	case !ok && c.held > spec.MaxPiece:
		return Piece{}, false, fmt.Errorf("its end is not among the first %d octets", spec.MaxPiece)
	case !ok:
		return Piece{}, false, nil
	}
	return c.take(size, behind), true, nil
}

// end gives the size of the next piece, and how many octets behind it belong to its end.
func (c *Cutter) end(cut *spec.Cut) (size, behind int, ok bool, err error) {
	switch {
	case cut.Until != nil:
		size, ok = c.find(cut.Until)
		return size, len(cut.Until), ok, nil
	case c.need > 0:
	case cut.Length != nil:
		if c.need, err = c.told(cut.Length); err != nil {
			return 0, 0, false, err
		}
	default:
		c.need = cut.Octets
	}
	return c.need, 0, c.need > 0 && c.held >= c.need, nil
}

// find gives the place of a mark. Octets that it has looked at are not looked at again.
func (c *Cutter) find(mark []byte) (int, bool) {
	for ; c.at < len(c.parts); c.at++ {
		data := c.parts[c.at].data
		border := append(c.carry[:len(c.carry):len(c.carry)], data[:min(len(data), len(mark)-1)]...)
		if i := bytes.Index(border, mark); i >= 0 {
			return c.pos - len(c.carry) + i, true
		}
		if i := bytes.Index(data, mark); i >= 0 {
			return c.pos + i, true
		}
		if len(data) >= len(mark)-1 {
			c.carry = data[len(data)-len(mark)+1:]
		} else {
			c.carry = border[max(0, len(border)-len(mark)+1):]
		}
		c.pos += len(data)
	}
	return 0, false
}

var errVarint = errors.New("its length is no varint of up to 8 octets")

// told gives the size of the next piece by the length that stands in it, and 0 if that has not
// come yet.
func (c *Cutter) told(l *spec.Length) (int, error) {
	const longest = 8
	size := l.Size
	if size == 0 {
		size = longest
	}
	head := c.first(l.After + size)
	if len(head) <= l.After || l.Size > 0 && len(head) < l.After+l.Size {
		return 0, nil
	}
	var length uint64
	if field := head[l.After:]; l.Size > 0 {
		length = number(field, l.Little)
	} else {
		length, size = binary.Uvarint(field)
		switch {
		case size <= 0 && len(field) == longest:
			return 0, errVarint
		case size <= 0:
			return 0, nil
		}
	}
	if length > spec.MaxPiece {
		return 0, fmt.Errorf("its length says %d octets, and a piece has at most %d", length, spec.MaxPiece)
	}
	total := l.After + size + int(length) + l.Add
	if total < l.After+size {
		return 0, fmt.Errorf("its length says %d octets, which is less than it counts itself", length)
	}
	return total, nil
}

// number reads octets as a number without a sign.
func number(octets []byte, little bool) uint64 {
	var v [8]byte
	if little {
		copy(v[:], octets)
		return binary.LittleEndian.Uint64(v[:])
	}
	copy(v[8-len(octets):], octets)
	return binary.BigEndian.Uint64(v[:])
}

// first gives up to n of the octets.
func (c *Cutter) first(n int) []byte {
	var out []byte
	for _, p := range c.parts {
		if out = append(out, p.data[:min(n-len(out), len(p.data))]...); len(out) == n {
			break
		}
	}
	return out
}

// take takes a piece, and the octets behind it that belong to its end.
func (c *Cutter) take(size, behind int) Piece {
	var p Piece
	detail := trace.Piece{Data: make([]byte, 0, size)}
	var text, octets bool // it came in messages of this type
	for left := size + behind; left > 0; {
		now := &c.parts[0]
		n := min(left, len(now.data))
		detail.Data = append(detail.Data, now.data[:min(n, size-len(detail.Data))]...)
		if isBinary := now.message.Detail.(*trace.Message).Binary; n > 0 {
			text, octets = text || !isBinary, octets || isBinary
		}
		left -= n
		now.data = now.data[n:]
		p.Event, detail.Begun = now.message, 0
		if len(now.data) > 0 {
			detail.Begun = len(now.message.Detail.(*trace.Message).Data) - len(now.data)
			continue
		}
		p.Over = append(p.Over, now.message)
		c.parts = c.parts[1:]
	}
	p.Detail = &detail
	switch {
	case !octets:
		detail.Type = "text"
	case !text:
		detail.Type = "binary"
	}
	c.held -= size + behind
	c.need, c.at, c.pos, c.carry = 0, 0, 0, nil
	return p
}

// Left tells what has come of the next piece, and gives "" if nothing has.
func (c *Cutter) Left() string {
	if c.held == 0 {
		return ""
	}
	first := c.first(maxBrief)
	text := diag.Octets(first)
	if utf8.Valid(first) {
		text = strconv.Quote(string(first))
	}
	return fmt.Sprintf("%d octets, and not its end: %s", c.held, text)
}
