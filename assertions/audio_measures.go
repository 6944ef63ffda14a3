package assertions

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/spec"
)

// measuring makes the reading of one row. What it needs and other rows need too
// is measured once for all of them.
type measuring func(*listening) reading

// audioMeasures is the registry of measures: for each row of [spec.AudioRows]
// that checks something the one way to measure it.
var audioMeasures = map[string]measuring{
	"encoding": func(l *listening) reading { return of(l.heard.Stream.Encoding) },
	"duration": from((*listening).duration, func(d time.Duration) reading { return of(d) }),

	"level":            clipped(from(clipBy(measure.Level), func(v float64) reading { return of(decibels(v)) })),
	"peak":             clipped(from(clipBy(measure.Peak), func(v float64) reading { return of(decibels(v)) })),
	"loudness":         clipped(from(clipBy(measure.Loudness), func(v measure.Loud) reading { return of(spec.LUFS(hundredths(v.Integrated))) })),
	"silence.share":    silenceShare,
	"silence.longest":  from((*listening).silence, func(q measure.Quiet) reading { return of(q.Longest) }),
	"clipping.share":   from((*listening).clipping, func(c measure.Clipped) reading { return of(partOf(c.Share)) }),
	"clipping.longest": from((*listening).clipping, func(c measure.Clipped) reading { return of(c.Longest) }),
	"dc_offset":        from(clipBy(measure.DCOffset), offset),
	"clicks":           from((*listening).clicks, clicks.reading),

	"speech.start":         from((*listening).speech, speechStart),
	"speech.share":         from((*listening).speech, func(t measure.Talk) reading { return of(partOf(t.Share)) }),
	"speech.segments":      from((*listening).speech, func(t measure.Talk) reading { return counted(starts(t.Spans)) }),
	"speech.longest_pause": from((*listening).speech, longestPause),

	"tone.frequency": from((*listening).tone, toneReading(func(s measure.Tonal) any { return spec.Hertz(hundredths(s.Frequency)) })),
	"tone.share":     from((*listening).tone, toneReading(func(s measure.Tonal) any { return percent(s.Share) })),
	"tone.level":     from((*listening).tone, toneReading(func(s measure.Tonal) any { return decibels(s.Level) })),
	"dtmf":           dialled,

	"similar_to.score":             from((*listening).likeness, likenessReading(func(v likeness) any { return percent(v.Score) })),
	"similar_to.delay":             from((*listening).likeness, likenessReading(func(v likeness) any { return v.delay })),
	"similar_to.gain":              from((*listening).likeness, likenessReading(func(v likeness) any { return decibels(v.Gain) })),
	"similar_to.polarity":          from((*listening).likeness, likenessReading(func(v likeness) any { return v.polarity() })),
	"similar_to.snr":               from((*listening).likeness, likenessReading(func(v likeness) any { return decibels(v.SNR) })),
	"similar_to.si_sdr":            from((*listening).likeness, likenessReading(func(v likeness) any { return decibels(v.SISDR) })),
	"similar_to.segmental_snr":     from((*listening).likeness, func(v likeness) reading { return of(decibels(v.SegmentalSNR)) }),
	"similar_to.spectral_distance": from((*listening).likeness, func(v likeness) reading { return of(decibels(v.SpectralDistance)) }),
	"similar_to.drift":             from((*listening).drift, func(v float64) reading { return of(spec.PPM(hundredths(v))) }),
	"similar_to.lost":              from((*listening).frames, func(f measure.Frames) reading { return counted(slices.Concat(f.Head, f.Lost, f.Tail)) }),
	"similar_to.damaged":           from((*listening).frames, func(f measure.Frames) reading { return counted(spoilt(f)) }),
	"similar_to.repeated":          from((*listening).frames, func(f measure.Frames) reading { return counted(f.Repeated) }),
	"similar_to.reordered":         from((*listening).frames, func(f measure.Frames) reading { return counted(f.Reordered) }),
	"similar_to.inserted":          from((*listening).frames, func(f measure.Frames) reading { return counted(f.Inserted) }),
	"similar_to.before":            from((*listening).around, func(a measure.Around) reading { return of(a.Before) }),
	"similar_to.after":             from((*listening).around, func(a measure.Around) reading { return of(a.After) }),
	"similar_to.extra":             from((*listening).around, func(a measure.Around) reading { return of(a.All()) }),

	"sequence.gaps":       from((*listening).order, missingNumbers),
	"sequence.duplicates": from((*listening).order, func(o measure.Order) reading { return numbered(o.Duplicates, "number %d came again", o.Duplicate) }),
	"sequence.reordered": from((*listening).order, func(o measure.Order) reading {
		return numbered(o.Reordered, "number %d came after a higher one", o.Late)
	}),

	"chunks.count": func(l *listening) reading { return of(len(l.heard.arrived())) },
	"chunks.size":  sizes,
	"pacing.chunk": lengths,

	"pacing.jitter":          from((*listening).pace, func(p pace) reading { return of(p.JitterMax) }),
	"pacing.gaps":            from((*listening).pace, lateChunks),
	"pacing.lead":            from((*listening).pace, lead),
	"pacing.underruns":       from((*listening).pace, underruns),
	"pacing.smallest_buffer": from((*listening).pace, func(p pace) reading { return of(p.SmallestBuffer()) }),
	"pacing.interval_p95":    from((*listening).pace, interval(func(p pace) time.Duration { return p.P95 })),
	"pacing.interval_p99":    from((*listening).pace, interval(func(p pace) time.Duration { return p.P99 })),
	"pacing.interval_max":    from((*listening).pace, interval(func(p pace) time.Duration { return p.Max })),
}

// from makes a measure of a figure of what is measured as a whole.
func from[T any](whole func(*listening) (T, error), figure func(T) reading) measuring {
	return func(l *listening) reading {
		v, err := whole(l)
		r := figure(v)
		if err != nil {
			r.err = err
		}
		return r
	}
}

// clipBy measures what is heard, if it can be decoded.
func clipBy[T any](by func(media.Clip) (T, error)) func(*listening) (T, error) {
	return func(l *listening) (T, error) {
		clip, err := l.audio()
		if err != nil {
			var none T
			return none, err
		}
		return by(clip)
	}
}

// clipped tells beside how loud audio is that much of it is clipped.
func clipped(m measuring) measuring {
	const much = 0.01
	return func(l *listening) reading {
		r := m(l)
		if c, err := l.clipping(); err == nil && c.Share >= much {
			r.note = fmt.Sprintf("; it is clipped: %s of it is flat at full scale", partOf(c.Share))
		}
		return r
	}
}

// silenceShare tells beside the share how loud the audio is.
func silenceShare(l *listening) reading {
	q, err := l.silence()
	r := of(partOf(q.Ratio))
	r.err = err
	if level, err := clipBy(measure.Level)(l); err == nil {
		r.note = fmt.Sprintf(", at a level of %s", decibels(level))
	}
	return r
}

func offset(v float64) reading {
	r := of(percent(math.Abs(v)))
	r.signed = percent(v)
	return r
}

// starts gives where stretches begin.
func starts(spans []measure.Span) []time.Duration {
	var out []time.Duration
	for _, s := range spans {
		out = append(out, s.Start)
	}
	return out
}

func speechStart(t measure.Talk) reading {
	if len(t.Spans) == 0 {
		return reading{values: []any{time.Duration(0)}, err: errSpeechless}
	}
	return of(t.Spans[0].Start)
}

func longestPause(t measure.Talk) reading {
	r := of(t.LongestPause)
	if len(t.Spans) == 0 {
		r.err = errSpeechless
	}
	return r
}

// toneReading tells with one figure of a tone all of them.
func toneReading(value func(measure.Tonal) any) func(measure.Tonal) reading {
	return func(s measure.Tonal) reading {
		r := of(value(s))
		r.text = fmt.Sprintf("%s, %s of the power, level %s", spec.Hertz(hundredths(s.Frequency)), percent(s.Share), decibels(s.Level))
		return r
	}
}

// dialled tells, where there is no digit, what there is instead.
func dialled(l *listening) reading {
	const clear = 0.3 // of the power: softer tones are part of something else
	r := from(clipBy(measure.DTMF), digits)(l)
	if r.err != nil || r.values[0] != "" {
		return r
	}
	r.text = "no digit"
	if s, err := l.tone(); err == nil && s.Share >= clear {
		r.note = fmt.Sprintf("; the strongest tone has %s, %s of the power", spec.Hertz(hundredths(s.Frequency)), percent(s.Share))
	} else if level, err := clipBy(measure.Level)(l); err == nil {
		r.note = fmt.Sprintf(", at a level of %s", decibels(level))
	}
	return r
}

func digits(all []measure.Digit) reading {
	var keys strings.Builder
	var at []time.Duration
	for _, d := range all {
		keys.WriteRune(d.Key)
		at = append(at, d.Span.Start)
	}
	r := reading{values: []any{keys.String()}, at: at}
	return r
}

// likenessReading tells with one figure of the whole all of them: together they
// say what happened to the audio.
func likenessReading(value func(likeness) any) func(likeness) reading {
	return func(v likeness) reading {
		r := of(value(v))
		r.text = fmt.Sprintf("score %s, delay %s, gain %s, snr %s, si_sdr %s", percent(v.Score), exactly(v.delay),
			decibels(v.Gain), decibels(v.SNR), decibels(v.SISDR))
		if v.Inverted {
			r.text += ", polarity reversed"
		}
		return r
	}
}

// spoilt gives where frames came as silence or as something else.
func spoilt(f measure.Frames) []time.Duration {
	return slices.Sorted(slices.Values(slices.Concat(f.Blank, f.Damaged)))
}

func missingNumbers(o measure.Order) reading {
	r := numbered(o.Gaps, "number %d is missing", o.Gap)
	if o.Missing > uint64(o.Gaps) {
		r.note = fmt.Sprintf("; %d numbers are missing in all", o.Missing)
	}
	return r
}

// numbered counts numbers of chunks and tells the first.
func numbered(n int, first string, number uint64) reading {
	r := of(n)
	switch {
	case n == 1:
		r.text = "1: " + fmt.Sprintf(first, number)
	case n > 1:
		r.text = fmt.Sprintf("%d: %s first", n, fmt.Sprintf(first, number))
	}
	return r
}

// sizes are those of all chunks but the last if it holds what was left over: it
// may be smaller than the one before it, but not empty.
func sizes(l *listening) reading {
	chunks := l.heard.arrived()
	if len(chunks) == 0 {
		return reading{err: measure.ErrEmpty}
	}
	r := reading{of: len(chunks)}
	for k, chunk := range chunks {
		rest := k > 0 && l.heard.endsAt(chunks, k) && chunk.Size > 0 && chunk.Size < chunks[k-1].Size
		switch {
		case !rest:
			r.values = append(r.values, chunk.Size)
		case k < len(chunks)-1:
			r.values = append(r.values, chunks[k-1].Size) // counts as the one before it
		}
	}
	return r
}

// lengths holds what each chunk lasts against what was agreed, to the sample; the
// last may be shorter, but not empty. Opaque chunks are taken to be as agreed
// where that is needed to judge when they came.
func lengths(l *listening) reading {
	agreed, _ := l.asked.Chunk.Known()
	r := reading{expected: exactly(agreed), text: exactly(agreed)}
	chunks := l.heard.timed(agreed)
	switch {
	case l.heard.opaque():
		r.moot, r.err = l.asked.Asks(spec.OfTimes), errUnknownLength
		return r
	case len(chunks) == 0:
		r.err = measure.ErrEmpty
		return r
	}
	sample := l.heard.Stream.Format.Rate.Duration(1)
	var wrong exceptions
	for k, c := range chunks {
		rest := k > 0 && k == len(chunks)-1 && c.Length > 0 && c.Length < agreed
		if !rest && (c.Length-agreed).Abs() >= sample {
			wrong.add(k, exactly(c.Length))
		}
	}
	if wrong.count > 0 {
		r.text, r.wrong = wrong.text(len(chunks)), true
	}
	return r
}

func lateChunks(p pace) reading {
	r := of(p.Gaps)
	if p.Gaps > 0 {
		r.text = fmt.Sprintf("%d (%s between two chunks at most)", p.Gaps, exactly(p.Max))
	}
	return r
}

func underruns(p pace) reading {
	r := of(p.underruns)
	if p.underruns > 0 {
		r.note = fmt.Sprintf(" (%s between two chunks at most)", exactly(p.Max))
	}
	return r
}

func lead(p pace) reading {
	return reading{values: []any{p.LeadMin, p.LeadMax}, text: exactly(p.LeadMin) + " to " + exactly(p.LeadMax)}
}

// interval tells with one percentile of the intervals all of them.
func interval(value func(pace) time.Duration) func(pace) reading {
	return func(p pace) reading {
		r := of(value(p))
		r.text = fmt.Sprintf("p50 %s, p95 %s, p99 %s, max %s", exactly(p.P50), exactly(p.P95), exactly(p.P99), exactly(p.Max))
		return r
	}
}
