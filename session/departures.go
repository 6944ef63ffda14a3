package session

import (
	"encoding/binary"
	"time"

	"github.com/duologue/duologue/trace"
)

// departure is when a chunk was due, when we came to send it and when it was
// written, and its octets.
type departure struct {
	due, woke, after time.Duration
	size             int
}

// departures are those of one utterance. They are kept as differences: a chunk
// is due as long after the one before as that one was, and has as many octets, so
// that an hour of a stream takes little more than a megabyte. They are kept in
// blocks, so that a chunk more never moves those before it.
type departures struct {
	blocks [][]byte // each holds whole departures
	last   departure
	pause  time.Duration // from the one before the last to the last
}

const (
	blockSize     = 1 << 10
	departureSize = 4 * binary.MaxVarintLen64 // at most
)

// add takes one more.
func (d *departures) add(one departure) {
	last := len(d.blocks) - 1
	if last < 0 || cap(d.blocks[last])-len(d.blocks[last]) < departureSize {
		d.blocks = append(d.blocks, make([]byte, 0, blockSize))
		last++
	}
	pause := one.due - d.last.due
	for _, v := range [...]int64{int64(pause - d.pause), int64(one.woke - one.due), int64(one.after - one.woke), int64(one.size - d.last.size)} {
		d.blocks[last] = binary.AppendVarint(d.blocks[last], v)
	}
	d.last, d.pause = one, pause
}

// chunks gives them as they stand in a trace.
func (d *departures) chunks() []trace.Chunk {
	var out []trace.Chunk
	var last departure
	var pause time.Duration
	for _, block := range d.blocks {
		for len(block) > 0 {
			var v [4]int64
			for i := range v {
				n := 0
				v[i], n = binary.Varint(block)
				block = block[n:]
			}
			pause += time.Duration(v[0])
			last.due += pause
			last.woke = last.due + time.Duration(v[1])
			last.after = last.woke + time.Duration(v[2])
			last.size += int(v[3])
			out = append(out, trace.Chunk{Due: last.due, At: last.woke, After: last.after, Size: last.size})
		}
	}
	return out
}
