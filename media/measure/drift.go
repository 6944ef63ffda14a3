package measure

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Lag is how far a stretch of the audio lies behind the same of the reference.
type Lag struct {
	At    time.Duration // the middle of the stretch, in the reference
	Lag   time.Duration
	Match float64 // correlation; below zero where the polarity is reversed
}

const (
	lagWindow  = 500 * time.Millisecond
	lagHop     = 250 * time.Millisecond
	lagLong    = 20 * time.Second
	lagReach   = 150 * time.Millisecond // of a stretch from the one before it
	lagMatch   = 0.7                    // below, it is not the same audio
	lagLoud    = 0.01                   // of the loudest stretch's energy
	driftMost  = 5000e-6                // beyond, it is a step, or another rate
	driftStep  = 4.0                    // samples from what is expected between two stretches: beyond, it is a step
	driftDoubt = 30e-6                  // standard error
)

// Lags gives the lag of each stretch of half a second in which there is sound
// and the audio is the reference: four a second, in what lasts longer than 20 s
// one. They step where something was
// lost or put in, and creep where the clocks differ. Where audio repeats itself,
// as a tone does, the lag nearest to the one before is taken.
func (c *Comparison) Lags() []Lag {
	if c.lags == nil {
		c.lags = c.measureLags()
	}
	return c.lags
}

func (c *Comparison) measureLags() []Lag {
	size, hop, reach := c.rate.Samples(lagWindow), c.rate.Samples(lagHop), c.rate.Samples(lagReach)
	if c.rate.Duration(len(c.x)) > lagLong {
		hop *= 4
	}
	loudest := 0.0
	for at := 0; at+size <= len(c.x); at += hop {
		loudest = max(loudest, dot(c.x[at:at+size], c.x[at:at+size]))
	}
	a := newAligner(size, size+2*reach)
	out := []Lag{}
	near := c.lag
	for at := 0; at+size <= len(c.x); at += hop {
		x := c.x[at : at+size]
		xx := dot(x, x)
		if xx < lagLoud*loudest || loudest == 0 {
			continue
		}
		y := shift(c.y, at+near-reach, size+2*reach)
		off, part, match := a.nearest(x, y, reach)
		if math.Abs(match) < lagMatch {
			continue
		}
		near += off - reach
		out = append(out, Lag{
			At:    c.rate.Duration(at + size/2),
			Lag:   time.Duration(math.Round((float64(near) + part) / float64(c.rate) * float64(time.Second))),
			Match: match,
		})
	}
	return out
}

// Drift is by how many parts per million the audio's clock is slower than the
// reference's: audio with a drift of 100 ppm lasts 100 µs a second longer. Steps,
// where something was lost or put in, do not count. It is right to within about
// 30 ppm over 3 s, 3 ppm over half a minute. Less than three stretches without a
// step are ErrShort; lags through which no line goes are ErrUnlike.
func (c *Comparison) Drift() (float64, error) {
	lags := c.Lags()
	var slopes []float64
	for i := 1; i < len(lags); i++ {
		if s := slope(lags[i-1], lags[i]); math.Abs(s) <= driftMost {
			slopes = append(slopes, s)
		}
	}
	if len(slopes) < 2 {
		return 0, ErrShort
	}
	slices.Sort(slopes)
	drift, doubt := line(lags, slopes[len(slopes)/2], driftStep/float64(c.rate))
	if doubt > driftDoubt {
		return 0, fmt.Errorf("%w: its lags lie on no line", ErrUnlike)
	}
	return 1e6 * drift, nil
}

// slope is the change of the lag from one stretch to another, as a share of the
// time between them.
func slope(a, b Lag) float64 { return float64(b.Lag-a.Lag) / float64(b.At-a.At) }

// line fits lines of one slope through the lags, a new one after each step of
// more than so many seconds, and gives the slope and its standard error.
func line(lags []Lag, expected, step float64) (slope, doubt float64) {
	var tt, tl, ll float64
	n, lines := 0, 0
	for from := 0; from < len(lags); {
		to := from + 1
		for to < len(lags) && math.Abs((lags[to].Lag-lags[to-1].Lag).Seconds()-expected*(lags[to].At-lags[to-1].At).Seconds()) <= step {
			to++
		}
		var t, l float64
		for _, v := range lags[from:to] {
			t += v.At.Seconds() / float64(to-from)
			l += v.Lag.Seconds() / float64(to-from)
		}
		for _, v := range lags[from:to] {
			dt, dl := v.At.Seconds()-t, v.Lag.Seconds()-l
			tt, tl, ll = tt+dt*dt, tl+dt*dl, ll+dl*dl
		}
		n, lines, from = n+to-from, lines+1, to
	}
	if tt == 0 || n-lines < 2 {
		return 0, math.Inf(1)
	}
	slope = tl / tt
	return slope, math.Sqrt(max(ll-slope*tl, 0) / float64(n-lines-1) / tt)
}
