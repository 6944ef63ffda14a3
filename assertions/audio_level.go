package assertions

import (
	"math"

	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/spec"
)

// hear measures the audio, if it could be decoded.
func hear[T any](j *jury, by func(media.Clip) (T, error)) (T, error) {
	clip, err := j.clip()
	if err != nil {
		var none T
		return none, err
	}
	return by(clip)
}

func (j *jury) level(a *spec.Audio) {
	if a.Level.IsSet() {
		level, err := hear(j, measure.Level)
		j.check("level", &a.Level, of(decibels(level), err))
	}
	if a.Peak.IsSet() {
		peak, err := hear(j, measure.Peak)
		j.check("peak", &a.Peak, of(decibels(peak), err))
	}
	if a.Loudness.IsSet() {
		loud, err := hear(j, measure.Loudness)
		j.check("loudness", &a.Loudness, of(spec.LUFS(hundredths(loud.Integrated)), err))
	}
	if a.Silence.Share.IsSet() || a.Silence.Longest.IsSet() {
		j.silence(&a.Silence)
	}
}

func (j *jury) silence(s *spec.Silence) {
	threshold, said := s.Threshold.Known()
	if !said {
		threshold = spec.DefaultThreshold
	}
	quiet, err := hear(j, func(c media.Clip) (measure.Quiet, error) { return measure.Silence(c, float64(threshold)) })
	j.check("silence.share", &s.Share, of(partOf(quiet.Ratio), err))
	j.check("silence.longest", &s.Longest, of(quiet.Longest, err))
}

// faults looks for what no audio should have.
func (j *jury) faults(a *spec.Audio) {
	if a.Clipping.Share.IsSet() || a.Clipping.Longest.IsSet() {
		clipped, err := hear(j, measure.Clipping)
		j.check("clipping.share", &a.Clipping.Share, of(partOf(clipped.Share), err))
		j.check("clipping.longest", &a.Clipping.Longest, of(clipped.Longest, err))
	}
	if a.DCOffset.IsSet() {
		offset, err := hear(j, measure.DCOffset)
		j.check("dc_offset", &a.DCOffset, of(percent(math.Abs(offset)), err))
	}
	if a.Clicks.IsSet() {
		clicks, err := hear(j, measure.Clicks)
		m := of(len(clicks), err)
		m.text = counted(len(clicks), clicks)
		j.check("clicks", &a.Clicks, m)
	}
}
