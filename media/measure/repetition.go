package measure

import (
	"math"
	"time"
)

const (
	repeatPieces = 12 // of the reference that are looked for in it
	repeatLength = 3  // frames that a piece has
	repeatLeast  = 60 * time.Millisecond
	repeatMatch  = 0.984 // correlation: as like as a frame must be to be found elsewhere
	repeatShare  = 0.25  // of the pieces, from which on they cannot be told apart
	repeatReach  = matchReach
)

// repeats reports whether pieces of the reference, some frames long each, are found
// elsewhere in it, a frame away at least: those of a tone are, those of speech and
// noise are not.
func (c *Comparison) repeats(size int) bool {
	known, ok := c.again[size]
	if !ok {
		known = c.measureRepeats(size)
		c.again = map[int]bool{size: known}
	}
	return known
}

func (c *Comparison) measureRepeats(size int) bool {
	piece, reach := max(repeatLength*size, c.rate.Samples(repeatLeast)), c.rate.Samples(repeatReach)
	n := len(c.x) - piece
	if n < 0 {
		return false
	}
	loudest := 0.0
	hop := max(size, n/repeatPieces)
	for at := 0; at <= n; at += hop {
		loudest = max(loudest, dot(c.x[at:at+piece], c.x[at:at+piece]))
	}
	a := newAligner(piece, min(piece+2*reach, len(c.x)))
	seen, again := 0, 0
	for at := 0; at <= n; at += hop {
		x := c.x[at : at+piece]
		if dot(x, x) < loudest*matchQuiet {
			continue
		}
		seen++
		from, to := max(0, at-reach), min(len(c.x), at+piece+reach)
		if a.elsewhere(x, c.x[from:to], at-from, size) >= repeatMatch {
			again++
		}
	}
	return float64(again) >= repeatShare*float64(seen)
}

// elsewhere is the greatest correlation of x in y, so far away from a place at least.
func (a *aligner) elsewhere(x, y []float64, place, away int) float64 {
	fit := a.fits(x, y)
	best := 0.0
	for at := range len(y) - a.length + 1 {
		if abs(at-place) >= away {
			best = max(best, math.Abs(fit(at)))
		}
	}
	return best
}
