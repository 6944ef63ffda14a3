package session

import (
	"time"

	"github.com/duologue/duologue/trace"
)

// departure is when a chunk was due, when we came to send it and when it was
// written, and its octets.
type departure struct {
	due, woke, after time.Duration
	size             int
}

// departures are those of one utterance. While a stream runs they are kept small
// and in blocks, so that a chunk more never moves those before it.
type departures struct {
	blocks [][]departure
	shown  []trace.Chunk // of the first of them
}

// perBlock is how many departures a block holds: about a second of them.
const perBlock = 64

func (d *departures) add(one departure) {
	last := len(d.blocks) - 1
	if last < 0 || len(d.blocks[last]) == perBlock {
		d.blocks = append(d.blocks, make([]departure, 0, perBlock))
		last++
	}
	d.blocks[last] = append(d.blocks[last], one)
}

// chunks gives them as they stand in a trace. It converts each once, and lets
// go of blocks to which nothing is added any more.
func (d *departures) chunks() []trace.Chunk {
	for b := len(d.shown) / perBlock; b < len(d.blocks); b++ {
		for _, one := range d.blocks[b][len(d.shown)-b*perBlock:] {
			d.shown = append(d.shown, trace.Chunk{Due: one.due, At: one.woke, After: one.after, Size: one.size})
		}
		if b < len(d.blocks)-1 {
			d.blocks[b] = nil
		}
	}
	return d.shown[:len(d.shown):len(d.shown)]
}
