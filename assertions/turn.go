package assertions

import (
	"errors"
	"fmt"
	"time"

	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// Talk is the two sides of an exchange, which the checks of a turn look at.
type Talk struct {
	Caller, Bot trace.Stream
	From        time.Duration   // what response and first_audio count from if Asked
	Asked       bool            // whether the suite gives From
	Cleared     []time.Duration // when the bot ordered us to throw away its audio that had not played
	Stopped     []time.Duration // when the bot's side said that its stream had ended
	Late        time.Duration   // how late this process was meanwhile; 0 if within the bound
}

// Why a measure of a turn cannot be made.
var (
	errNothing      = errors.New("nothing was said")
	errTooLate      = errors.New("there is no speech in the first 3 s")
	errNotTalking   = errors.New("the bot was not speaking when the caller began")
	errNeverTold    = errors.New("neither a clear nor a stop came")
	errUnknownSound = errors.New("opaque audio cannot be heard")
)

// Turn makes the bound checks of one turn. A figure that cannot be measured, or
// is negative, fails. A figure that fails by not more than Late is inconclusive,
// because this process may have moved it.
func Turn(t *spec.Turn, talk Talk) []trace.Check {
	e := &exchange{Talk: talk}
	var checks []trace.Check
	for _, c := range t.Checks {
		checks = append(checks, e.judge(c, turnMeasures[c.Row.Path](e)))
	}
	return checks
}

// exchange is a turn that is measured. A figure that several measures need is
// made for the first of them, and kept.
type exchange struct {
	Talk
	both        kept[voices]
	interrupted kept[interruption]
}

// span is one measure of a turn, or why it cannot be made.
type span struct {
	time.Duration
	at   measure.Span // the stretch of time that was measured; zero if that is no single one
	note string       // told after the duration
	err  error
}

// turnMeasures is the registry of measures. It has one for each row of
// [spec.TurnRows].
var turnMeasures = map[string]func(*exchange) span{
	"response":            func(e *exchange) span { return stretch(e.response()) },
	"first_audio":         func(e *exchange) span { return stretch(e.firstAudio()) },
	"over_talk":           ofVoices(func(v voices) span { return span{Duration: overlap(v.caller, v.bot)} }),
	"dead_air":            ofVoices(func(v voices) span { return stretch(longestGap(v.caller, v.bot), nil) }),
	"barge_in.heard":      ofInterruption(func(i interruption) span { return stretch(after(i.onset, i.heard), nil) }),
	"barge_in.told":       ofInterruption(func(i interruption) span { return stretch(after(i.onset, i.told), i.notTold) }),
	"barge_in.last_chunk": ofInterruption(func(i interruption) span { return stretch(after(i.onset, i.lastChunk), nil) }),
	"barge_in.ahead":      ofInterruption(func(i interruption) span { return stretch(after(i.onset+i.lastChunk, i.ahead), nil) }),
}

// stretch is the measure of how long a stretch of time is.
func stretch(at measure.Span, err error) span {
	return span{Duration: at.End - at.Start, at: at, err: err}
}

// after gives the stretch of a length that begins at a time.
func after(from, length time.Duration) measure.Span {
	return measure.Span{Start: from, End: from + length}
}

// judge holds a measure against the matcher of its check.
func (e *exchange) judge(asked spec.TurnCheck, s span) trace.Check {
	want, d := asked.Want.Matcher, s.Round(time.Microsecond)
	c := trace.Check{Pos: asked.Pos, Subject: asked.Row.Subject(), Verdict: trace.Failed, Expected: match.Describe(want)}
	if s.err != nil {
		c.Actual = "not measurable: " + s.err.Error()
		return c
	}
	c.Actual, c.Figure, c.From, c.Until = shown(want, d)+s.note, figure(d, want), s.at.Start, s.at.End
	switch {
	case d < 0:
		c.Actual += " (the wrong way round)"
	case len(match.Match(want, d, c.Subject)) == 0:
		c.Verdict = trace.Passed
	case nearly(d, e.Late, spans(want)):
		c.Verdict = trace.Inconclusive
	}
	return c
}

// nearly reports whether holds is true of a duration that differs from d by at
// most most. It tries every whole millisecond of difference, and most itself.
func nearly(d, most time.Duration, holds func(time.Duration) bool) bool {
	for off := time.Duration(0); most > 0; off = min(off+time.Millisecond, most) {
		if holds(d+off) || holds(d-off) {
			return true
		}
		if off == most {
			return false
		}
	}
	return false
}

// spans makes a test of a matcher that a negative duration fails.
func spans(m match.Matcher) func(time.Duration) bool {
	return func(d time.Duration) bool { return d >= 0 && len(match.Match(m, d, "")) == 0 }
}

// voices is the speech of both sides.
type voices struct{ caller, bot []measure.Span }

// ofVoices makes a measure of the speech of both sides.
func ofVoices(by func(voices) span) func(*exchange) span {
	return func(e *exchange) span {
		v, err := e.both.or(e.voices)
		if err != nil {
			return span{err: err}
		}
		return by(v)
	}
}

func (t Talk) voices() (voices, error) {
	caller, err := voice(t.Caller, nil)
	bot, botErr := voice(t.Bot, t.Cleared)
	return voices{caller, bot}, errors.Join(side("the caller", err), side("the bot", botErr))
}

func side(who string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %s", who, reason(err))
	}
	return nil
}

// begin gives the time that response and first_audio count from.
func (t Talk) begin() (time.Duration, error) {
	if t.Asked {
		return t.From, nil
	}
	spoken, err := voice(t.Caller, nil)
	if err != nil {
		return 0, side("the caller", err)
	}
	return spoken[len(spoken)-1].End, nil
}

// response gives the time from the end of the caller's speech until the bot's speech is heard.
func (t Talk) response() (measure.Span, error) {
	from, err := t.begin()
	if err != nil {
		return measure.Span{}, err
	}
	at, err := Point(t.Bot, "speech_start")
	return measure.Span{Start: from, End: at}, side("the bot", err)
}

// onsetWithin is how much of the bot's audio first_audio searches for speech.
const onsetWithin = 3 * time.Second

// firstAudio gives the time until the first chunk of the bot, plus the length of
// the silence before its speech.
func (t Talk) firstAudio() (measure.Span, error) {
	from, err := t.begin()
	if err != nil {
		return measure.Span{}, err
	}
	if len(t.Bot.Chunks) == 0 {
		return measure.Span{}, side("the bot", errNoAudio)
	}
	clip, err := t.Bot.Format.Decode(t.Bot.Octets)
	if err != nil {
		return measure.Span{}, side("the bot", err)
	}
	speech, err := measure.Speech(clip.Slice(0, min(onsetWithin, clip.Duration())))
	if errors.Is(err, measure.ErrSilent) {
		err = errTooLate
	}
	return measure.Span{Start: from, End: t.Bot.Chunks[0].At + speech.Start}, side("the bot", err)
}

// overlap gives how long two voices are heard at once.
func overlap(a, b []measure.Span) time.Duration {
	var sum time.Duration
	for len(a) > 0 && len(b) > 0 {
		sum += max(0, min(a[0].End, b[0].End)-max(a[0].Start, b[0].Start))
		if a[0].End < b[0].End {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return sum
}

// longestGap gives the longest time in which neither voice is heard, between the
// first and the last speech of both.
func longestGap(a, b []measure.Span) measure.Span {
	var longest measure.Span
	var end time.Duration
	for begun := false; len(a) > 0 || len(b) > 0; begun = true {
		from := &a
		if len(a) == 0 || len(b) > 0 && b[0].Start < a[0].Start {
			from = &b
		}
		next := (*from)[0]
		*from = (*from)[1:]
		if begun && next.Start-end > longest.End-longest.Start {
			longest = measure.Span{Start: end, End: next.Start}
		}
		end = max(end, next.End)
	}
	return longest
}
