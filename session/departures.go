package session

import (
	"encoding/binary"
	"time"

	"github.com/duologue/duologue/trace"
)

// departure is how one chunk left. Times are offsets from the start of the log.
type departure struct {
	due   time.Duration // when it was to leave
	woke  time.Duration // when we came to send it
	after time.Duration // when it was written
	size  int           // its octets
}

// departures are those of one utterance. They are stored as differences: most chunks
// are due after the same pause as the one before, and have as many octets. So an hour
// of a stream takes little more than a megabyte. They are stored in blocks, so that
// adding one never moves those before it.
type departures struct {
	blocks [][]byte // each holds whole departures
	last   departure
	pause  time.Duration // from the last but one to the last
}

const (
	blockSize     = 1 << 10
	departureSize = 4 * binary.MaxVarintLen64 // in a block, at most
)

// add adds one at the end.
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

// chunks returns them as they stand in a trace.
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
