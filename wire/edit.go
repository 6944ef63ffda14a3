package wire

import (
	"bytes"
	"context"
	"net"
	"slices"
	"strings"
	"time"
)

// Edit changes the head of a handshake, a request's or a response's, in ways that no field can say. Nothing of it is
// checked. The zero value changes nothing.
type Edit struct {
	StartLine string   // in place of our request line or status line
	Drop      []string // names of the fields to leave out
	Repeat    []string // names of the fields to write twice, one right behind the other
	Lines     []string // lines behind all fields, as they are: without a colon, folded, a second value
	LineEnd   string   // what ends each line; "" is CR LF
	// Head is, unless nil, the whole head with its empty line, in place of all that stands above. Empty, it sends
	// nothing: a client that never asks, a server that never answers.
	Head     []byte
	After    []byte   // octets right behind the head, handed over with it
	Delivery Delivery // PerFrame has no meaning
}

// octets are those of a head, out of the start line and the fields of ours.
func (e *Edit) octets(start string, fs fields) []byte {
	if e.Head != nil {
		return e.Head
	}
	if e.StartLine != "" {
		start = e.StartLine
	}
	end := e.LineEnd
	if end == "" {
		end = "\r\n"
	}
	named := func(names []string, f Field) bool {
		return slices.ContainsFunc(names, func(n string) bool { return sameName(f.Name, n) })
	}
	var b bytes.Buffer
	b.WriteString(start + end)
	for _, f := range fs {
		line := f.Name + ": " + f.Value + end
		switch {
		case named(e.Drop, f):
		case named(e.Repeat, f):
			b.WriteString(line + line)
		default:
			b.WriteString(line)
		}
	}
	for _, line := range e.Lines {
		b.WriteString(line + end)
	}
	b.WriteString(end)
	return b.Bytes()
}

// sentHead is a head of ours, read back from the octets that were sent, so that what is compared with it is the truth.
type sentHead struct {
	line   string
	fields fields
	octets []byte
}

// sent reads a head back, however it ends its lines.
func (e *Edit) sent(octets []byte) sentHead {
	h, _ := headOf(e.linesOf(octets))
	h.octets = octets
	return h
}

// answered reads an answer back: the last of its heads where interim ones stand before it, and its status, 0 where that
// cannot be told.
func (e *Edit) answered(octets []byte) (h sentHead, status int) {
	for left := e.linesOf(octets); ; {
		h, left = headOf(left)
		line, bad := parseStatusLine(h.line)
		if bad != nil || !line.isInterim() || len(left) == 0 || left[0] == "" {
			h.octets = octets
			return h, line.status
		}
	}
}

func (e *Edit) linesOf(octets []byte) []string {
	text := string(octets)
	if e.Head == nil && e.LineEnd != "" {
		text = strings.ReplaceAll(text, e.LineEnd, "\n")
	}
	return strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
}

// headOf takes the first head off lines.
func headOf(lines []string) (h sentHead, left []string) {
	h.line, lines = lines[0], lines[1:]
	if end := slices.Index(lines, ""); end >= 0 {
		lines, left = lines[:end], lines[end+1:]
	}
	h.fields, _ = parseFields(lines)
	return h, left
}

// deliver writes a head and what goes with it. When ctx ends, the write that waits is broken off.
func deliver(ctx context.Context, nc net.Conn, head, after []byte, d Delivery) error {
	stop := context.AfterFunc(ctx, func() { _ = nc.SetWriteDeadline(longAgo) })
	defer stop()
	octets := append(head[:len(head):len(head)], after...)
	return d.pieces(octets, nil, func(piece []byte) error {
		_, err := nc.Write(piece)
		return err
	}, func(wait time.Duration) error { return waitFor(ctx, wait, nil) })
}
