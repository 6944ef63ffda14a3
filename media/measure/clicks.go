package measure

import (
	"math"
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
)

// Clicks tells where in a clip a sample is far from where those beside it say it
// should be: clicks, and the edges of pieces that were cut, dropped or blanked.
// What counts is how far, over what is usual in the 5 ms before and after. Speech
// has none, whatever its codec; a tone that is switched off within a cycle has one.
// A click amid loud speech can hide: only [Compare] finds it.
func Clicks(c media.Clip) ([]time.Duration, error) {
	if err := usable(c); err != nil {
		return nil, err
	}
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
	return out, nil
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
