package assertions

import (
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// similar compares with the reference. Every check of the whole tells the same
// figures: together they say what happened to the audio. If one fails, a
// diagnosis says it in words.
func (j *jury) similar(s *spec.SimilarTo) {
	if !s.Source.IsSet() {
		return
	}
	first := len(j.checks)
	like, err := j.compare()
	j.likeness(s, like, err)
	j.drift(s, like, err)
	j.frames(s, like, err)
	j.diagnose(first, like)
}

// compare compares the audio with the reference.
func (j *jury) compare() (*measure.Comparison, error) {
	reference := j.heard.Reference
	if reference.Err != nil {
		return nil, fmt.Errorf("the reference: %w", reference.Err)
	}
	if _, err := measure.Level(reference.Clip); err != nil {
		return nil, fmt.Errorf("the reference: %w", err)
	}
	clip, err := j.clip()
	if err != nil {
		return nil, err
	}
	return measure.Compare(reference.Clip, clip)
}

func (j *jury) likeness(s *spec.SimilarTo, c *measure.Comparison, err error) {
	var like measure.Similarity
	var delay time.Duration
	if err == nil {
		like = c.Similarity
		delay = (j.heard.heardAt(like.Delay) - j.heard.Reference.Start).Round(time.Microsecond)
	}
	figures := fmt.Sprintf("score %s, delay %s, gain %s, snr %s, si_sdr %s", percent(like.Score), exactly(delay),
		decibels(like.Gain), decibels(like.SNR), decibels(like.SISDR))
	polarity := spec.SamePolarity
	if like.Inverted {
		polarity = spec.ReversedPolarity
		figures += ", polarity reversed"
	}
	told := func(v any) measured { return measured{values: []any{v}, text: figures, err: err} }
	j.check("similar_to.score", &s.Score, told(percent(like.Score)))
	heard := told(delay)
	heard.timing = true
	heard.refused = delay < 0 && !s.Delay.Matcher.HasLowerBound() // it began before the reference: no delay at all
	j.check("similar_to.delay", &s.Delay, heard)
	j.check("similar_to.gain", &s.Gain, told(decibels(like.Gain)))
	j.check("similar_to.polarity", &s.Polarity, told(polarity))
	j.check("similar_to.snr", &s.SNR, told(decibels(like.SNR)))
	j.check("similar_to.si_sdr", &s.SISDR, told(decibels(like.SISDR)))
	j.check("similar_to.segmental_snr", &s.SegmentalSNR, of(decibels(like.SegmentalSNR), err))
	j.check("similar_to.spectral_distance", &s.SpectralDistance, of(decibels(like.SpectralDistance), err))
}

func (j *jury) drift(s *spec.SimilarTo, c *measure.Comparison, err error) {
	if !s.Drift.IsSet() {
		return
	}
	var drift float64
	if err == nil {
		drift, err = c.Drift()
	}
	j.check("similar_to.drift", &s.Drift, of(spec.PPM(hundredths(drift)), err))
}

// frames looks at what became of the chunks of the reference.
func (j *jury) frames(s *spec.SimilarTo, c *measure.Comparison, err error) {
	if !s.AsksFrames() {
		return
	}
	var f measure.Frames
	if err == nil {
		f, err = c.Frames(j.heard.chunk())
	}
	count := func(at []time.Duration) measured {
		m := of(len(at), err)
		m.text = counted(len(at), at)
		return m
	}
	spoilt := slices.Sorted(slices.Values(slices.Concat(f.Blank, f.Damaged)))
	j.check("similar_to.lost", &s.Lost, count(f.Lost))
	j.check("similar_to.damaged", &s.Damaged, count(spoilt))
	j.check("similar_to.repeated", &s.Repeated, count(f.Repeated))
	j.check("similar_to.reordered", &s.Reordered, count(f.Reordered))
	j.check("similar_to.inserted", &s.Inserted, count(f.Inserted))
}

// diagnose says in words what is wrong with the audio if one of the checks from
// the first on failed.
func (j *jury) diagnose(first int, c *measure.Comparison) {
	failed := func(c AudioCheck) bool { return c.Verdict == trace.Failed }
	at := slices.IndexFunc(j.checks[first:], failed)
	if at < 0 {
		return
	}
	var found []measure.Finding
	switch clip, err := j.clip(); {
	case c != nil:
		found = c.Diagnose(j.heard.chunk())
	case err == nil && j.heard.Reference.Err == nil:
		found = measure.Diagnose(j.heard.Reference.Clip, clip, j.heard.chunk())
	}
	for _, f := range found {
		j.checks[first+at].Diagnosis = append(j.checks[first+at].Diagnosis, f.Name+": "+f.Text)
	}
}

// chunk is the length of a chunk of the stream, where that is a usual one.
func (h Heard) chunk() time.Duration {
	const least, most, ordinary = 10 * time.Millisecond, 60 * time.Millisecond, 20 * time.Millisecond
	if d := usual(h.timed(0)); d >= least && d <= most {
		return d
	}
	return ordinary
}
