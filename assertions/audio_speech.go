package assertions

import (
	"fmt"
	"strings"
	"time"

	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/spec"
)

func (j *jury) speech(s *spec.Speech) {
	if !s.Start.IsSet() && !s.Share.IsSet() && !s.Segments.IsSet() && !s.LongestPause.IsSet() {
		return
	}
	pause, said := s.Pause.Known()
	if !said {
		pause = spec.DefaultPause
	}
	talk, err := hear(j, func(c media.Clip) (measure.Talk, error) { return measure.Talking(c, pause) })
	var start time.Duration
	missing := err
	if len(talk.Spans) > 0 {
		start = talk.Spans[0].Start
	} else if err == nil {
		missing = errSpeechless
	}
	segments := of(len(talk.Spans), err)
	var starts []time.Duration
	for _, s := range talk.Spans {
		starts = append(starts, s.Start)
	}
	segments.text = counted(len(starts), starts)
	j.check("speech.start", &s.Start, of(start, missing))
	j.check("speech.share", &s.Share, of(partOf(talk.Share), err))
	j.check("speech.segments", &s.Segments, segments)
	j.check("speech.longest_pause", &s.LongestPause, of(talk.LongestPause, missing))
}

func (j *jury) tone(t *spec.Tone) {
	if !t.Frequency.IsSet() && !t.Share.IsSet() && !t.Level.IsSet() {
		return
	}
	tone, err := hear(j, measure.Tone)
	figures := fmt.Sprintf("%s, %s of the power, level %s", spec.Hertz(hundredths(tone.Frequency)), percent(tone.Share), decibels(tone.Level))
	told := func(value any) measured { return measured{values: []any{value}, text: figures, err: err} }
	j.check("tone.frequency", &t.Frequency, told(spec.Hertz(hundredths(tone.Frequency))))
	j.check("tone.share", &t.Share, told(percent(tone.Share)))
	j.check("tone.level", &t.Level, told(decibels(tone.Level)))
}

func (j *jury) dtmf(q *spec.Quantity) {
	if !q.IsSet() {
		return
	}
	digits, err := hear(j, measure.DTMF)
	var keys strings.Builder
	var starts []time.Duration
	for _, d := range digits {
		keys.WriteRune(d.Key)
		starts = append(starts, d.Span.Start)
	}
	m := of(keys.String(), err)
	m.text = fmt.Sprintf("%q", keys.String()) + places(starts)
	j.check("dtmf", q, m)
}

// counted tells a number of things, and where in the audio the first of them are.
func counted(n int, at []time.Duration) string { return fmt.Sprint(n) + places(at) }

func places(at []time.Duration) string {
	if len(at) == 0 {
		return ""
	}
	const most = 5
	var out []string
	for _, d := range at[:min(len(at), most)] {
		out = append(out, d.Round(time.Millisecond).String())
	}
	text := " at " + strings.Join(out, ", ")
	if len(at) > most {
		text += ", …"
	}
	return text
}
