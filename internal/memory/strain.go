package memory

import (
	"math"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// strain makes the garbage collector run more often the more of a budget is
// held. By default it lets a process grow to twice what is held, and gives freed
// memory back late.
type strain struct{ level atomic.Int32 }

// levels are the settings of the collector from a share of the budget (in
// percent) on: by how many percent the heap may grow before it is collected, and
// whether the memory of the whole process is limited.
var levels = []struct {
	share, percent int
	limited        bool
}{{0, 100, false}, {20, 50, false}, {40, 25, true}, {60, 10, true}}

// others is what the process may take in addition to a budget before its memory
// is given back at once.
const others = 48 << 20

// follow sets the level for what is held. The level falls only well below the
// share at which it began, so that it does not change all the time. It must not
// be called twice at once.
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

// collect changes the settings of the collector. That can wait for a collection,
// so a goroutine that reads from a peer must not call it.
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
		debug.FreeOSMemory() // otherwise the heap could grow again by what was just released
	}
}
