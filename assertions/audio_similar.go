package assertions

import (
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/spec"
)

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
