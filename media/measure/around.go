package measure

import (
	"errors"
	"math"
	"time"
)

// Around is how long there is sound that is none of the reference, in steps of 5 ms.
type Around struct {
	Before  time.Duration // before the reference begins
	Between time.Duration // amid it, where something was put in
	After   time.Duration // when it is over
}

// All is how long all of it is.
func (a Around) All() time.Duration { return a.Before + a.Between + a.After }

const (
	aroundStep  = 5 * time.Millisecond
	aroundSound = 0.5e-5 // mean square, -50 dBFS: softer is silence
	aroundOver  = 4      // times what the reference has there: less is the reference
	aroundRings = 0.02   // of what it has within 10 ms: less is what filters leave around its ends
)

// Around measures the sound beside the reference: what is louder than -50 dBFS and
// than the reference is there. Where the reference is not in the audio that is
// ErrUnlike.
func (c *Comparison) Around(chunk time.Duration) (Around, error) {
	f, err := c.Frames(chunk)
	if errors.Is(err, ErrUnlike) || errors.Is(err, ErrShort) {
		return Around{}, err
	}
	out := Around{
		Before: c.beside(0, f.begin, f.first-f.begin, f.Gain),
		After:  c.beside(f.end, len(c.y), f.last-f.end, f.Gain),
	}
	for _, at := range f.Inserted {
		from := c.rate.Samples(at)
		out.Between += c.beside(from, min(from+c.rate.Samples(chunk), len(c.y)), len(c.x), 0)
	}
	return out, nil
}

// beside is how long there is sound in a stretch of the audio that the reference,
// so many samples further on, does not have there.
func (c *Comparison) beside(from, to, away int, gain float64) time.Duration {
	step, most := c.rate.Samples(aroundStep), math.Pow(10, gain/10)
	n := 0
	for at := from; at < to; at += step {
		size := min(step, to-at)
		x := at + away
		there := aroundOver * power(c.x, x, x+size)
		rings := aroundRings * max(power(c.x, x-2*step, x), power(c.x, x+size, x+size+2*step))
		if power(c.y, at, at+size) > max(aroundSound, most*there, most*rings) {
			n += size
		}
	}
	return c.rate.Duration(n)
}

// power is the mean square of a stretch, zeros where there is nothing.
func power(x []float64, from, to int) float64 {
	lo, hi := max(from, 0), min(to, len(x))
	if lo >= hi {
		return 0
	}
	return dot(x[lo:hi], x[lo:hi]) / float64(to-from)
}
