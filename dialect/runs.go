package dialect

import "time"

// run is a stretch of the playback clock that sounds, with no silence in it
// that would end a stream. Chunk is the first that belongs to it.
type run struct {
	start, end time.Duration
	chunk      int
}

// maxRuns bounds the runs that wait; beyond it they count as one.
const maxRuns = 4096

// runs are what waits to be heard, in order.
type runs []run

// add appends a stretch that ends after all others, or widens the last one if the silence between is
// shorter than gap.
func (r runs) add(s run, gap time.Duration) runs {
	if n := len(r); n > 0 && (s.start-r[n-1].end < gap || n >= maxRuns) {
		r[n-1].end = s.end
		return r
	}
	return append(r, s)
}

// cut drops what lies after an offset.
func (r runs) cut(at time.Duration) runs {
	for len(r) > 0 && r[len(r)-1].start > at {
		r = r[:len(r)-1]
	}
	if n := len(r); n > 0 {
		r[n-1].end = min(r[n-1].end, at)
	}
	return r
}
