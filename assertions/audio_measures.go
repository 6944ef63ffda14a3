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

// measuring makes the result of one row. What several rows need is measured once
// for all of them.
type measuring func(*listening) result

// audioMeasures is the registry of measures. It has one for each row of
// [spec.AudioRows] that checks something.
var audioMeasures = map[string]measuring{
	"encoding": func(l *listening) result { return of(l.heard.Stream.Encoding) },
	"duration": from((*listening).duration, func(d time.Duration) result { return of(d) }),

	"level":            clipped(from(clipBy(measure.Level), func(v float64) result { return of(decibels(v)) })),
	"peak":             clipped(from(clipBy(measure.Peak), func(v float64) result { return of(decibels(v)) })),
	"loudness":         clipped(from(clipBy(measure.Loudness), func(v measure.Loud) result { return of(spec.LUFS(hundredths(v.Integrated))) })),
	"silence.share":    silenceShare,
	"silence.longest":  from((*listening).silence, func(q measure.Quiet) result { return of(q.Longest) }),
	"clipping.share":   from((*listening).clipping, func(c measure.Clipped) result { return of(partOf(c.Share)) }),
	"clipping.longest": from((*listening).clipping, func(c measure.Clipped) result { return of(c.Longest) }),
	"dc_offset":        from(clipBy(measure.DCOffset), offset),
	"clicks":           from((*listening).clicks, clicks.result),

	"speech.start":         from((*listening).speech, speechStart),
	"speech.share":         from((*listening).speech, func(t measure.Talk) result { return of(partOf(t.Share)) }),
	"speech.segments":      from((*listening).speech, func(t measure.Talk) result { return counted(starts(t.Spans)) }),
	"speech.longest_pause": from((*listening).speech, longestPause),

	"tone.frequency": from((*listening).tone, toneResult(func(s measure.Tonal) any { return spec.Hertz(hundredths(s.Frequency)) })),
	"tone.share":     from((*listening).tone, toneResult(func(s measure.Tonal) any { return percent(s.Share) })),
	"tone.level":     from((*listening).tone, toneResult(func(s measure.Tonal) any { return decibels(s.Level) })),
	"dtmf":           dialled,

	"similar_to.score":             from((*listening).likeness, likenessResult(func(v likeness) any { return percent(v.Score) })),
	"similar_to.delay":             from((*listening).likeness, likenessResult(func(v likeness) any { return v.delay })),
	"similar_to.gain":              from((*listening).likeness, likenessResult(func(v likeness) any { return decibels(v.Gain) })),
	"similar_to.polarity":          from((*listening).likeness, likenessResult(func(v likeness) any { return v.polarity() })),
	"similar_to.snr":               from((*listening).likeness, likenessResult(func(v likeness) any { return decibels(v.SNR) })),
	"similar_to.si_sdr":            from((*listening).likeness, likenessResult(func(v likeness) any { return decibels(v.SISDR) })),
	"similar_to.segmental_snr":     from((*listening).likeness, func(v likeness) result { return of(decibels(v.SegmentalSNR)) }),
	"similar_to.spectral_distance": from((*listening).likeness, func(v likeness) result { return of(decibels(v.SpectralDistance)) }),
	"similar_to.drift":             from((*listening).drift, func(v float64) result { return of(spec.PPM(hundredths(v))) }),
	"similar_to.lost":              from((*listening).frames, func(f measure.Frames) result { return counted(slices.Concat(f.Head, f.Lost, f.Tail)) }),
	"similar_to.damaged":           from((*listening).frames, func(f measure.Frames) result { return counted(spoilt(f)) }),
	"similar_to.repeated":          from((*listening).frames, func(f measure.Frames) result { return counted(f.Repeated) }),
	"similar_to.reordered":         from((*listening).frames, func(f measure.Frames) result { return counted(f.Reordered) }),
	"similar_to.inserted":          from((*listening).frames, func(f measure.Frames) result { return counted(f.Inserted) }),
	"similar_to.before":            from((*listening).around, func(a measure.Around) result { return of(a.Before) }),
	"similar_to.after":             from((*listening).around, func(a measure.Around) result { return of(a.After) }),
	"similar_to.extra":             from((*listening).around, func(a measure.Around) result { return of(a.All()) }),

	"sequence.gaps":       from((*listening).order, missingNumbers),
	"sequence.duplicates": from((*listening).order, func(o measure.Order) result { return numbered(o.Duplicates, "number %d came again", o.Duplicate) }),
	"sequence.reordered": from((*listening).order, func(o measure.Order) result {
		return numbered(o.Reordered, "number %d came after a higher one", o.Late)
	}),

	"chunks.count": func(l *listening) result { return of(len(l.heard.arrived())) },
	"chunks.size":  sizes,
	"pacing.chunk": lengths,

	"pacing.jitter":          from((*listening).pace, func(p pace) result { return of(p.JitterMax) }),
	"pacing.gaps":            from((*listening).pace, lateChunks),
	"pacing.lead":            from((*listening).pace, lead),
	"pacing.underruns":       from((*listening).pace, underruns),
	"pacing.smallest_buffer": from((*listening).pace, func(p pace) result { return of(p.SmallestBuffer()) }),
	"pacing.interval_p95":    from((*listening).pace, interval(func(p pace) time.Duration { return p.P95 })),
	"pacing.interval_p99":    from((*listening).pace, interval(func(p pace) time.Duration { return p.P99 })),
	"pacing.interval_max":    from((*listening).pace, interval(func(p pace) time.Duration { return p.Max })),
}

// from makes a measuring of one figure of a larger measurement.
func from[T any](whole func(*listening) (T, error), figure func(T) result) measuring {
	return func(l *listening) result {
		v, err := whole(l)
		r := figure(v)
		if err != nil {
			r.err = err
		}
		return r
	}
}

// clipBy measures the decoded audio. If it cannot be decoded, that is the error.
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

// clipped adds a note to a measure of loudness if much of the audio is clipped.
func clipped(m measuring) measuring {
	const much = 0.01
	return func(l *listening) result {
		r := m(l)
		if c, err := l.clipping(); err == nil && c.Share >= much {
			r.note = fmt.Sprintf("; it is clipped: %s of it is flat at full scale", partOf(c.Share))
		}
		return r
	}
}

// silenceShare adds the level of the audio to its share of silence.
func silenceShare(l *listening) result {
	q, err := l.silence()
	r := of(partOf(q.Ratio))
	r.err = err
	if level, err := clipBy(measure.Level)(l); err == nil {
		r.note = fmt.Sprintf(", at a level of %s", decibels(level))
	}
	return r
}

func offset(v float64) result {
	r := of(percent(math.Abs(v)))
	r.signed = percent(v)
	return r
}

// starts gives the beginnings of stretches.
func starts(spans []measure.Span) []time.Duration {
	var out []time.Duration
	for _, s := range spans {
		out = append(out, s.Start)
	}
	return out
}

func speechStart(t measure.Talk) result {
	if len(t.Spans) == 0 {
		return result{values: []any{time.Duration(0)}, err: errSpeechless}
	}
	return of(t.Spans[0].Start)
}

func longestPause(t measure.Talk) result {
	r := of(t.LongestPause)
	if len(t.Spans) == 0 {
		r.err = errSpeechless
	}
	return r
}

// toneResult tells all figures of a tone with each of them.
func toneResult(value func(measure.Tonal) any) func(measure.Tonal) result {
	return func(s measure.Tonal) result {
		r := of(value(s))
		r.text = fmt.Sprintf("%s, %s of the power, level %s", spec.Hertz(hundredths(s.Frequency)), percent(s.Share), decibels(s.Level))
		return r
	}
}

// dialled gives the digits. If there are none, it tells what is heard instead.
func dialled(l *listening) result {
	const audible = 0.3 // share of the power; a tone with less is part of something else
	r := from(clipBy(measure.DTMF), digits)(l)
	if r.err != nil || r.values[0] != "" {
		return r
	}
	r.text = "no digit"
	if s, err := l.tone(); err == nil && s.Share >= audible {
		r.note = fmt.Sprintf("; the strongest tone has %s, %s of the power", spec.Hertz(hundredths(s.Frequency)), percent(s.Share))
	} else if level, err := clipBy(measure.Level)(l); err == nil {
		r.note = fmt.Sprintf(", at a level of %s", decibels(level))
	}
	return r
}

func digits(all []measure.Digit) result {
	var keys strings.Builder
	var at []time.Duration
	for _, d := range all {
		keys.WriteRune(d.Key)
		at = append(at, d.Span.Start)
	}
	r := result{values: []any{keys.String()}, at: at}
	return r
}

// likenessResult tells all figures of the likeness with each of them: together
// they say what happened to the audio.
func likenessResult(value func(likeness) any) func(likeness) result {
	return func(v likeness) result {
		r := of(value(v))
		r.text = fmt.Sprintf("score %s, delay %s, gain %s, snr %s, si_sdr %s", percent(v.Score), exactly(v.delay),
			decibels(v.Gain), decibels(v.SNR), decibels(v.SISDR))
		if v.Inverted {
			r.text += ", polarity reversed"
		}
		return r
	}
}

// spoilt gives the places of the frames that came as silence or as something
// else.
func spoilt(f measure.Frames) []time.Duration {
	return slices.Sorted(slices.Values(slices.Concat(f.Blank, f.Damaged)))
}

func missingNumbers(o measure.Order) result {
	r := numbered(o.Gaps, "number %d is missing", o.Gap)
	if o.Missing > uint64(o.Gaps) {
		r.note = fmt.Sprintf("; %d numbers are missing in all", o.Missing)
	}
	return r
}

// numbered counts chunk numbers, and tells the first.
func numbered(n int, first string, number uint64) result {
	r := of(n)
	switch {
	case n == 1:
		r.text = "1: " + fmt.Sprintf(first, number)
	case n > 1:
		r.text = fmt.Sprintf("%d: %s first", n, fmt.Sprintf(first, number))
	}
	return r
}

// sizes gives the sizes of all chunks. The last chunk may hold a rest: if it is
// smaller than the one before it and not empty, its size is not judged.
func sizes(l *listening) result {
	chunks := l.heard.arrived()
	if len(chunks) == 0 {
		return result{err: measure.ErrEmpty}
	}
	r := result{of: len(chunks)}
	for k, chunk := range chunks {
		rest := k > 0 && l.heard.endsAt(chunks, k) && chunk.Size > 0 && chunk.Size < chunks[k-1].Size
		switch {
		case !rest:
			r.values = append(r.values, chunk.Size)
		case k < len(chunks)-1:
			r.values = append(r.values, chunks[k-1].Size) // so that the values still correspond to the chunks
		}
	}
	return r
}

// lengths compares the length of each chunk with the agreed one, to the sample. The
// last chunk may be shorter, but not empty. The length of opaque chunks cannot be
// measured. That fails the row, unless checks of times need the agreed length.
func lengths(l *listening) result {
	agreed, _ := l.asked.Chunk.Known()
	r := result{expected: exactly(agreed), text: exactly(agreed)}
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

func lateChunks(p pace) result {
	r := of(p.Gaps)
	if p.Gaps > 0 {
		r.text = fmt.Sprintf("%d (%s between two chunks at most)", p.Gaps, exactly(p.Max))
	}
	return r
}

func underruns(p pace) result {
	r := of(p.underruns)
	if p.underruns > 0 {
		r.note = fmt.Sprintf(" (%s between two chunks at most)", exactly(p.Max))
	}
	return r
}

func lead(p pace) result {
	return result{values: []any{p.LeadMin, p.LeadMax}, text: exactly(p.LeadMin) + " to " + exactly(p.LeadMax)}
}

// interval tells all percentiles of the intervals with each of them.
func interval(value func(pace) time.Duration) func(pace) result {
	return func(p pace) result {
		r := of(value(p))
		r.text = fmt.Sprintf("p50 %s, p95 %s, p99 %s, max %s", exactly(p.P50), exactly(p.P95), exactly(p.P99), exactly(p.Max))
		return r
	}
}
