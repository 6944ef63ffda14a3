package measure

import (
	"math"
	"math/bits"
	"math/cmplx"

	"gonum.org/v1/gonum/dsp/fourier"
)

// align is the lag of y behind x, in samples and a part of one, at which their
// correlation is greatest in size, at least half of the shorter one overlapping
// the other. It goes through y in blocks, so that memory depends on the length
// of x.
func align(x, y []float64) (lag int, part float64) {
	n := 1 << bits.Len(uint(len(x)+min(len(y), 3*len(x))+1))
	fft := fourier.NewFFT(n)
	block := make([]float64, n)
	copy(block, x)
	reference := fft.Coefficients(nil, block)
	lines := make([]complex128, len(reference))
	best := -1.0
	step := n - len(x) - 1 // lags that a block tells, and one beside each end
	half := min(len(x), len(y)) / 2
	for from := half - len(x) - 1; from < len(y)-half; from += step {
		clear(block)
		copy(block[max(-from, 0):], y[max(from, 0):])
		fft.Coefficients(lines, block)
		for i := range lines {
			lines[i] *= cmplx.Conj(reference[i])
		}
		fft.Sequence(block, lines)
		for i := 1; i <= step; i++ {
			if size := math.Abs(block[i]); size > best {
				best, lag = size, from+i
				part = vertex(block[i-1], block[i], block[i+1])
			}
		}
	}
	return lag, part
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
	n := 1 << bits.Len(uint(len(y)))
	fft := fourier.NewFFT(n)
	block := make([]float64, n)
	copy(block, y)
	lines := fft.Coefficients(nil, block)
	for i := range lines {
		lines[i] *= cmplx.Rect(1/float64(n), -2*math.Pi*float64(i)/float64(n)*part)
	}
	return fft.Sequence(block, lines)[:len(y)]
}
