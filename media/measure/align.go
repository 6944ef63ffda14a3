package measure

import (
	"math"
	"math/cmplx"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"
)

// sought is audio that is looked for in other audio, not for two goroutines at
// once. What its transform gave is kept for the next that is about as long.
type sought struct {
	x         []float64
	offset    float64 // that was taken out of x
	fft       *fourier.FFT
	reference []complex128 // the transform of x
	lines     []complex128
	block     []float64
	peaks     []peak // of the last correlation: what is almost as good as the best
}

// peak is a lag at which a correlation is greater in size than beside it.
type peak struct {
	lag        int
	part, size float64
}

// in is the lag of y behind x, in samples and a part of one, at which their
// correlation is greatest in size, at least half of the shorter one overlapping
// the other.
//
// Long audio is aligned at a quarter of the rate first: most of speech is left
// there, and a transform of a million samples takes longer than all else.
func (s *sought) in(y []float64) (lag int, part float64) {
	if min(len(s.x), len(y)) < alignLong {
		return s.correlate(y)
	}
	a, b := quarter(s.x), quarter(y)
	if dot(a, a) < alignLeft*dot(s.x, s.x)/4 || dot(b, b) < alignLeft*dot(y, y)/4 {
		return s.correlate(y)
	}
	near, _ := (&sought{x: a}).correlate(b)
	var sizes [2*alignBeside + 1]float64
	best := 1
	for i := range sizes {
		sizes[i] = product(s.x, y, 4*near+i-alignBeside)
		if i > 0 && i < len(sizes)-1 && math.Abs(sizes[i]) > math.Abs(sizes[best]) {
			best = i
		}
	}
	return 4*near + best - alignBeside, vertex(sizes[best-1], sizes[best], sizes[best+1])
}

const (
	alignLong   = 1 << 17 // samples
	alignLeft   = 0.2     // of the power must be left at a quarter of the rate
	alignBeside = 6       // samples around what is found there
	alignAlmost = 0.98    // of the greatest: as good, but for what stands around the reference
	alignPeaks  = 32      // that are looked at
)

// quarter is every fourth sample of what a triangle of seven lets through.
func quarter(x []float64) []float64 {
	out := make([]float64, 0, len(x)/4)
	for i := 0; i+4 <= len(x); i += 4 {
		sum := 4 * x[i]
		for k := 1; k < 4; k++ {
			sum += float64(4-k) * x[i+k]
			if i >= k {
				sum += float64(4-k) * x[i-k]
			}
		}
		out = append(out, sum/16)
	}
	return out
}

// product is the sum of x times y from a lag on.
func product(x, y []float64, lag int) float64 {
	from, to := max(0, -lag), min(len(x), len(y)-lag)
	if from >= to {
		return 0
	}
	return dot(x[from:to], y[from+lag:to+lag])
}

// correlate does what in says, at the full rate. It goes through y in blocks, so
// that memory depends on the length of x.
func (s *sought) correlate(y []float64) (lag int, part float64) {
	half := min(len(s.x), len(y)) / 2
	first, last := half-len(s.x), len(y)-half // of the lags
	lags, most := last-first+1, 3*len(s.x)
	blocks := (lags + most - 1) / most
	step := (lags + blocks - 1) / blocks // lags that a block tells, and one beside each end
	s.prepare(transformable(len(s.x) + step + 1))
	best := -1.0
	s.peaks = s.peaks[:0]
	for from := first - 1; from < last; from += step {
		clear(s.block)
		copy(s.block[max(-from, 0):], y[max(from, 0):])
		s.fft.Coefficients(s.lines, s.block)
		for i := range s.lines {
			s.lines[i] *= cmplx.Conj(s.reference[i])
		}
		s.fft.Sequence(s.block, s.lines)
		for i := 1; i <= min(step, last-from); i++ {
			size := math.Abs(s.block[i])
			if size > best {
				best, lag = size, from+i
				part = vertex(s.block[i-1], s.block[i], s.block[i+1])
			}
			if size >= alignAlmost*best && size >= math.Abs(s.block[i-1]) && size >= math.Abs(s.block[i+1]) {
				s.peaks = append(s.peaks, peak{from + i, vertex(s.block[i-1], s.block[i], s.block[i+1]), size})
			}
		}
	}
	return lag, part
}

// almost is the peaks that are almost as great as the greatest, those nearest to a
// lag: of a tone there is one each half period.
func (s *sought) almost(lag int) []peak {
	greatest := 0.0
	for _, p := range s.peaks {
		greatest = max(greatest, p.size)
	}
	out := slices.DeleteFunc(slices.Clone(s.peaks), func(p peak) bool { return p.size < alignAlmost*greatest })
	slices.SortStableFunc(out, func(a, b peak) int { return abs(a.lag-lag) - abs(b.lag-lag) })
	return out[:min(len(out), alignPeaks)]
}

// prepare transforms x in blocks of n samples, or of a few more.
func (s *sought) prepare(n int) {
	if have := len(s.block); have >= n && have <= n+n/8 {
		return
	}
	s.fft, s.block, s.lines = fourier.NewFFT(n), make([]float64, n), make([]complex128, n/2+1)
	copy(s.block, s.x)
	s.reference = s.fft.Coefficients(nil, s.block)
}

// transformable is the least even number from n on that is a product of 2, 3 and
// 5 alone: others take far longer to transform.
func transformable(n int) int {
	for n += n & 1; ; n += 2 {
		rest := n
		for _, p := range []int{2, 3, 5} {
			for rest%p == 0 {
				rest /= p
			}
		}
		if rest == 1 {
			return n
		}
	}
}

// vertex is where the parabola through three values has its extreme, from -½ to
// ½ around the middle one. Next to nothing counts as the middle.
func vertex(before, middle, after float64) float64 {
	part := (before - after) / (2 * (before - 2*middle + after))
	if size := math.Abs(part); size >= 0.02 && size <= 0.5 {
		return part
	}
	return 0
}

// shift is n samples of y from a lag on, with zeros where y has none.
func shift(y []float64, lag, n int) []float64 {
	out := make([]float64, n)
	if lag < len(y) && lag > -n {
		copy(out[max(-lag, 0):], y[max(lag, 0):])
	}
	return out
}

// delay is y, later by a part of a sample.
func delay(y []float64, part float64) []float64 {
	if part == 0 {
		return y
	}
	n := transformable(len(y) + 1)
	fft := fourier.NewFFT(n)
	block := make([]float64, n)
	copy(block, y)
	lines := fft.Coefficients(nil, block)
	for i := range lines {
		lines[i] *= cmplx.Rect(1/float64(n), -2*math.Pi*float64(i)/float64(n)*part)
	}
	return fft.Sequence(block, lines)[:len(y)]
}

// aligner finds short pieces in longer ones, all of one length each.
type aligner struct {
	fft          *fourier.FFT
	block        []float64
	piece, where []complex128
	length       int
}

func newAligner(piece, where int) *aligner {
	n := transformable(where)
	fft := fourier.NewFFT(n)
	return &aligner{fft: fft, block: make([]float64, n), length: piece,
		piece: make([]complex128, n/2+1), where: make([]complex128, n/2+1)}
}

// nearest is where in y x lies: of all places at which it fits almost as well as
// at the best, the one nearest to a place; a part of a sample beyond; and the
// correlation there.
func (a *aligner) nearest(x, y []float64, place int) (at int, part, match float64) {
	fit := a.fits(x, y)
	last := len(y) - a.length
	best := 0.0
	for i := range last + 1 {
		best = max(best, math.Abs(fit(i)))
	}
	size := func(i int) float64 { return math.Abs(fit(i)) }
	found := false
	for i := range last + 1 {
		peak := (i == 0 || size(i) >= size(i-1)) && (i == last || size(i) >= size(i+1))
		if peak && size(i) >= 0.995*best && (!found || abs(i-place) < abs(at-place)) {
			at, found = i, true
		}
	}
	if at > 0 && at < last {
		part = vertex(a.block[at-1], a.block[at], a.block[at+1])
	}
	return at, part, fit(at)
}

// fits tells the correlation of x with y at each place of it, until the next call.
func (a *aligner) fits(x, y []float64) func(at int) float64 {
	clear(a.block)
	copy(a.block, x)
	a.fft.Coefficients(a.piece, a.block)
	clear(a.block)
	copy(a.block, y)
	a.fft.Coefficients(a.where, a.block)
	for i := range a.where {
		a.where[i] *= cmplx.Conj(a.piece[i])
	}
	product := a.fft.Sequence(a.block, a.where)
	sums := make([]float64, len(y)+1) // of squares, before each sample
	for i, v := range y {
		sums[i+1] = sums[i] + v*v
	}
	xx := dot(x, x) * float64(len(product)) * float64(len(product))
	return func(at int) float64 {
		yy := sums[at+a.length] - sums[at]
		if yy <= inaudible*float64(a.length) {
			return 0
		}
		return product[at] / math.Sqrt(xx*yy)
	}
}

func abs(n int) int { return max(n, -n) }

// stretched is y played faster by a share, so that audio that drifted by it is as
// long as it was: the windowed sinc at each place.
func stretched(y []float64, share float64) []float64 {
	const half = 12
	out := make([]float64, int(float64(len(y))/(1+share)))
	for i := range out {
		place := float64(i) * (1 + share)
		first := int(place)
		part := place - float64(first)
		if part < 1e-6 {
			out[i] = y[first]
			continue
		}
		sign := math.Sin(math.Pi*part) / math.Pi // of the sinc, for the sample at place itself
		for k := 1 - half; k <= half; k++ {
			if at := first + k; at >= 0 && at < len(y) {
				d := part - float64(k)
				w := 0.5 + 0.5*math.Cos(math.Pi*d/(half+1))
				out[i] += y[at] * w * sign * float64(1-2*(k&1)) / d
			}
		}
	}
	return out
}
