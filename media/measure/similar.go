package measure

import (
	"math"
	"math/bits"
	"time"

	"gonum.org/v1/gonum/dsp/fourier"

	"github.com/duologue/duologue/media"
)

// Similarity is how like a reference some audio is.
type Similarity struct {
	Score    float64       // 0 (nothing in common) to 1 (the same)
	Delay    time.Duration // of the audio behind the reference; negative when its beginning is missing
	Gain     float64       // dB of the audio over the reference
	SNR      float64       // dB, after delay, gain and polarity are taken out; at most 100
	Inverted bool          // the polarity is reversed
}

const maxSNR = 100 // dB; beyond it lies the rounding of float32

// Similar looks for the reference in the audio and compares over the length of
// the reference: what is missing of it counts as silence, what is around it does
// not count. Both are compared at the lower of their rates.
func Similar(reference, got media.Clip) (Similarity, error) {
	rate := min(reference.Rate, got.Rate)
	x, err := prepare(reference, rate)
	if err != nil {
		return Similarity{}, err
	}
	y, err := prepare(got, rate)
	if err != nil {
		return Similarity{}, err
	}
	lag := align(x, y)
	y = shift(y, lag, len(x))
	xx, yy, xy := dot(x, x), dot(y, y), dot(x, y)
	if yy == 0 {
		return Similarity{}, ErrSilent
	}
	s := Similarity{Inverted: xy < 0, Gain: 20 * math.Log10(math.Abs(xy)/xx)}
	s.Delay = time.Duration(math.Round(float64(lag) * float64(time.Second) / float64(rate)))
	common := min(xy*xy/(xx*yy), 1) // the share of y's power that is x's
	s.SNR = min(10*math.Log10(common/(1-common)), maxSNR)
	s.Score = common * likeness(spectralDistance(x, y, math.Sqrt(xx/yy), rate))
	return s, nil
}

// prepare is the clip at a rate, without its mean.
func prepare(c media.Clip, rate media.Rate) ([]float64, error) {
	if len(c.Samples) == 0 {
		return nil, ErrEmpty
	}
	c = media.Resample(c, rate)
	out := make([]float64, len(c.Samples))
	var mean float64
	for i, s := range c.Samples {
		out[i] = float64(s)
		mean += float64(s) / float64(len(c.Samples))
	}
	var power float64
	for i := range out {
		out[i] -= mean
		power += out[i] * out[i]
	}
	if power/float64(len(out)) < 1e-12 {
		return nil, ErrSilent
	}
	return out, nil
}

// align is the lag of y behind x, in samples, at which their correlation is
// greatest in size.
func align(x, y []float64) int {
	n := 1 << bits.Len(uint(len(x)+len(y)))
	fft := fourier.NewFFT(n)
	a := fft.Coefficients(nil, append(x[:len(x):len(x)], make([]float64, n-len(x))...))
	b := fft.Coefficients(nil, append(y[:len(y):len(y)], make([]float64, n-len(y))...))
	for i := range a {
		a[i] = b[i] * complex(real(a[i]), -imag(a[i]))
	}
	best, lag := 0.0, 0
	for i, v := range fft.Sequence(nil, a) {
		if v = math.Abs(v); v > best {
			best, lag = v, i
		}
	}
	if lag >= len(y) {
		lag -= n
	}
	return lag
}

// shift is n samples of y from a lag on, with zeros where y has none.
func shift(y []float64, lag, n int) []float64 {
	out := make([]float64, n)
	if lag < len(y) && lag > -n {
		copy(out[max(-lag, 0):], y[max(lag, 0):])
	}
	return out
}

func dot(x, y []float64) float64 {
	var sum float64
	for i := range x {
		sum += x[i] * y[i]
	}
	return sum
}
