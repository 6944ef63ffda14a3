package assertions

import (
	"math"
	"sync"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// AudioCheck is one check of a stream. Timing marks one that looks at when
// something came: if it fails, the lateness of this process may be the cause.
// Diagnosis says in words what is wrong with the audio, a line for each thing; it
// stands with the first check of likeness that failed.
type AudioCheck struct {
	trace.Check
	Timing    bool
	Diagnosis []string
}

// Audio makes the bound checks of one stream, all of them. A measurement that
// cannot be made fails its check; it is never taken for zero. Levels are
// rounded to 0.01 dB and shares to 0.01 % before they are judged, so that the
// verdict is about the figure that is shown.
func Audio(a *spec.Audio, h Heard) []AudioCheck {
	j := &jury{heard: h, clip: sync.OnceValues(h.clip)}
	j.whole(a)
	j.level(a)
	j.faults(a)
	j.speech(&a.Speech)
	j.tone(&a.Tone)
	j.dtmf(&a.DTMF)
	j.similar(&a.SimilarTo)
	j.sequence(&a.Sequence)
	j.chunks(&a.Chunks)
	j.pacing(&a.Pacing)
	return j.checks
}

// jury makes the checks of one stream.
type jury struct {
	heard  Heard
	clip   func() (media.Clip, error) // what was heard, decoded once
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
	c := trace.Check{Pos: q.Pos, Subject: subject, Verdict: trace.Passed, Expected: match.Describe(q.Matcher), Actual: m.text}
	switch {
	case m.err != nil:
		c.Verdict, c.Actual = trace.Failed, "not measurable: "+m.err.Error()
	case m.text == "":
		c.Actual = exactly(m.values[0])
	}
	if m.err == nil && len(m.values) == 1 {
		c.Figure = figure(m.values[0], q.Matcher)
	}
	if m.refused {
		c.Verdict = trace.Failed
	}
	for _, v := range m.values {
		if len(match.Match(q.Matcher, v, subject)) > 0 {
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

func decibels(f float64) spec.Decibels { return spec.Decibels(hundredths(f)) }
func percent(f float64) spec.Percent   { return spec.Percent(hundredths(100 * f)) }

// partOf rounds how much of a stream is of some kind: a little of it does not
// become nothing, nor all but a little the whole.
func partOf(f float64) spec.Percent {
	p := percent(f)
	switch {
	case p == 0 && f > 0:
		return 0.01
	case p == 100 && f < 1:
		return 99.99
	}
	return p
}

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
	return match.Show(v)
}

// of makes what a check is held against of a measurement.
func of(value any, err error) measured { return measured{values: []any{value}, err: err} }
