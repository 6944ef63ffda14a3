package measure

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

// A Chunk is one piece of media that came: when, as an offset, and how long it
// plays.
type Chunk struct{ At, Length time.Duration }

// Pace is how chunks came, in the order of arrival.
type Pace struct {
	// Jitter is that of RFC 3550 section 6.4.1 after the last chunk, and the
	// largest it was. It hides bursts: see the intervals.
	Jitter, JitterMax time.Duration
	// Interval is the time from one chunk to the next: percentiles by nearest rank.
	P50, P95, P99, Max time.Duration
	// Gaps are the intervals that were longer than the media before them by a
	// chunk or more.
	Gaps int
	// Lead is how far the media received was ahead of the time since the first
	// chunk came, just before each later chunk: the least and the most. A least
	// below zero means that a player without a buffer ran dry.
	LeadMin, LeadMax time.Duration
	// Underruns are the chunks that came when all before them had played, for a
	// player that starts with the first and then waits whenever it runs dry.
	Underruns int
}

// SmallestBuffer is the least wait before it begins with which a player never
// runs dry.
func (p Pace) SmallestBuffer() time.Duration { return max(0, -p.LeadMin) }

// Pacing measures how evenly chunks came; chunk is the length of one as agreed,
// or 0 where a gap is to be held against the chunk before it. It needs two chunks
// at least, ErrShort, and the length of what they hold, ErrInvalid.
func Pacing(chunks []Chunk, chunk time.Duration) (Pace, error) {
	if len(chunks) == 0 {
		return Pace{}, ErrEmpty
	}
	if len(chunks) == 1 {
		return Pace{}, fmt.Errorf("%w: one chunk has no pace", ErrShort)
	}
	p := Pace{LeadMin: math.MaxInt64, LeadMax: math.MinInt64}
	intervals := make([]time.Duration, 0, len(chunks)-1)
	var jitter float64
	media := chunks[0].Length
	end := chunks[0].At + chunks[0].Length
	for i, c := range chunks[1:] {
		before := chunks[i]
		interval := c.At - before.At
		intervals = append(intervals, interval)
		late := interval - before.Length
		jitter += (math.Abs(float64(late)) - jitter) / 16
		p.JitterMax = max(p.JitterMax, time.Duration(math.Round(jitter)))
		if late >= cmp.Or(chunk, before.Length) {
			p.Gaps++
		}
		lead := media - (c.At - chunks[0].At)
		p.LeadMin, p.LeadMax = min(p.LeadMin, lead), max(p.LeadMax, lead)
		media += c.Length
		if c.At > end {
			p.Underruns++
			end = c.At
		}
		end += c.Length
	}
	if media <= 0 {
		return Pace{}, fmt.Errorf("%w: chunks of no known length have no pace", ErrInvalid)
	}
	p.Jitter = time.Duration(math.Round(jitter))
	slices.Sort(intervals)
	p.P50, p.P95, p.P99 = rank(intervals, 0.50), rank(intervals, 0.95), rank(intervals, 0.99)
	p.Max = intervals[len(intervals)-1]
	return p, nil
}

// rank is the nearest-rank percentile of sorted durations.
func rank(sorted []time.Duration, share float64) time.Duration {
	i := int(math.Ceil(share*float64(len(sorted)))) - 1
	return sorted[max(i, 0)]
}
