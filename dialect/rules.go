package dialect

import (
	"fmt"
	"time"

	"github.com/duologue/duologue/media"
)

// countConnection checks the counters that a message shares with all others of
// its side.
func (f *Flow) countConnection(at time.Duration, m *message, r *Received) {
	for _, i := range m.counts {
		if !f.d.counters[i].perStream {
			f.count(at, i, f.expected, r)
		}
	}
}

// passOver counts a message that could not be read completely, so that one
// broken message is one violation. A counter that could be read is checked; any
// other is taken to be right. If the message is a start, media under its tag is
// ignored, too.
func (f *Flow) passOver(at time.Duration, m *message, r *Received) {
	f.countConnection(at, m, r)
	tag := f.values[slotTag].text
	in := f.stream(tag)
	switch {
	case m.kind == KindStart && in == nil:
		if in = f.newStream(at, tag, r); in != nil {
			in.refused = true
		}
	case m.kind == KindStart && !in.open:
		in.refused = true
	case m.kind == KindMedia && in != nil && in.open:
		f.countStream(at, m, in, r)
		in.untimed = true
	}
}

// count checks one counter, and expects the next value after it.
func (f *Flow) count(at time.Duration, i int, expected []int64, r *Received) bool {
	got := f.values[f.d.counterSlot(i)]
	if got.kind != kindNumber {
		expected[i]++
		return true
	}
	right := got.number == expected[i]
	if !right {
		name := f.d.counters[i].name
		f.violation(at, f.values[slotTag].text, name, fmt.Sprintf("%s is %d, expected %d", name, got.number, expected[i]), r)
	}
	expected[i] = got.number + 1
	return right
}

// countStream checks the counters of a stream, and reports whether all were
// right.
func (f *Flow) countStream(at time.Duration, m *message, in *incoming, r *Received) bool {
	right := true
	for _, i := range m.counts {
		if f.d.counters[i].perStream {
			right = f.count(at, i, in.counts, r) && right
		}
	}
	return right
}

// checkChunk checks the numbers, the time and the size of a chunk.
func (f *Flow) checkChunk(at time.Duration, m *message, in *incoming, data []byte, r *Received) {
	inOrder := f.countStream(at, m, in, r)
	format := in.encoding.Format
	f.checkTimestamp(at, in, inOrder, r)
	f.checkSize(at, in.tag, format, data, r)
}

// checkTimestamp checks the time of a chunk that follows the one before it.
// After a gap, which is told already, any time is accepted.
func (f *Flow) checkTimestamp(at time.Duration, in *incoming, inOrder bool, r *Received) {
	got := f.values[slotTimestamp]
	if got.kind != kindNumber {
		return
	}
	passed := f.d.timestampAt(in.samples, in.encoding.Format)
	expected := in.base + passed
	switch {
	case !f.d.timestamp.exact || in.encoding.Format.Codec == media.Opaque:
		if got.number < in.latest {
			f.violation(at, in.tag, "timestamp", fmt.Sprintf("timestamp is %d, expected at least %d", got.number, in.latest), r)
		}
	case inOrder && !in.untimed && got.number != expected:
		f.violation(at, in.tag, "timestamp", fmt.Sprintf("timestamp is %d, expected %d", got.number, expected), r)
	}
	in.base, in.latest, in.untimed = got.number-passed, got.number, false
}

// checkSize checks the octets of a chunk against its format and the dialect.
func (f *Flow) checkSize(at time.Duration, tag string, format media.Format, data []byte, r *Received) {
	if format.Codec == media.Opaque {
		return
	}
	exact := format.Octets(f.d.chunk)
	switch {
	case f.d.exact && len(data) != exact:
		f.violation(at, tag, "frame size", fmt.Sprintf("frame size is %d, expected %d octets (%s)", len(data), exact, f.d.chunk), r)
	case len(data) == 0:
		f.violation(at, tag, "audio", "the chunk is empty", r)
	case len(data)%format.Octets(time.Second/time.Duration(format.Rate)) != 0:
		f.violation(at, tag, "audio", fmt.Sprintf("the chunk has %d octets, expected whole samples", len(data)), r)
	}
}
