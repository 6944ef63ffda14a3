package measure

import (
	"math"
	"slices"
	"time"

	"github.com/duologue/duologue/media"
)

// Tonal is the strongest tone of a clip.
type Tonal struct {
	Frequency float64 // Hz
	Level     float64 // RMS in dBFS while it sounds
	Share     float64 // of the clip's power that it is, 0 to 1
}

const (
	toneFrame = 64 * time.Millisecond
	toneLobe  = 2    // lines on each side of its own that a Hann window spreads a tone over
	toneQuiet = 0.01 // of the loudest frame's power: softer frames are pauses
)

// Tone finds the strongest tone, in frames of 64 ms, those 20 dB below the
// loudest left out. The frequency of a steady tone is right to within 0.5 Hz and
// its level to within 0.1 dB; a pure tone has a share above 0.99. Neighbours less
// than 50 Hz apart are one tone. A clip shorter than a frame is ErrShort, a silent
// one ErrSilent.
func Tone(c media.Clip) (Tonal, error) {
	if err := usable(c); err != nil {
		return Tonal{}, err
	}
	size := c.Rate.Samples(toneFrame)
	if len(c.Samples) < size {
		return Tonal{}, ErrShort
	}
	x, _, err := prepare(c, c.Rate)
	if err != nil {
		return Tonal{}, err
	}
	frames, sum := toneFrames(x, size)
	if len(frames) == 0 {
		return Tonal{}, ErrSilent
	}
	best := toneLobe
	for k := toneLobe; k < len(sum)-toneLobe; k++ {
		if sum[k] > sum[best] {
			best = k
		}
	}
	var tones []float64
	tone, total := 0.0, 0.0
	for _, f := range frames {
		p := 0.0
		for k := best - toneLobe; k <= best+toneLobe; k++ {
			p += f.lines[k]
		}
		tones = append(tones, p)
		tone, total = tone+p, total+f.power
	}
	slices.Sort(tones)
	// A line of power p stands for p·8/3/size² of mean square on each side of the
	// spectrum: Parseval, and what the window takes.
	meanSquare := tones[len(tones)/2] * 2 * 8 / 3 / float64(size) / float64(size)
	return Tonal{
		Frequency: (float64(best) + between(sum, best)) * float64(c.Rate) / float64(size),
		Level:     10 * math.Log10(2*meanSquare),
		Share:     min(tone/total, 1),
	}, nil
}

type toneLines struct {
	lines []float64
	power float64
}

// toneFrames is the spectra of the frames in which there is sound, and their sum.
func toneFrames(x []float64, size int) (frames []toneLines, sum []float64) {
	loudest := 0.0
	for at := 0; at+size <= len(x); at += size {
		loudest = max(loudest, dot(x[at:at+size], x[at:at+size]))
	}
	s := newSpectrum(size)
	sum = make([]float64, size/2+1)
	for at := 0; at+size <= len(x); at += size {
		if f := x[at : at+size]; dot(f, f) < loudest*toneQuiet || loudest == 0 {
			continue
		}
		f := toneLines{lines: make([]float64, size/2+1)}
		s.power(f.lines, x[at:at+size], 1)
		for k, p := range f.lines {
			sum[k] += p
			f.power += p
		}
		frames = append(frames, f)
	}
	return frames, sum
}

// between is how far the frequency lies from line k, in lines: under a Hann
// window the amplitudes of the two nearest lines tell it exactly.
func between(power []float64, k int) float64 {
	side := 1.0
	neighbour := power[k+1]
	if power[k-1] > neighbour {
		side, neighbour = -1, power[k-1]
	}
	ratio := math.Sqrt(neighbour / power[k])
	return side * (2*ratio - 1) / (ratio + 1)
}
