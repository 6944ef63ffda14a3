package dialect

import "time"

// run is a stretch of sound on the playback clock, without silence that would end a stream. chunk is the number of its
// first chunk.
type run struct {
	start, end time.Duration
	chunk      int
}

// maxRuns is the most runs that are kept. Further sound makes the last one longer.
const maxRuns = 4096

// runs is the sound that waits to be heard, in order.
type runs []run

// add appends a stretch that ends after all others. If the silence before it is shorter than gap, it makes the last run
// longer.
func (r runs) add(s run, gap time.Duration) runs {
	if n := len(r); n > 0 && (s.start-r[n-1].end < gap || n >= maxRuns) {
		r[n-1].end = s.end
		return r
	}
	return append(r, s)
}

// cut drops what is later than an offset.
func (r runs) cut(at time.Duration) runs {
	for len(r) > 0 && r[len(r)-1].start > at {
		r = r[:len(r)-1]
	}
	if n := len(r); n > 0 {
		r[n-1].end = min(r[n-1].end, at)
	}
	return r
}
