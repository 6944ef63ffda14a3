package memory

import (
	"math"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// strain makes the garbage collector the more eager, the more of a budget is held.
// By itself it lets a process grow to twice what is held, and gives back late what
// was freed.
type strain struct{ level atomic.Int32 }

// levels say what the collector is told from a share of the budget on: how many
// percent the heap may grow before it is collected, and whether the whole process
// is to stay near the budget.
var levels = []struct {
	share, percent int
	limited        bool
}{{0, 100, false}, {20, 50, false}, {40, 25, true}, {60, 10, true}}

// others is what the process may take beside a budget before its memory is given
// back at once.
const others = 48 << 20

// follow sets the level by how much is held. It goes down only well below where a
// level began, so that it does not go to and fro. Nobody calls it twice at once.
func (s *strain) follow(held, most int) {
	reached := func(level, slack int) bool { return held/(most/100+1) >= levels[level].share-slack }
	level := int(s.level.Load())
	before := level
	for level+1 < len(levels) && reached(level+1, 0) {
		level++
	}
	for level > 0 && !reached(level, 10) {
		level--
	}
	if level != before {
		s.level.Store(int32(level))
		go s.collect(most)
	}
}

// collecting guards the settings of the process.
var collecting sync.Mutex

// collect sets how eager the collector is. That waits for it to come to rest, so
// nobody who reads from a peer should.
func (s *strain) collect(most int) {
	collecting.Lock()
	defer collecting.Unlock()
	level := levels[s.level.Load()]
	limit := int64(math.MaxInt64)
	if level.limited {
		limit = int64(most) + others
	}
	debug.SetMemoryLimit(limit)
	if debug.SetGCPercent(level.percent) < level.percent {
		debug.FreeOSMemory() // or the heap would grow by as much as was just let go of
	}
}
