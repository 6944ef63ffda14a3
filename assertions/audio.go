package assertions

import (
	"time"

	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// Audio makes the checks of one stream. A measurement that cannot be made
// fails its check; it is never taken for zero.
func Audio(a *spec.Audio, s trace.Stream) []trace.Check {
	var checks []trace.Check
	add := func(subject string, m *spec.Matcher, measured any, err error) {
		if m == nil {
			return
		}
		if err != nil {
			checks = append(checks, trace.Check{Pos: m.Pos, Subject: subject, Verdict: trace.Failed, Expected: Describe(*m), Actual: "not measurable: " + err.Error()})
			return
		}
		c := trace.Check{Pos: m.Pos, Subject: subject, Verdict: trace.Passed, Expected: Describe(*m), Actual: show(measured)}
		if len(Match(*m, measured, subject)) > 0 {
			c.Verdict = trace.Failed
		}
		checks = append(checks, c)
	}
	add("duration", a.Duration, duration(s), nil)
	if a.Level != nil {
		level, err := level(s)
		add("level", a.Level, level, err)
	}
	return checks
}

func duration(s trace.Stream) time.Duration { return s.Format.Duration(len(s.Octets)) }

func level(s trace.Stream) (float64, error) {
	clip, err := clipOf(s)
	if err != nil {
		return 0, err
	}
	return measure.Level(clip)
}

func clipOf(s trace.Stream) (media.Clip, error) { return s.Format.Decode(s.Octets) }
