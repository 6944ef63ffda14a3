package measure

import (
	"fmt"
	"math"
	"time"

	"github.com/duologue/duologue/media"
)

const (
	windowLength = 10 * time.Millisecond
	hop          = time.Millisecond
	leastRun     = 50 * time.Millisecond
	speechRMS    = 0.01 // -40 dB below a full-scale square wave
)

// Quiet is how much of a clip is silence.
type Quiet struct {
	Ratio   float64       // 0 to 1
	Longest time.Duration // the longest stretch of it
}

// Silence finds the parts of a clip whose level, in windows of 10 ms and without
// their mean, is below a threshold in dBFS. A last part of less than a window is
// left out; a clip shorter than one is ErrShort.
func Silence(c media.Clip, threshold float64) (Quiet, error) {
	if len(c.Samples) == 0 {
		return Quiet{}, ErrEmpty
	}
	size := c.Rate.Samples(windowLength)
	if size == 0 || len(c.Samples) < size {
		return Quiet{}, ErrShort
	}
	limit := math.Pow(10, threshold/20) / math.Sqrt2
	windows, quiet, run, longest := 0, 0, 0, 0
	for at := 0; at+size <= len(c.Samples); at += size {
		windows++
		if deviation(c.Samples[at:at+size]) >= limit {
			run = 0
			continue
		}
		quiet++
		run++
		longest = max(longest, run)
	}
	return Quiet{Ratio: float64(quiet) / float64(windows), Longest: c.Rate.Duration(longest * size)}, nil
}

// A Span is a stretch of a clip, as offsets from its beginning.
type Span struct{ Start, End time.Duration }

// Speech is where speech, or any sound, begins and ends. It begins with the
// first run of at least 50 ms of windows of 10 ms, one each millisecond, whose
// RMS without its mean is above -40 dB of full scale, a square wave being 0 dB
// here so that figures compare with those of others; it ends with the last
// window of the last such run. A clip without one is ErrSilent.
func Speech(c media.Clip) (Span, error) {
	if len(c.Samples) == 0 {
		return Span{}, ErrEmpty
	}
	size := c.Rate.Samples(windowLength)
	if size == 0 || c.Duration() < leastRun {
		return Span{}, fmt.Errorf("%w: speech is looked for in runs of %v", ErrShort, leastRun)
	}
	var span Span
	found, run := false, 0
	for k := 0; ; k++ {
		at := c.Rate.Samples(time.Duration(k) * hop)
		if at+size > len(c.Samples) {
			break
		}
		if deviation(c.Samples[at:at+size]) <= speechRMS {
			run = 0
			continue
		}
		run++
		if time.Duration(run)*hop < leastRun {
			continue
		}
		if !found {
			found = true
			span.Start = time.Duration(k+1)*hop - leastRun
		}
		span.End = time.Duration(k)*hop + windowLength
	}
	if !found {
		return Span{}, ErrSilent
	}
	return span, nil
}

// deviation is the RMS of samples without their mean.
func deviation(samples []float32) float64 {
	var sum, squares float64
	for _, s := range samples {
		sum += float64(s)
		squares += float64(s) * float64(s)
	}
	n := float64(len(samples))
	return math.Sqrt(max(squares/n-sum/n*sum/n, 0))
}
