package media

import "math"

// The resampler is a low-pass filter evaluated only where an output sample
// falls: a sinc under a Kaiser window, one row of coefficients for each phase
// between input samples.
const (
	zeroCrossings = 32   // of the sinc, on each side
	stopband      = 100  // dB
	passband      = 0.95 // cutoff as a share of the lower of both Nyquist frequencies
	maxPhases     = 1024 // a ratio with more is interpolated between rows, at below -120 dB
)

// Resample is the clip at another rate, band-limited to the lower of both. The
// result lasts as long as the clip, rounded up to a whole sample, and is in
// time with it: the filter's delay is taken out. A clip already at that rate is
// returned as it is. Where either rate is not [Rate.Valid] the result is empty.
func Resample(c Clip, to Rate) Clip {
	if c.Rate == to {
		return c
	}
	if !c.Rate.Valid() || !to.Valid() {
		return Clip{Rate: to}
	}
	d := gcd(int(c.Rate), int(to))
	up, down := int(to)/d, int(c.Rate)/d
	f := newFilter(up, down)
	out := make([]float32, (len(c.Samples)*up+down-1)/down)
	whole, part := 0, 0 // the output sample's time, in input samples, is whole + part/up
	for i := range out {
		out[i] = f.at(c.Samples, whole, float64(part)/float64(up))
		part += down
		whole += part / up
		part %= up
	}
	return Clip{Rate: to, Samples: out}
}

// A filter holds, for each of its phases and one more, the coefficients of the
// input samples from half-1 before the output sample's place to half after it.
type filter struct {
	half int
	rows [][]float64
}

func newFilter(up, down int) filter {
	cutoff := passband * math.Min(1, float64(up)/float64(down))
	width := zeroCrossings / math.Min(1, float64(up)/float64(down))
	half := int(math.Ceil(width))
	phases := min(up, maxPhases)
	f := filter{half: half, rows: make([][]float64, phases+1)}
	for p := range f.rows {
		f.rows[p] = kernel(half, cutoff, width, float64(p)/float64(phases))
	}
	return f
}

// kernel is the row of coefficients for a place that lies phase input samples
// after one. It sums to 1, so that a constant stays that constant.
func kernel(half int, cutoff, width, phase float64) []float64 {
	const beta = 0.1102 * (stopband - 8.7) // Kaiser 1974, above 50 dB
	row := make([]float64, 2*half)
	var sum float64
	for i := range row {
		x := float64(i-half+1) - phase
		if w := x / width; math.Abs(w) < 1 {
			row[i] = sinc(cutoff*x) * bessel(beta*math.Sqrt(1-w*w))
		}
		sum += row[i]
	}
	for i := range row {
		row[i] /= sum
	}
	return row
}

// at is the filtered input at index+phase.
func (f filter) at(in []float32, index int, phase float64) float32 {
	place := phase * float64(len(f.rows)-1)
	p := int(place)
	v := f.dot(in, index, p)
	if between := place - float64(p); between > 1e-9 {
		v += between * (f.dot(in, index, p+1) - v)
	}
	return float32(v)
}

func (f filter) dot(in []float32, index, p int) float64 {
	first := index - f.half + 1
	lo, hi := max(first, 0), min(first+2*f.half, len(in))
	if lo >= hi {
		return 0
	}
	row := f.rows[p][lo-first : hi-first]
	var sum float64
	for i, s := range in[lo:hi] {
		sum += row[i] * float64(s)
	}
	return sum
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// bessel is the modified Bessel function of the first kind and order zero.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > sum*1e-17; k++ {
		term *= x * x / (4 * k * k)
		sum += term
	}
	return sum
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
