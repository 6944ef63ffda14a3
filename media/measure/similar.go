package measure

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/duologue/duologue/media"
)

// Similarity is how like a reference some audio is.
type Similarity struct {
	Score       float64       // 0 (nothing in common) to 1 (the same)
	Delay       time.Duration // of the audio behind the reference; negative where its beginning is missing
	Gain        float64       // dB of the audio over the reference
	Inverted    bool          // the polarity is reversed
	Correlation float64       // -1 to 1, the delay taken out

	// The rest is in dB, the delay taken out; ratios are 100 at most.
	SNR              float64 // what is the reference against all that differs: level and polarity count
	SISDR            float64 // the same, level and polarity taken out (Le Roux et al. 2018)
	SegmentalSNR     float64 // mean of SNR over active frames of 20 ms, each from -10 to 35
	SpectralDistance float64 // log-spectral distance, level taken out, over active frames from 300 to 3400 Hz
}

const (
	compareRate   = media.Rate(16000) // at most: speech has nothing to tell above 8 kHz
	longestSought = 5 * time.Minute
	maxSNR        = 100 // dB; beyond it lies the rounding of float32
	segment       = 20 * time.Millisecond
	segmentActive = 0.5e-5 // mean square: -50 dBFS
	inaudible     = 1e-12  // mean square
	unlikeMost    = 0.2    // correlation: below, the polarity has no meaning
)

// Similar looks for the reference in the audio and compares over the length of
// the reference: what is missing of it counts as silence, what is around it does
// not count. Both are brought to the lower of their rates, and to 16 kHz at most.
// Delay, gain and polarity do not lower the score; they are reported.
//
// The score is the product of two figures, since either alone is fooled.
//
//   - The share of the audio's power that is the reference, the square of their
//     correlation. It sees what a spectrum does not: pieces that are missing, moved
//     or repeated. But µ-law read as A-law is still loud where speech is loud, and
//     has a correlation of 0.7 to 0.85.
//   - exp(-(d/10 dB)²) for a log-spectral distance of d, over the frames in which
//     the reference is active, from 300 to 3400 Hz, the telephone's band. A wrong
//     codec fills the gaps between the lines of speech, which this sees.
//
// Measured on the fixtures of this module:
//
//	G.711, speech at -20 dBFS                             1.00
//	G.711, speech at -50 dBFS                             µ-law 0.96 to 0.98, A-law 0.90 to 0.95
//	resampled, 8 to 16, 24 or 44.1 kHz                    1.00
//	16 kHz that was 8 kHz on its way, reference 16 kHz    0.94 to 0.99
//	noise 30, 20, 10 dB below the speech                  0.93, 0.77, 0.39 and up
//	12 dB too loud, and clipped                           0.95 to 0.99
//	one frame of 20 ms deleted in the middle              0.2 to 0.3
//	µ-law read as A-law, A-law as µ-law                   0.2 to 0.4
//	other speech, noise, swapped octets, another speed    below 0.01
//
// A reference shorter than a frame of 32 ms is ErrShort, one longer than five
// minutes ErrLong, and either clip may be ErrSilent.
func Similar(reference, audio media.Clip) (Similarity, error) {
	c, err := Compare(reference, audio)
	if err != nil {
		return Similarity{}, err
	}
	return c.Similarity, nil
}

// Comparison is a reference and some audio, aligned. What was asked once is kept;
// it is for one goroutine.
type Comparison struct {
	Similarity
	reference, audio media.Clip

	lags   []Lag // nil before they were asked for
	frames map[int]Frames
	again  map[int]bool // whether the reference repeats itself
	rate   media.Rate
	x, y   []float64 // the reference and all of the audio, without their offsets
	xOff   float64   // what was taken out of x
	yOff   float64
	lag    int     // of y behind x
	part   float64 // of a sample, beyond lag
}

// Compare makes what [Similar] tells, and keeps what further questions need. Its
// errors are those of Similar.
func Compare(reference, audio media.Clip) (*Comparison, error) {
	c, err := locate(&original{clip: reference}, audio)
	if err != nil {
		return nil, err
	}
	return c, c.compare()
}

// original is a reference that may be looked for in more than one clip.
type original struct {
	clip media.Clip
	at   map[media.Rate]*sought // what was asked for before
}

// sought is the reference at a rate.
func (o *original) sought(rate media.Rate) (*sought, error) {
	if s := o.at[rate]; s != nil {
		return s, nil
	}
	x, offset, err := prepare(o.clip, rate)
	if err != nil {
		return nil, err
	}
	switch d := rate.Duration(len(x)); {
	case d < frameLength:
		return nil, ErrShort
	case d > longestSought:
		return nil, fmt.Errorf("%w: it lasts %v of at most %v", ErrLong, d, longestSought)
	}
	if o.at == nil {
		o.at = map[media.Rate]*sought{}
	}
	o.at[rate] = &sought{x: x, offset: offset}
	return o.at[rate], nil
}

// locate aligns the audio with the reference.
func locate(reference *original, audio media.Clip) (*Comparison, error) {
	if err := usable(reference.clip); err != nil {
		return nil, fmt.Errorf("measure the reference: %w", err)
	}
	if err := usable(audio); err != nil {
		return nil, err
	}
	rate := min(reference.clip.Rate, audio.Rate, compareRate)
	s, err := reference.sought(rate)
	if err != nil {
		return nil, fmt.Errorf("measure the reference: %w", err)
	}
	c := &Comparison{reference: reference.clip, audio: audio, rate: rate, x: s.x, xOff: s.offset}
	if c.y, c.yOff, err = prepare(audio, rate); err != nil {
		return nil, err
	}
	c.lag, c.part = s.in(c.y)
	c.settle(s.almost(c.lag))
	return c, nil
}

// settle takes, of lags that are almost as good, the one at which the audio is
// most like the reference, level aside. A sum of products is greatest where the
// audio is loudest: a burst beside a tone would move it by half a period.
func (c *Comparison) settle(lags []peak) {
	if len(lags) < 2 {
		return
	}
	best := 0.0
	for _, p := range lags {
		if f := c.fits(shift(c.y, p.lag, len(c.x))); f > best*(1+1e-9) {
			best, c.lag, c.part = f, p.lag, p.part
		}
	}
}

// likeness is the correlation without its sign.
func (c *Comparison) likeness() float64 {
	y := shift(c.y, c.lag, len(c.x))
	return math.Abs(dot(c.x, y)) / math.Sqrt(dot(c.x, c.x)*dot(y, y)+inaudible)
}

// compare fills in the Similarity.
func (c *Comparison) compare() error {
	x, y := c.x, c.over()
	xx, yy, xy := dot(x, x), dot(y, y), dot(x, y)
	if yy == 0 || xy == 0 {
		return ErrSilent
	}
	common := min(xy*xy/(xx*yy), 1)
	distance := spectralDistance(x, y, math.Sqrt(xx/yy), c.rate)
	c.Similarity = Similarity{
		Score:            common * math.Exp(-(distance/10)*(distance/10)),
		Delay:            time.Duration(math.Round((float64(c.lag) + c.part) / float64(c.rate) * float64(time.Second))),
		Gain:             20 * math.Log10(math.Abs(xy)/xx),
		Inverted:         xy < 0,
		Correlation:      max(-1, min(xy/math.Sqrt(xx*yy), 1)),
		SpectralDistance: distance,
	}
	c.compareAsHeard(y)
	if size := math.Abs(c.Correlation); size > unlikeMost && size < lagMatch {
		c.Inverted = c.mostlyInverted()
	}
	return nil
}

// over is the audio over the length of the reference, the delay taken out. A part
// of a sample is taken out only where the whole of it fits less well: audio that
// is the reference to the sample stays so, whatever stands beside it.
func (c *Comparison) over() []float64 {
	y := shift(c.y, c.lag, len(c.x))
	if c.part == 0 {
		return y
	}
	late := delay(y, -c.part)
	if c.fits(y) >= c.fits(late) {
		c.part = 0
		return y
	}
	return late
}

// fits is the square of the correlation of the reference with y.
func (c *Comparison) fits(y []float64) float64 {
	xy := dot(c.x, y)
	return xy * xy / (dot(y, y) + inaudible)
}

// compareAsHeard fills in the ratios: an offset counts in them as any other
// difference does. It puts the offset of the audio back into y.
func (c *Comparison) compareAsHeard(y []float64) {
	x := raised(slices.Clone(c.x), c.xOff)
	from := min(max(-c.lag, 0), len(y))
	to := max(min(len(c.y)-c.lag, len(y)), from)
	raised(y[from:to], c.yOff)
	xx := dot(x, x)
	c.SNR = ratio(xx, difference(x, y))
	c.SISDR = siSDR(xx, dot(y, y), dot(x, y))
	c.SegmentalSNR = segmentalSNR(x, y, c.rate)
}

// raised adds an offset to samples, in place.
func raised(x []float64, by float64) []float64 {
	for i := range x {
		x[i] += by
	}
	return x
}

// mostlyInverted tells the polarity stretch by stretch: where much is missing or
// the clocks differ, the whole does not tell it.
func (c *Comparison) mostlyInverted() bool {
	sum := 0.0
	for _, l := range c.Lags() {
		sum += l.Match
	}
	return sum < 0
}

// siSDR is the scale-invariant ratio of a signal x to the distortion in y, of
// their powers and their product: 10·log10(‖αx‖²/‖αx-y‖²), α = ⟨x,y⟩/‖x‖².
func siSDR(xx, yy, xy float64) float64 {
	return ratio(xy*xy/xx, max(yy-xy*xy/xx, 0))
}

// ratio is that of two powers in dB, at most maxSNR.
func ratio(signal, noise float64) float64 {
	return min(10*math.Log10(signal/noise), maxSNR)
}

// difference is the power of x - y.
func difference(x, y []float64) float64 {
	var sum float64
	for i, v := range x {
		d := v - y[i]
		sum += d * d
	}
	return sum
}

// segmentalSNR is the mean over the active frames; without any it is the SNR of all.
func segmentalSNR(x, y []float64, rate media.Rate) float64 {
	const least, most = -10, 35
	size := rate.Samples(segment)
	sum, n := 0.0, 0
	for at := 0; at+size <= len(x); at += size {
		power := dot(x[at:at+size], x[at:at+size])
		if power < segmentActive*float64(size) {
			continue
		}
		sum += max(least, min(ratio(power, difference(x[at:at+size], y[at:at+size])), most))
		n++
	}
	if n == 0 {
		return max(least, min(ratio(dot(x, x), difference(x, y)), most))
	}
	return sum / float64(n)
}

// prepare is a usable clip at a rate without its offset, and that offset.
func prepare(c media.Clip, rate media.Rate) ([]float64, float64, error) {
	c = media.Resample(c, rate)
	out := doubles(c.Samples)
	offset := offsetOf(out, rate)
	if power := dot(raised(out, -offset), out); power < inaudible*float64(len(out)) {
		return nil, 0, ErrSilent
	}
	return out, offset, nil
}

// offsetOf is the steady part of audio: the median of the means of its frames. A mean of
// the whole would be moved by a burst anywhere in it, and every frame with it.
func offsetOf(x []float64, rate media.Rate) float64 {
	size := max(1, min(rate.Samples(segment), len(x)))
	var means []float64
	for at := 0; at+size <= len(x); at += size {
		sum := 0.0
		for _, v := range x[at : at+size] {
			sum += v
		}
		means = append(means, sum/float64(size))
	}
	if len(means) == 0 {
		return 0
	}
	slices.Sort(means)
	return means[len(means)/2]
}

func dot(x, y []float64) float64 {
	var sum float64
	for i := range x {
		sum += x[i] * y[i]
	}
	return sum
}
