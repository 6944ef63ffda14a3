package measure

import (
	"math"
	"time"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/dsp/window"

	"github.com/duologue/duologue/media"
)

const (
	frameLength = 32 * time.Millisecond
	lowest      = 300.0  // Hz
	highest     = 3400.0 // Hz
	softest     = 1e-3   // of the loudest frame's energy: softer frames are not compared
	floor       = 1e-3   // of a frame's strongest line: what lies below hardly counts
)

// spectralDistance is the log-spectral distance in dB of x and gain × y: the
// root mean square, over the telephone's band in all frames in which x is
// active, of the difference of their levels. x must not be shorter than a frame.
func spectralDistance(x, y []float64, gain float64, rate media.Rate) float64 {
	size := rate.Samples(frameLength)
	loudest := 0.0
	for at := 0; at+size <= len(x); at += size / 2 {
		loudest = max(loudest, dot(x[at:at+size], x[at:at+size]))
	}
	s := newSpectrum(size)
	from := int(lowest * frameLength.Seconds())
	to := min(int(highest*frameLength.Seconds()), size/2)
	a, b := make([]float64, size/2+1), make([]float64, size/2+1)
	sum, lines := 0.0, 0
	for at := 0; at+size <= len(x); at += size / 2 {
		if f := x[at : at+size]; dot(f, f) < loudest*softest {
			continue
		}
		base := floor*s.power(a, x[at:at+size], 1) + inaudible*inaudible
		s.power(b, y[at:at+size], gain)
		for i := from; i <= to; i++ {
			d := 10 * math.Log10((a[i]+base)/(b[i]+base))
			sum += d * d
		}
		lines += to - from + 1
	}
	return math.Sqrt(sum / float64(lines))
}

// A spectrum computes short-time spectra of frames of one size.
type spectrum struct {
	fft    *fourier.FFT
	window []float64
	frame  []float64
	lines  []complex128
}

func newSpectrum(size int) *spectrum {
	w := make([]float64, size)
	for i := range w {
		w[i] = 1
	}
	return &spectrum{
		fft: fourier.NewFFT(size), window: window.Hann(w),
		frame: make([]float64, size), lines: make([]complex128, size/2+1),
	}
}

// power fills out with the power of each line of a frame and returns the largest.
func (s *spectrum) power(out, frame []float64, gain float64) float64 {
	for i, v := range frame {
		s.frame[i] = gain * v * s.window[i]
	}
	largest := 0.0
	for i, c := range s.fft.Coefficients(s.lines, s.frame) {
		out[i] = real(c)*real(c) + imag(c)*imag(c)
		largest = max(largest, out[i])
	}
	return largest
}
