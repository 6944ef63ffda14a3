package assertions

import (
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/spec"
)

// listening is one stream that is measured. A figure that several checks need is
// measured for the first of them, and kept.
type listening struct {
	asked *spec.Audio
	heard Heard
	chunk time.Duration // the length of the pieces of a reference; 0 for that of the stream's chunks

	clip     kept[media.Clip] // the decoded audio
	quiet    kept[measure.Quiet]
	clipped  kept[measure.Clipped]
	talk     kept[measure.Talk]
	tonal    kept[measure.Tonal]
	compared kept[*measure.Comparison]
	alike    kept[likeness]
	found    kept[measure.Frames]
	arrival  kept[pace]
}

// kept is a figure that is measured once.
type kept[T any] struct {
	done  bool
	value T
	err   error
}

func (k *kept[T]) or(measure func() (T, error)) (T, error) {
	if !k.done {
		k.value, k.err = measure()
		k.done = true
	}
	return k.value, k.err
}

// keptClip makes a figure of a clip that is known already.
func keptClip(c media.Clip) kept[media.Clip] { return kept[media.Clip]{done: true, value: c} }

// said gives the value of a setting, or other if the suite does not give it.
func said[T any](v *spec.Value[T], other T) T {
	if known, ok := v.Known(); ok {
		return known
	}
	return other
}

func (l *listening) audio() (media.Clip, error) { return l.clip.or(l.heard.clip) }

func (l *listening) duration() (time.Duration, error) {
	if l.heard.opaque() {
		return 0, errUnknownLength
	}
	clip, err := l.audio()
	return clip.Duration(), err
}

func (l *listening) silence() (measure.Quiet, error) {
	threshold := said(&l.asked.Threshold, spec.DefaultThreshold)
	return l.quiet.or(func() (measure.Quiet, error) {
		return clipBy(func(c media.Clip) (measure.Quiet, error) { return measure.Silence(c, float64(threshold)) })(l)
	})
}

func (l *listening) clipping() (measure.Clipped, error) {
	return l.clipped.or(func() (measure.Clipped, error) { return clipBy(measure.Clipping)(l) })
}

func (l *listening) speech() (measure.Talk, error) {
	pause := said(&l.asked.Pause, spec.DefaultPause)
	return l.talk.or(func() (measure.Talk, error) {
		return clipBy(func(c media.Clip) (measure.Talk, error) { return measure.Talking(c, pause) })(l)
	})
}

func (l *listening) tone() (measure.Tonal, error) {
	return l.tonal.or(func() (measure.Tonal, error) { return clipBy(measure.Tone)(l) })
}

// compare compares the audio with the reference.
func (l *listening) compare() (*measure.Comparison, error) {
	return l.compared.or(func() (*measure.Comparison, error) {
		reference := l.heard.Reference
		if reference.Err != nil {
			return nil, fmt.Errorf("the reference: %w", reference.Err)
		}
		if _, err := measure.Level(reference.Clip); err != nil {
			return nil, fmt.Errorf("the reference: %w", err)
		}
		clip, err := l.audio()
		if err != nil {
			return nil, err
		}
		return measure.Compare(reference.Clip, clip)
	})
}

// likeness says how like the reference the audio is, and when it is heard.
type likeness struct {
	measure.Similarity
	delay time.Duration
}

func (v likeness) polarity() string {
	if v.Inverted {
		return spec.ReversedPolarity
	}
	return spec.SamePolarity
}

func (l *listening) likeness() (likeness, error) {
	return l.alike.or(func() (likeness, error) {
		c, err := l.compare()
		if err != nil {
			return likeness{}, err
		}
		delay := (l.heard.heardAt(c.Delay) - l.heard.Reference.Start).Round(time.Microsecond)
		return likeness{c.Similarity, delay}, nil
	})
}

func (l *listening) drift() (float64, error) {
	c, err := l.compare()
	if err != nil {
		return 0, err
	}
	return c.Drift()
}

// frames tells what happened to the chunks of the reference.
func (l *listening) frames() (measure.Frames, error) {
	return l.found.or(func() (measure.Frames, error) {
		c, err := l.compare()
		if err != nil {
			return measure.Frames{}, err
		}
		return c.Frames(l.pieceLength())
	})
}

func (l *listening) around() (measure.Around, error) {
	c, err := l.compare()
	if err != nil {
		return measure.Around{}, err
	}
	return c.Around(l.pieceLength())
}

// pieceLength gives the length of a chunk of the reference. It is that of the
// stream's chunks if they have 10 to 60 ms, and 20 ms otherwise.
func (l *listening) pieceLength() time.Duration {
	const least, most, ordinary = 10 * time.Millisecond, 60 * time.Millisecond, 20 * time.Millisecond
	if l.chunk > 0 {
		return l.chunk
	}
	if d := usual(l.heard.timed(0)); d >= least && d <= most {
		return d
	}
	return ordinary
}

// order measures the stream's own numbers. The counter of the connection does
// not help here, because other messages use numbers of it, too.
func (l *listening) order() (measure.Order, error) { return l.heard.order() }

// pace is when the chunks came (not when they are heard), and how often a player
// runs dry that waits before it begins.
type pace struct {
	measure.Pace
	underruns int
}

func (l *listening) pace() (pace, error) { return l.arrival.or(l.measurePace) }

func (l *listening) measurePace() (pace, error) {
	agreed, ok := l.asked.Chunk.Known()
	if !ok && l.heard.opaque() {
		return pace{}, fmt.Errorf("%w; give the duration of a chunk with `chunk`", errUnknownLength)
	}
	chunks := l.heard.timed(agreed)
	if !ok {
		agreed = usual(chunks)
	}
	plain, err := measure.Pacing(chunks, agreed)
	if err != nil {
		return pace{}, err
	}
	// For a player that waits before it begins, it is as if the first chunk were
	// longer by that wait.
	chunks[0].Length += said(&l.asked.Buffer, spec.DefaultBuffer)
	buffered, err := measure.Pacing(chunks, agreed)
	return pace{plain, buffered.Underruns}, err
}

// usual gives the median length of chunks, or 0 if there are none.
func usual(chunks []measure.Chunk) time.Duration {
	if len(chunks) == 0 {
		return 0
	}
	lengths := make([]time.Duration, len(chunks))
	for i, c := range chunks {
		lengths[i] = c.Length
	}
	slices.Sort(lengths)
	return lengths[len(lengths)/2]
}
