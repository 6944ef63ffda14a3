package measure

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/duologue/duologue/media"
)

const (
	windowLength = 10 * time.Millisecond
	speechHop    = time.Millisecond
	speechRun    = 50 // hops
	speechRMS    = 0.01
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
	if err := usable(c); err != nil {
		return Quiet{}, err
	}
	size := c.Rate.Samples(windowLength)
	if size == 0 || len(c.Samples) < size {
		return Quiet{}, ErrShort
	}
	limit := math.Pow(10, threshold/20) / math.Sqrt2
	windows, quiet, run, longest := 0, 0, 0, 0
	for at := 0; at+size <= len(c.Samples); at += size {
		windows++
		if deviation(c.Samples, at, at+size) >= limit {
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

// Speech is where speech, or any other sound, begins and ends. It is active at a
// point when the 10 ms around it, without their mean, have an RMS above 0.01 of
// full scale, which is -37 dBFS; before and after the clip its first and last
// sample go on. It begins with the first 50 points, a millisecond apart, that are
// all active, and ends with the last such 50. Pipecat finds the beginning in the
// same way, so figures compare. A clip without speech is ErrSilent, one of less
// than 50 ms ErrShort.
//
// Where a tone is switched on or off is found to within 5 ms.
func Speech(c media.Clip) (Span, error) {
	if err := usable(c); err != nil {
		return Span{}, err
	}
	size, hop := c.Rate.Samples(windowLength), c.Rate.Samples(speechHop)
	if hop == 0 || len(c.Samples) < speechRun*hop {
		return Span{}, fmt.Errorf("%w: speech lasts at least 50 ms", ErrShort)
	}
	spans := activity(c, size, hop)
	if len(spans) == 0 {
		return Span{}, ErrSilent
	}
	return Span{Start: spans[0].Start, End: spans[len(spans)-1].End}, nil
}

// Talk is how speech is spread over a clip.
type Talk struct {
	Spans        []Span        // where there is speech
	Share        float64       // of the clip, 0 to 1
	LongestPause time.Duration // between two spans; 0 where there is one
}

// Talking finds the stretches of speech, each begun and ended as [Speech] says; a
// pause shorter than the one given does not end a stretch. Audio without speech has
// none, and that is no error.
func Talking(c media.Clip, pause time.Duration) (Talk, error) {
	if _, err := Speech(c); err != nil && !errors.Is(err, ErrSilent) {
		return Talk{}, err
	}
	var t Talk
	var spoken time.Duration
	for _, s := range activity(c, c.Rate.Samples(windowLength), c.Rate.Samples(speechHop)) {
		last := len(t.Spans) - 1
		if last >= 0 && s.Start-t.Spans[last].End < pause {
			spoken += s.End - t.Spans[last].End
			t.Spans[last].End = s.End
			continue
		}
		if last >= 0 {
			t.LongestPause = max(t.LongestPause, s.Start-t.Spans[last].End)
		}
		spoken += s.End - s.Start
		t.Spans = append(t.Spans, s)
	}
	t.Share = float64(spoken) / float64(c.Duration())
	return t, nil
}

// activity finds the runs of at least 50 active points.
func activity(c media.Clip, size, hop int) []Span {
	var spans []Span
	run := 0
	for at := 0; at <= len(c.Samples); at += hop {
		if deviation(c.Samples, at-size/2, at-size/2+size) <= speechRMS {
			run = 0
			continue
		}
		if run++; run < speechRun {
			continue
		}
		if run == speechRun {
			spans = append(spans, Span{Start: c.Rate.Duration(at - (speechRun-1)*hop)})
		}
		spans[len(spans)-1].End = c.Rate.Duration(at)
	}
	return spans
}

// deviation is the RMS, without their mean, of the samples between two indices.
// Beyond an end of the samples the outermost one is repeated.
func deviation(samples []float32, from, to int) float64 {
	var sum, squares float64
	add := func(s float32, times int) {
		sum += float64(s) * float64(times)
		squares += float64(s) * float64(s) * float64(times)
	}
	last := len(samples) - 1
	add(samples[0], max(-from, 0))
	add(samples[last], max(to-1-last, 0))
	for _, s := range samples[max(from, 0):min(to, last+1)] {
		add(s, 1)
	}
	n := float64(to - from)
	return math.Sqrt(max(squares/n-sum/n*sum/n, 0))
}
