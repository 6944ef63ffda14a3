package measure

import (
	"math"
	"slices"
	"time"

	"github.com/duologue/duologue/media"
)

const (
	clickAround = 5 * time.Millisecond // to each side, what a click stands out from
	clickApart  = 2 * time.Millisecond // nearer ones are one click
	clickRatio  = 16                   // times what is usual around it; speech reaches 13
	clickLoud   = 0.3                  // of the RMS around it
	clickLeast  = 0.02                 // of full scale
	clickReach  = 3                    // samples to each side that a click itself spoils

	burstLongest = 5 * time.Millisecond
	burstAround  = 10 * time.Millisecond // to each side, what it stands out from
	burstEdge    = time.Millisecond      // in which it rises and falls
	burstRatio   = 316                   // times the mean square around it, 25 dB; speech reaches 18 dB
	burstLeast   = 1e-4                  // mean square: -37 dBFS
)

// Clicks tells where in a clip a sample is far from where those beside it say it
// should be: clicks, and the edges of pieces that were cut, dropped or blanked.
// What counts is how far, over what is usual in the 5 ms before and after. Speech
// has none, whatever its codec; a tone that is switched off within a cycle has one.
// A burst of at most 5 ms that is 25 dB louder than the 10 ms on both its sides is
// one click. A click amid loud speech can hide: only [Compare] finds it.
func Clicks(c media.Clip) ([]time.Duration, error) {
	if err := usable(c); err != nil {
		return nil, err
	}
	found := bursts(c)
	for _, at := range spikes(c) {
		if !slices.ContainsFunc(found, func(b time.Duration) bool { return (at - b).Abs() <= burstLongest+burstEdge }) {
			found = append(found, at)
		}
	}
	slices.Sort(found)
	return found, nil
}

// spikes finds single samples, and edges.
func spikes(c media.Clip) []time.Duration {
	x := c.Samples
	n := len(x)
	off := make([]float64, n) // by how much a sample differs from the cubic through its neighbours
	for i := 2; i < n-2; i++ {
		off[i] = float64(x[i]) - (4*float64(x[i-1])+4*float64(x[i+1])-float64(x[i-2])-float64(x[i+2]))/6
	}
	around, apart := c.Rate.Samples(clickAround), c.Rate.Samples(clickApart)
	var out []time.Duration
	last, most := 0, 0.0
	for i := 2; i < n-2; i++ {
		size := math.Abs(off[i])
		if size < clickLeast || size < clickRatio*beside(off, i, around) || size < clickLoud*beside(x, i, around) {
			continue
		}
		switch {
		case len(out) == 0 || i-last > apart:
			out = append(out, c.Rate.Duration(i))
			most = size
		case size > most:
			out[len(out)-1] = c.Rate.Duration(i)
			most = size
		}
		last = i
	}
	return out
}

// bursts finds stretches of 1 to 5 ms, in steps of half a millisecond.
func bursts(c media.Clip) []time.Duration {
	sums := newSums(c.Samples)
	longest := c.Rate.Samples(burstLongest)
	unit, edge, around := max(c.Rate.Samples(burstEdge), 2), c.Rate.Samples(burstEdge), c.Rate.Samples(burstAround)
	var out []time.Duration
	free := 0 // of what was found
	for at := 0; at+unit <= len(c.Samples); at += unit / 2 {
		if at < free || sums.mean(at, at+unit) < burstLeast {
			continue
		}
		// No stretch from here on is louder than all of the longest in a unit.
		before := sums.mean(at-edge-around, at-edge)
		if sums.mean(at, at+longest)*float64(longest) < burstRatio*before*float64(unit) {
			continue
		}
		for size := unit; size <= longest; size += unit {
			end := at + size
			beside := max(before, sums.mean(end+edge, end+edge+around))
			if end <= len(c.Samples) && sums.mean(at, end) >= max(burstRatio*beside, burstLeast) {
				out = append(out, c.Rate.Duration(at+onset(c.Samples[at:end])))
				free = end + edge
				break
			}
		}
	}
	return out
}

// onset is where the first sample is that has half the size of the largest.
func onset(x []float32) int {
	largest := float32(0)
	for _, v := range x {
		largest = max(largest, v, -v)
	}
	return slices.IndexFunc(x, func(v float32) bool { return max(v, -v) >= largest/2 })
}

// sums tells the mean square of any stretch of samples.
type sums []float64

func newSums(x []float32) sums {
	s := make(sums, len(x)+1)
	for i, v := range x {
		s[i+1] = s[i] + float64(v)*float64(v)
	}
	return s
}

// mean is that of the samples from one to another, as far as there are any.
func (s sums) mean(from, to int) float64 {
	from, to = max(from, 0), min(to, len(s)-1)
	if from >= to {
		return 0
	}
	return (s[to] - s[from]) / float64(to-from)
}

// beside is the larger of the RMS before and after a place, the place itself
// left out.
func beside[T float32 | float64](values []T, i, around int) float64 {
	return max(rms(values, i-clickReach-around, i-clickReach), rms(values, i+clickReach+1, i+clickReach+1+around))
}

// rms is that of the values from one index to another, as far as there are any.
func rms[T float32 | float64](values []T, from, to int) float64 {
	from, to = max(from, 0), min(to, len(values))
	if from >= to {
		return 0
	}
	sum := 0.0
	for _, v := range values[from:to] {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum / float64(to-from))
}
