package assertions

import (
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/spec"
)

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
