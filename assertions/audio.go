package assertions

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// AudioCheck is one check of a stream. Timing marks one that looks at when
// something came: if it fails, the lateness of this process may be the cause.
type AudioCheck struct {
	trace.Check
	Timing bool
}

// Audio makes the bound checks of one stream, all of them. A measurement that
// cannot be made fails its check; it is never taken for zero. Levels are
// rounded to 0.01 dB and shares to 0.01 % before they are judged, so that the
// verdict is about the figure that is shown.
func Audio(a *spec.Audio, h Heard) []AudioCheck {
	j := &jury{heard: h}
	j.whole(a)
	j.level(a)
	j.silence(&a.Silence)
	j.similar(&a.SimilarTo)
	j.sequence(&a.Sequence)
	j.chunks(&a.Chunks)
	j.pacing(&a.Pacing)
	return j.checks
}

// jury makes the checks of one stream.
type jury struct {
	heard  Heard
	checks []AudioCheck
}

// measured is what a check is held against: a value, or several that must all
// match, and how they are told.
type measured struct {
	values  []any
	text    string // "" for the value itself
	err     error  // why there is none
	refused bool   // no matcher makes it right
	timing  bool
}

func (j *jury) check(subject string, q *spec.Quantity, m measured) {
	if !q.IsSet() {
		return
	}
	c := trace.Check{Pos: q.Pos, Subject: subject, Verdict: trace.Passed, Expected: Describe(q.Matcher), Actual: m.text}
	switch {
	case m.err != nil:
		c.Verdict, c.Actual = trace.Failed, "not measurable: "+m.err.Error()
	case m.text == "":
		c.Actual = exactly(m.values[0])
	}
	if m.refused {
		c.Verdict = trace.Failed
	}
	for _, v := range m.values {
		if len(Match(q.Matcher, v, subject)) > 0 {
			c.Verdict = trace.Failed
		}
	}
	j.checks = append(j.checks, AudioCheck{Check: c, Timing: m.timing && m.err == nil})
}

// fixed records a check that holds against a plain value.
func (j *jury) fixed(subject string, pos diag.Pos, expected, actual string, ok bool) {
	c := trace.Check{Pos: pos, Subject: subject, Verdict: trace.Failed, Expected: expected, Actual: actual}
	if ok {
		c.Verdict = trace.Passed
	}
	j.checks = append(j.checks, AudioCheck{Check: c})
}

// whole looks at the stream as one thing.
func (j *jury) whole(a *spec.Audio) {
	j.check("encoding", &a.Encoding, measured{values: []any{j.heard.Stream.Encoding}})
	if a.Duration.IsSet() {
		d, err := j.heard.duration()
		j.check("duration", &a.Duration, measured{values: []any{d}, err: err})
	}
}

func (j *jury) level(a *spec.Audio) {
	if !a.Level.IsSet() && !a.Peak.IsSet() {
		return
	}
	clip, err := j.heard.clip()
	if err != nil {
		j.check("level", &a.Level, measured{err: err})
		j.check("peak", &a.Peak, measured{err: err})
		return
	}
	level, err := measure.Level(clip)
	j.check("level", &a.Level, measured{values: []any{decibels(level)}, err: err})
	peak, err := measure.Peak(clip)
	j.check("peak", &a.Peak, measured{values: []any{decibels(peak)}, err: err})
}

func (j *jury) silence(s *spec.Silence) {
	if !s.Share.IsSet() && !s.Longest.IsSet() {
		return
	}
	threshold, said := s.Threshold.Known()
	if !said {
		threshold = spec.DefaultThreshold
	}
	clip, err := j.heard.clip()
	var quiet measure.Quiet
	if err == nil {
		quiet, err = measure.Silence(clip, float64(threshold))
	}
	j.check("silence.share", &s.Share, measured{values: []any{percent(quiet.Ratio)}, err: err})
	j.check("silence.longest", &s.Longest, measured{values: []any{quiet.Longest}, err: err})
}

// similar compares with the reference. Every check tells all four figures:
// together they say what happened to the audio.
func (j *jury) similar(s *spec.SimilarTo) {
	if !s.Source.IsSet() {
		return
	}
	like, at, err := j.heard.similar()
	delay := (at - j.heard.Reference.Start).Round(time.Microsecond)
	figures := fmt.Sprintf("score %s, delay %s, gain %s, snr %s", percent(like.Score), exactly(delay), decibels(like.Gain), decibels(like.SNR))
	if like.Inverted {
		figures += ", polarity reversed"
	}
	of := func(v any, err error) measured { return measured{values: []any{v}, text: figures, err: err} }
	j.check("similar_to.score", &s.Score, of(percent(like.Score), err))
	heard := of(delay, err)
	heard.timing = true
	heard.refused = delay < 0 && !bounded(s.Delay.Matcher) // it began before the reference: no delay at all
	j.check("similar_to.delay", &s.Delay, heard)
	j.check("similar_to.gain", &s.Gain, of(decibels(like.Gain), err))
	j.check("similar_to.snr", &s.SNR, of(decibels(like.SNR), err))
}

// bounded reports whether a matcher says from where on values are right.
func bounded(m spec.Matcher) bool {
	switch m.Op {
	case "$eq", "$in", "$gt", "$gte", "$between":
		return true
	}
	return m.Op == "all" && slices.ContainsFunc(m.Items, bounded)
}

// sequence looks at the stream's own numbers. The connection's counter is no
// use here: other messages take numbers of it too.
func (j *jury) sequence(s *spec.Sequence) {
	if !s.Gaps.IsSet() && !s.Duplicates.IsSet() && !s.Reordered.IsSet() {
		return
	}
	order, err := j.heard.order()
	gaps := fmt.Sprint(order.Gaps)
	if order.Gaps > 0 {
		gaps += fmt.Sprintf(" (missing numbers: %d)", order.Missing)
	}
	j.check("sequence.gaps", &s.Gaps, measured{values: []any{order.Gaps}, text: gaps, err: err})
	j.check("sequence.duplicates", &s.Duplicates, measured{values: []any{order.Duplicates}, err: err})
	j.check("sequence.reordered", &s.Reordered, measured{values: []any{order.Reordered}, err: err})
}

// chunks looks at number and sizes. The last chunk holds what was left over: it
// may be smaller than the one before it, but not empty.
func (j *jury) chunks(c *spec.Chunks) {
	chunks := j.heard.arrived()
	j.check("chunks.count", &c.Count, measured{values: []any{len(chunks)}})
	if !c.Size.IsSet() {
		return
	}
	if len(chunks) == 0 {
		j.check("chunks.size", &c.Size, measured{err: measure.ErrEmpty})
		return
	}
	m := measured{text: fmt.Sprint(chunks[0].Size)}
	var wrong exceptions
	for k, chunk := range chunks {
		rest := k > 0 && k == len(chunks)-1 && chunk.Size > 0 && chunk.Size < chunks[k-1].Size
		if rest {
			continue
		}
		m.values = append(m.values, chunk.Size)
		if len(Match(c.Size.Matcher, chunk.Size, "")) > 0 {
			wrong.add(k, fmt.Sprint(chunk.Size))
		}
	}
	if text := wrong.text(len(chunks)); text != "" {
		m.text = text
	}
	j.check("chunks.size", &c.Size, m)
}

// exceptions collects the chunks that are not as the others.
type exceptions struct {
	first int
	told  string
	count int
}

func (e *exceptions) add(k int, told string) {
	if e.count == 0 {
		e.first, e.told = k, told
	}
	e.count++
}

// text tells the first of them; chunks are counted from 1.
func (e *exceptions) text(of int) string {
	switch e.count {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("%s in chunk %d of %d", e.told, e.first+1, of)
	}
	return fmt.Sprintf("%s in chunk %d of %d, and %d more", e.told, e.first+1, of, e.count-1)
}

func decibels(f float64) spec.Decibels { return spec.Decibels(hundredths(f)) }
func percent(f float64) spec.Percent   { return spec.Percent(hundredths(100 * f)) }

func hundredths(f float64) float64 {
	if f = math.Round(f * 100); f == 0 {
		return 0 // not -0
	}
	return f / 100
}

// exactly gives a measured value. Durations keep their microseconds: rounded to
// what was asked for, a value that just missed it would puzzle.
func exactly(v any) string {
	if d, ok := v.(time.Duration); ok {
		return d.Round(time.Microsecond).String()
	}
	return show(v)
}
