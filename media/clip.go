package media

import (
	"math"
	"math/bits"
	"time"
)

// A Rate is a number of samples a second, in Hz.
type Rate int

// Valid tells whether a rate is from 4 to 384 kHz. What is beyond is more likely
// a broken header or a peer that lies, and nothing here works on such audio:
// resampling it could take any amount of memory.
func (r Rate) Valid() bool { return r >= 4000 && r <= 384000 }

// Samples is how many samples last d, to the nearest whole one; 0 where d or
// the rate is not positive. It saturates at the largest int.
func (r Rate) Samples(d time.Duration) int {
	if r <= 0 || d <= 0 {
		return 0
	}
	return int(min(mulDiv(uint64(d), uint64(r), uint64(time.Second)), math.MaxInt))
}

// Duration is how long n samples last, to the nearest nanosecond; 0 where n or
// the rate is not positive. It saturates at the longest time.Duration.
func (r Rate) Duration(n int) time.Duration {
	if r <= 0 || n <= 0 {
		return 0
	}
	return time.Duration(min(mulDiv(uint64(n), uint64(time.Second), uint64(r)), math.MaxInt64))
}

// mulDiv is a*b/c rounded half up, or the largest uint64 where that overflows.
func mulDiv(a, b, c uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	lo, carry := bits.Add64(lo, c/2, 0)
	hi += carry
	if hi >= c {
		return math.MaxUint64
	}
	q, _ := bits.Div64(hi, lo, c)
	return q
}

// A Clip is a stretch of mono audio. Full scale is ±1, and the 16-bit PCM sample
// n is exactly n/32768. Samples beyond full scale are legal here; they are
// clipped where they become octets. No function of this package changes the
// samples of a clip it was given; some return a clip that shares them.
type Clip struct {
	Rate    Rate
	Samples []float32
}

// Duration is how long the clip plays.
func (c Clip) Duration() time.Duration { return c.Rate.Duration(len(c.Samples)) }

// Slice is the part of the clip between two offsets from its beginning, cut to
// the clip where they reach beyond it. It shares the clip's samples.
func (c Clip) Slice(from, to time.Duration) Clip {
	n := len(c.Samples)
	lo, hi := min(c.Rate.Samples(from), n), min(c.Rate.Samples(to), n)
	return Clip{Rate: c.Rate, Samples: c.Samples[lo:max(lo, hi):max(lo, hi)]}
}

// Gain is a copy of the clip, amplified by a number of dB, which may be negative.
func (c Clip) Gain(decibels float64) Clip {
	g := math.Pow(10, decibels/20)
	out := make([]float32, len(c.Samples))
	for i, s := range c.Samples {
		out[i] = float32(float64(s) * g)
	}
	return Clip{Rate: c.Rate, Samples: out}
}

// Concat plays clips one after the other at the given rate; a clip at another
// rate is resampled.
func Concat(rate Rate, clips ...Clip) Clip {
	out := Clip{Rate: rate}
	for _, c := range clips {
		out.Samples = append(out.Samples, Resample(c, rate).Samples...)
	}
	return out
}

// quantize is the 16-bit sample nearest to s. It clips, and NaN is silence.
func quantize(s float32) int16 {
	v := math.Round(float64(s) * 32768)
	switch {
	case v != v:
		return 0
	case v > math.MaxInt16:
		return math.MaxInt16
	case v < math.MinInt16:
		return math.MinInt16
	}
	return int16(v)
}

// dequantize is the inverse of quantize and exact.
func dequantize(n int16) float32 { return float32(n) / 32768 }
