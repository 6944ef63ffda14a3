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

// Talk is what the checks of a turn look at.
type Talk struct {
	Caller, Bot trace.Stream
	From        time.Duration   // what response and first_audio count from, if Asked
	Asked       bool            // whether From is said
	Cleared     []time.Duration // when the bot had what we held of its audio thrown away
	Stopped     []time.Duration // when the bot's stream was said to have ended
	Late        time.Duration   // how late this process was meanwhile; 0 within the bound
}

// Why a measure of a turn cannot be made.
var (
	errNothing      = errors.New("nothing was said")
	errTooLate      = errors.New("there is no speech in the first 3 s")
	errNotTalking   = errors.New("the bot was not speaking when the caller began")
	errNeverTold    = errors.New("neither a clear nor a stop came")
	errUnknownSound = errors.New("opaque audio cannot be heard")
)

// Turn makes the bound checks of one turn. What cannot be measured, or is
// negative, fails. A figure that would do if it were up to Late greater or less
// is inconclusive: this process may be what moved it.
func Turn(t *spec.Turn, talk Talk) []trace.Check {
	j := &turnJury{late: talk.Late}
	j.check("turn.response", &t.Response, "", talk.response)
	j.check("turn.first_audio", &t.FirstAudio, "", talk.firstAudio)
	j.both(t, talk)
	j.bargeIn(&t.BargeIn, talk)
	return j.checks
}

// turnJury makes the checks of one turn.
type turnJury struct {
	late   time.Duration
	checks []trace.Check
}

func (j *turnJury) check(subject string, q *spec.Quantity, note string, measure func() (time.Duration, error)) {
	if !q.IsSet() {
		return
	}
	c := trace.Check{Pos: q.Pos, Subject: subject, Verdict: trace.Failed, Expected: match.Describe(q.Matcher)}
	defer func() { j.checks = append(j.checks, c) }()
	d, err := measure()
	if err != nil {
		c.Actual = "not measurable: " + err.Error()
		return
	}
	d = d.Round(time.Microsecond)
	c.Actual, c.Figure = exactly(d)+note, figure(d, q.Matcher)
	switch {
	case d < 0:
		c.Actual += " (the wrong way round)"
	case len(match.Match(q.Matcher, d, subject)) == 0:
		c.Verdict = trace.Passed
	case nearly(q.Matcher, d, j.late):
		c.Verdict = trace.Inconclusive
	}
}

// nearly reports whether a matcher holds for a duration not further than most
// from d. Whole milliseconds are tried, and both ends.
func nearly(m match.Matcher, d, most time.Duration) bool {
	for off := time.Duration(0); most > 0; off = min(off+time.Millisecond, most) {
		if len(match.Match(m, d+off, "")) == 0 || d >= off && len(match.Match(m, d-off, "")) == 0 {
			return true
		}
		if off == most {
			return false
		}
	}
	return false
}

// both makes the checks that look at the speech of both sides.
func (j *turnJury) both(t *spec.Turn, talk Talk) {
	if !t.OverTalk.IsSet() && !t.DeadAir.IsSet() {
		return
	}
	caller, err := voice(talk.Caller, nil)
	bot, botErr := voice(talk.Bot, talk.Cleared)
	err = errors.Join(side("the caller", err), side("the bot", botErr))
	j.check("turn.over_talk", &t.OverTalk, "", func() (time.Duration, error) { return overlap(caller, bot), err })
	j.check("turn.dead_air", &t.DeadAir, "", func() (time.Duration, error) { return longestGap(caller, bot), err })
}

func side(who string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %s", who, reason(err))
	}
	return nil
}

// begin is what response and first_audio count from.
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

// response is how long after the caller's speech the bot's is heard.
func (t Talk) response() (time.Duration, error) {
	from, err := t.begin()
	if err != nil {
		return 0, err
	}
	at, err := Point(t.Bot, "speech_start")
	return at - from, side("the bot", err)
}

// onsetWithin is how much of the audio first_audio searches.
const onsetWithin = 3 * time.Second

// firstAudio is the time until the first chunk of the bot, and on through the
// silence before its speech.
func (t Talk) firstAudio() (time.Duration, error) {
	from, err := t.begin()
	if err != nil {
		return 0, err
	}
	if len(t.Bot.Chunks) == 0 {
		return 0, side("the bot", errNoAudio)
	}
	clip, err := t.Bot.Format.Decode(t.Bot.Octets)
	if err != nil {
		return 0, side("the bot", err)
	}
	speech, err := measure.Speech(clip.Slice(0, min(onsetWithin, clip.Duration())))
	if errors.Is(err, measure.ErrSilent) {
		err = errTooLate
	}
	return t.Bot.Chunks[0].At + speech.Start - from, side("the bot", err)
}

// overlap is how long both of two voices are heard at once.
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

// longestGap is the longest stretch between the first and the last speech of
// two voices in which neither is heard.
func longestGap(a, b []measure.Span) time.Duration {
	var longest, end time.Duration
	for begun := false; len(a) > 0 || len(b) > 0; begun = true {
		from := &a
		if len(a) == 0 || len(b) > 0 && b[0].Start < a[0].Start {
			from = &b
		}
		next := (*from)[0]
		*from = (*from)[1:]
		if begun {
			longest = max(longest, next.Start-end)
		}
		end = max(end, next.End)
	}
	return longest
}
