package process

import (
	"bytes"
	"slices"
	"sync"
	"time"
)

// Line is one line that a command wrote, with its end of line. A line of more than
// [maxLine] octets comes in several pieces.
type Line struct {
	At    time.Time // when its first octet was read
	Error bool      // written to standard error
	Text  []byte
}

const (
	// Kept is how many octets are kept of the beginning of an output, and of its end.
	Kept = 1 << 20
	// maxLine bounds one line. What a program writes without an end of line is cut there.
	maxLine = 64 << 10
	// perLine is what a line counts beside its octets, so that many short ones take no more
	// memory than they are worth.
	perLine = 16
)

// Output is what a command has written: the first [Kept] octets of it and the last.
type Output struct {
	mu      sync.Mutex // guards what follows
	head    []Line
	tail    []Line
	inHead  int // octets that head counts
	inTail  int
	full    bool       // head takes no more
	omitted int        // octets between head and tail that were let go of
	pending [2]pending // of standard output and standard error
	watched func([]byte) bool
	seen    chan struct{}
}

// pending is a line of which the end has not come yet.
type pending struct {
	at   time.Time
	text []byte
}

func newOutput() *Output { return &Output{} }

// index gives the index of a stream.
func index(isError bool) int {
	if isError {
		return 1
	}
	return 0
}

// add takes a piece of output.
func (o *Output) add(at time.Time, isError bool, piece []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p := &o.pending[index(isError)]
	for len(piece) > 0 {
		if len(p.text) == 0 {
			p.at = at
		}
		n := bytes.IndexByte(piece, '\n') + 1
		whole := n > 0
		if !whole {
			n = len(piece)
		}
		if room := maxLine - len(p.text); n >= room {
			n, whole = room, true
		}
		p.text = append(p.text, piece[:n]...)
		piece = piece[n:]
		if whole {
			o.complete(isError)
		}
	}
	if len(p.text) > 0 {
		o.look(p.text)
	}
}

// end takes what has no end of line.
func (o *Output) end(isError bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.pending[index(isError)].text) > 0 {
		o.complete(isError)
	}
}

// complete keeps the pending line of a stream.
func (o *Output) complete(isError bool) {
	p := &o.pending[index(isError)]
	line := Line{At: p.at, Error: isError, Text: bytes.Clone(p.text)}
	p.text = p.text[:0]
	o.look(line.Text)
	weight := len(line.Text) + perLine
	if !o.full && o.inHead+weight <= Kept {
		o.head, o.inHead = append(o.head, line), o.inHead+weight
		return
	}
	o.full = true
	o.tail, o.inTail = append(o.tail, line), o.inTail+weight
	drop := 0
	for o.inTail > Kept {
		o.inTail -= len(o.tail[drop].Text) + perLine
		o.omitted += len(o.tail[drop].Text)
		o.tail[drop] = Line{}
		drop++
	}
	o.tail = o.tail[drop:]
}

// look holds text against what somebody waits for.
func (o *Output) look(text []byte) {
	if o.watched != nil && o.watched(bytes.TrimRight(text, "\r\n")) {
		close(o.seen)
		o.watched = nil
	}
}

// Watch gives a channel that is closed when a line for which matches holds has been
// written. A line may also be shown to matches before its end has come. There is one watch
// at a time.
func (o *Output) Watch(matches func(line []byte) bool) <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.watched, o.seen = matches, make(chan struct{})
	seen := o.seen
	for _, l := range slices.Concat(o.head, o.tail) {
		o.look(l.Text)
	}
	for _, p := range o.pending {
		if len(p.text) > 0 {
			o.look(p.text)
		}
	}
	return seen
}

// Lines gives what is kept, in the order in which the lines ended, and the number of
// octets that are left out after the first head lines.
func (o *Output) Lines() (lines []Line, head, omitted int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	lines = slices.Concat(o.head, o.tail)
	for i, p := range o.pending {
		if len(p.text) > 0 {
			lines = append(lines, Line{At: p.at, Error: i == 1, Text: bytes.Clone(p.text)})
		}
	}
	return lines, len(o.head), o.omitted
}

// Text gives all that was written to standard output or to standard error. The second
// result is the number of octets of both that are left out of the middle.
func (o *Output) Text(isError bool) (text []byte, omitted int) {
	lines, _, omitted := o.Lines()
	text = []byte{}
	for _, l := range lines {
		if l.Error == isError {
			text = append(text, l.Text...)
		}
	}
	return text, omitted
}
