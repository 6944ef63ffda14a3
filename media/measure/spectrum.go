package measure

import (
	"math"
	"time"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/dsp/window"

	"github.com/duologue/duologue/media"
)

const (
	frameLength  = 32 * time.Millisecond
	frameRange   = 1e-4 // frames 40 dB below the loudest of the reference are not compared
	spectrumDeep = 1e-4 // within a frame, what lies 40 dB below its strongest line hardly counts
	tolerable    = 10.0 // dB of distance at which likeness is 1/e
)

// likeness maps a spectral distance in dB to 1 (none) down to 0.
func likeness(distance float64) float64 {
	return math.Exp(-(distance / tolerable) * (distance / tolerable))
}

// spectralDistance is the log-spectral distance in dB between x and gain × y:
// the root mean square, over the lines of all frames in which x is active, of
// the difference of their levels.
func spectralDistance(x, y []float64, gain float64, rate media.Rate) float64 {
	size := rate.Samples(frameLength)
	loudest := 0.0
	for at := 0; at+size <= len(x); at += size / 2 {
		loudest = max(loudest, dot(x[at:at+size], x[at:at+size]))
	}
	fft := fourier.NewFFT(size)
	a, b := make([]float64, size/2+1), make([]float64, size/2+1)
	var sum float64
	lines := 0
	for at := 0; at+size <= len(x); at += size / 2 {
		if f := x[at : at+size]; dot(f, f) <= loudest*frameRange {
			continue
		}
		floor := power(fft, a, x[at:at+size], 1) * spectrumDeep
		power(fft, b, y[at:at+size], gain)
		for i := range a {
			d := 10 * math.Log10((a[i]+floor)/(b[i]+floor))
			sum += d * d
		}
		lines += len(a)
	}
	if lines == 0 {
		return 0
	}
	return math.Sqrt(sum / float64(lines))
}

// power fills out with the power of each line of a frame and returns the largest.
func power(fft *fourier.FFT, out, frame []float64, gain float64) float64 {
	windowed := window.Hann(append([]float64(nil), frame...))
	largest := 0.0
	for i, c := range fft.Coefficients(nil, windowed) {
		out[i] = gain * gain * (real(c)*real(c) + imag(c)*imag(c))
		largest = max(largest, out[i])
	}
	return largest
}
