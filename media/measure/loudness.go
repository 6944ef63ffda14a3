package measure

import (
	"math"
	"time"

	"github.com/duologue/duologue/media"
)

// Loud is how loud a clip is to a listener, in LUFS.
type Loud struct {
	Integrated float64 // of the whole, what is much softer than the rest left out
	Momentary  float64 // of the loudest 400 ms
	ShortTerm  float64 // of the loudest 3 s; NaN where the clip is shorter
}

const (
	loudBlock    = 400 * time.Millisecond
	loudStep     = 100 * time.Millisecond
	loudLong     = 3 * time.Second
	absoluteGate = -70.0 // LUFS
	relativeGate = -10.0 // LU
)

// Loudness measures as ITU-R BS.1770-4 and EBU R 128 say: the K-weighted level of
// blocks of 400 ms, a quarter of a block apart, those below -70 LUFS and then
// those 10 LU below the mean of the others left out. Audio here has one channel,
// and so a sine of -23 dBFS reads -26 LUFS; it is -23 on two channels.
//
// A clip shorter than a block is ErrShort, one below -70 LUFS throughout ErrSilent.
func Loudness(c media.Clip) (Loud, error) {
	if err := usable(c); err != nil {
		return Loud{}, err
	}
	steps := stepPowers(c)
	block, long := int(loudBlock/loudStep), int(loudLong/loudStep)
	if len(steps) < block {
		return Loud{}, ErrShort
	}
	momentary := sliding(steps, block)
	gated := louder(momentary, absoluteGate)
	if len(gated) == 0 {
		return Loud{}, ErrSilent
	}
	gated = louder(gated, lufs(mean(gated))+relativeGate)
	l := Loud{Integrated: lufs(mean(gated)), Momentary: lufs(largest(momentary)), ShortTerm: math.NaN()}
	if len(steps) >= long {
		l.ShortTerm = lufs(largest(sliding(steps, long)))
	}
	return l, nil
}

// stepPowers is the K-weighted power of each whole step of 100 ms.
func stepPowers(c media.Clip) []float64 {
	shelf, pass := kWeighting(c.Rate)
	size := c.Rate.Samples(loudStep)
	out := make([]float64, 0, len(c.Samples)/size)
	var sum float64
	for i, s := range c.Samples {
		v := pass.next(shelf.next(float64(s)))
		sum += v * v
		if (i+1)%size == 0 {
			out = append(out, sum/float64(size))
			sum = 0
		}
	}
	return out
}

// sliding is the mean of every n neighbours.
func sliding(steps []float64, n int) []float64 {
	out := make([]float64, 0, len(steps)-n+1)
	for i := n; i <= len(steps); i++ {
		out = append(out, mean(steps[i-n:i]))
	}
	return out
}

func louder(powers []float64, gate float64) []float64 {
	var out []float64
	for _, p := range powers {
		if lufs(p) > gate {
			out = append(out, p)
		}
	}
	return out
}

func mean(values []float64) float64 {
	var sum float64
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

func largest(values []float64) float64 {
	most := values[0]
	for _, v := range values {
		most = max(most, v)
	}
	return most
}

// lufs is the loudness of a K-weighted power of one channel.
func lufs(power float64) float64 { return -0.691 + 10*math.Log10(power) }

// A biquad is a filter of second order, in transposed direct form II.
type biquad struct {
	b0, b1, b2, a1, a2 float64
	z1, z2             float64
}

func (f *biquad) next(x float64) float64 {
	y := f.b0*x + f.z1
	f.z1 = f.b1*x - f.a1*y + f.z2
	f.z2 = f.b2*x - f.a2*y
	return y
}

// kWeighting is the two filters of BS.1770-4 annex 1, a shelf for the head and a
// high-pass. The standard gives coefficients at 48 kHz; these are the analogue
// filters behind them, so that they are right at every rate.
func kWeighting(rate media.Rate) (shelf, pass biquad) {
	const (
		shelfAt, shelfGain, shelfQ = 1681.974450955533, 3.999843853973347, 0.7071752369554196
		passAt, passQ              = 38.13547087602444, 0.5003270373238773
	)
	k := math.Tan(math.Pi * shelfAt / float64(rate))
	high := math.Pow(10, shelfGain/20)
	band := math.Pow(high, 0.4996667741545416)
	a0 := 1 + k/shelfQ + k*k
	shelf = biquad{
		b0: (high + band*k/shelfQ + k*k) / a0, b1: 2 * (k*k - high) / a0, b2: (high - band*k/shelfQ + k*k) / a0,
		a1: 2 * (k*k - 1) / a0, a2: (1 - k/shelfQ + k*k) / a0,
	}
	k = math.Tan(math.Pi * passAt / float64(rate))
	a0 = 1 + k/passQ + k*k
	pass = biquad{b0: 1, b1: -2, b2: 1, a1: 2 * (k*k - 1) / a0, a2: (1 - k/passQ + k*k) / a0}
	return shelf, pass
}
