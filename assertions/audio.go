package assertions

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// AudioCheck is one check of a stream. Timing says that it looks at when
// something came: if it fails, the lateness of this process may be the cause.
// Diagnosis says in words what is wrong with the audio, one line for each fault.
// It stands with the first check of likeness that failed.
type AudioCheck struct {
	trace.Check
	Timing    bool
	Diagnosis []string
}

// Audio makes all bound checks of one stream. A measurement that cannot be made
// fails its check; it is never taken for zero. Levels are rounded to 0.01 dB and
// shares to 0.01 % before they are judged, so that the verdict agrees with the
// figure that is shown.
func Audio(a *spec.Audio, h Heard) []AudioCheck {
	l := &listening{asked: a, heard: h}
	var checks []AudioCheck
	likeness := -1 // the first check of likeness that failed
	for _, c := range a.Checks {
		r := audioMeasures[c.Row.Path](l)
		if r.moot {
			continue
		}
		checks = append(checks, AudioCheck{Check: r.judge(c), Timing: c.Row.Of.Timed() && r.err == nil})
		if last := len(checks) - 1; likeness < 0 && c.Row.Of.Compares() && checks[last].Verdict == trace.Failed {
			likeness = last
		}
	}
	if likeness >= 0 {
		checks[likeness].Diagnosis = l.diagnosis()
	}
	return checks
}

// result is what was measured for one check: a value, or several that must all
// match, and how they are told.
type result struct {
	values []any
	text   string          // the values in words; "" for those of the first value
	at     []time.Duration // where in the audio the counted things are
	note   string          // what is told after the values
	of     int             // how many chunks there are, if the values are those of chunks: only values that do not match are told
	signed any             // the value with its sign, if the value itself has none; nil otherwise
	err    error           // why there is no value

	// Of a row with a plain value.
	expected string
	wrong    bool
	moot     bool // there is nothing to compare
}

// of makes a result of one value.
func of(value any) result { return result{values: []any{value}} }

// counted makes a result of the number of things that stand at these places in
// the audio.
func counted(at []time.Duration) result { return result{values: []any{len(at)}, at: at} }

// told gives the result in words.
func (r result) told() string {
	text := r.text
	if text == "" {
		text = exactly(r.values[0])
	}
	if len(r.at) > 0 {
		text += " at " + places(r.at)
	}
	return text + r.note
}

// judge holds a result against the matcher of its check.
func (r result) judge(asked spec.AudioCheck) trace.Check {
	want := asked.Want.Matcher
	c := trace.Check{Pos: asked.Pos, Subject: asked.Row.Path, Verdict: trace.Passed, Expected: r.expected}
	if asked.Want.IsSet() {
		c.Expected = match.Describe(want)
	}
	if r.err != nil {
		c.Verdict, c.Actual = trace.Failed, "not measurable: "+r.err.Error()
		return c
	}
	c.Actual = r.told()
	if len(r.values) == 1 {
		c.Figure = figure(r.values[0], want)
	}
	var wrong exceptions
	for k, v := range r.values {
		backwards := asked.Row.Of == spec.OfDelay && isNegative(v) && !want.HasLowerBound() // a negative delay: the audio began before the reference
		if backwards || len(match.Match(want, v, c.Subject)) > 0 {
			wrong.add(k, exactly(v))
		}
	}
	if r.of > 0 && wrong.count > 0 {
		c.Actual = wrong.text(r.of)
	}
	if r.wrong || wrong.count > 0 {
		c.Verdict = trace.Failed
	}
	return c
}

func isNegative(v any) bool {
	d, _ := v.(time.Duration)
	return d < 0
}

// Measurement is what the check of one row would judge, or why it cannot be
// measured.
type Measurement struct {
	Name   string
	Figure *trace.Figure // nil for a word; with Err only its unit has a meaning
	Word   string
	At     string // where in the audio the first of the counted things are
	Err    error
}

// Measure measures what is heard of a clip, with the default of every setting.
func Measure(c media.Clip) []Measurement {
	return (&listening{asked: &spec.Audio{}, clip: keptClip(c)}).measure(func(of spec.Aspect) bool { return of == spec.OfSound })
}

// MeasureAgainst compares a clip with a reference. chunk is the length of the
// pieces of the reference that may have been lost.
func MeasureAgainst(reference, c media.Clip, chunk time.Duration) []Measurement {
	l := &listening{asked: &spec.Audio{}, heard: Heard{Reference: Reference{Clip: reference}}, clip: keptClip(c), chunk: chunk}
	return l.measure(spec.Aspect.Compares)
}

func (l *listening) measure(wanted func(spec.Aspect) bool) []Measurement {
	var out []Measurement
	for _, row := range spec.AudioRows() {
		if !wanted(row.Of) {
			continue
		}
		r := audioMeasures[row.Path](l)
		value := cmp.Or(r.signed, r.values[0])
		word, _ := value.(string)
		out = append(out, Measurement{row.Path, Figure(value), word, places(r.at), r.err})
	}
	return out
}

// diagnosis says in words what is wrong with the audio, compared with its
// reference.
func (l *listening) diagnosis() []string {
	var found []measure.Finding
	switch clip, err := l.audio(); {
	case l.compared.err == nil:
		found = l.compared.value.Diagnose(l.pieceLength())
	case err == nil && l.heard.Reference.Err == nil:
		found = measure.Diagnose(l.heard.Reference.Clip, clip, l.pieceLength())
	}
	var out []string
	for _, f := range found {
		out = append(out, f.Name+": "+f.Text)
	}
	return out
}

// exceptions collects the chunks that differ from what is asked.
type exceptions struct {
	first int
	told  string
	count int
	other bool // they differ from one another, too
}

func (e *exceptions) add(k int, told string) {
	if e.count == 0 {
		e.first, e.told = k, told
	}
	e.other = e.other || told != e.told
	e.count++
}

// text tells the first of them. It counts chunks from 1.
func (e *exceptions) text(of int) string {
	switch {
	case e.count == of && !e.other && of > 1:
		return fmt.Sprintf("%s in all %d chunks", e.told, of)
	case e.count == 1:
		return fmt.Sprintf("%s in chunk %d of %d", e.told, e.first+1, of)
	}
	return fmt.Sprintf("%s in chunk %d of %d, and %d more", e.told, e.first+1, of, e.count-1)
}

// places tells the first five places.
func places(at []time.Duration) string {
	const most = 5
	var out []string
	for _, d := range at[:min(len(at), most)] {
		out = append(out, d.Round(time.Millisecond).String())
	}
	if len(at) > most {
		out = append(out, "…")
	}
	return strings.Join(out, ", ")
}

func decibels(f float64) spec.Decibels { return spec.Decibels(hundredths(f)) }
func percent(f float64) spec.Percent   { return spec.Percent(hundredths(100 * f)) }

// partOf rounds a share of a stream. A share of nearly nothing does not become 0
// %, and one of nearly everything does not become 100 %.
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
		return 0 // without the sign of -0
	}
	return f / 100
}

// exactly gives a measured value. Durations keep their microseconds. Rounded to
// the bound that it just missed, a value would puzzle the reader.
func exactly(v any) string {
	if d, ok := v.(time.Duration); ok {
		return d.Round(time.Microsecond).String()
	}
	return match.Show(v)
}
