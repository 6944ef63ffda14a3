package measure

import (
	"fmt"
	"math"
	"slices"
	"time"
)

const (
	paddingLeast = time.Millisecond
	paddingLoud  = 0.003 // of full scale
)

// paddings are octets that are taken for silence, and what they are instead.
var paddings = []struct {
	value float32
	is    string
}{
	{-32124.0 / 32768, "0x00 of µ-law"},
	{-5504.0 / 32768, "0x00 of A-law"},
	{848.0 / 32768, "0xFF of A-law"},
	{-848.0 / 32768, "0x7F of A-law"},
	{-32640.0 / 32768, "0x80 of 16-bit samples"},
	{-1, "the zero of unsigned samples"},
}

// padding finds one sample, over and over, that is no silence, at the beginning or
// the end of the audio.
func (e explanation) padding() string {
	x := e.audio.Samples
	backwards := slices.Clone(x)
	slices.Reverse(backwards)
	for _, side := range []struct {
		samples []float32
		name    string
		free    int // samples, at the audio's rate, that are none of the reference
	}{
		{backwards, "ends", len(x) - e.audio.Rate.Samples(e.rate.Duration(max(e.lag+len(e.x), 0)))},
		{x, "begins", e.audio.Rate.Samples(e.rate.Duration(max(e.lag, 0)))},
	} {
		n := run(side.samples)
		if d := e.audio.Rate.Duration(n); n <= side.free+1 && d >= paddingLeast && math.Abs(float64(side.samples[0])) >= paddingLoud {
			return fmt.Sprintf("the audio %s with %v of one sample, %+.1f %% of full scale%s", side.name, d, 100*side.samples[0], octetOf(side.samples[0]))
		}
	}
	return ""
}

// run is how often the first sample comes in a row.
func run(x []float32) int {
	n := slices.IndexFunc(x, func(v float32) bool { return v != x[0] })
	if n < 0 {
		return len(x)
	}
	return n
}

func octetOf(v float32) string {
	for _, p := range paddings {
		if math.Abs(float64(v-p.value)) < 1.0/65536 {
			return ": that is " + p.is
		}
	}
	return ""
}
