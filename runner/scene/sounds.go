package scene

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/plan/files"
	"github.com/duologue/duologue/spec"
)

// sounds makes the audio that a scenario sends and that it compares with. Its only state
// is its place in the random numbers, from which everything comes that the scenario draws.
// Branches share it.
type sounds struct {
	plan      *plan.Scenario
	random    rand.Source
	measuring *Measuring
}

// clip gives a file of the suite.
func (s *sounds) clip(path string) (files.Clip, error) { return s.plan.Clip(path) }

// recording gives a file of the suite as a stream sends it.
func (s *sounds) recording(a *spec.Source, path string, gain float64, format media.Format) ([]byte, error) {
	return s.plan.Recording(a.File.Pos, path, files.Rendering{Format: format, Gain: gain})
}

// signal makes audio at a rate.
type signal func(rate media.Rate) (media.Clip, error)

// source computes the values of a source and gives what makes its audio.
func (s *sounds) source(a *spec.Source, env expr.Env) (signal, error) {
	level, err := a.Level.Or(env, spec.DefaultLevel)
	if err != nil {
		return nil, err
	}
	d, err := a.Duration.In(env)
	if err != nil {
		return nil, err
	}
	if d > media.MaxSource {
		return nil, diag.Diagnostic{Pos: a.Duration.Pos, Message: fmt.Sprintf("a source lasts at most %s", media.MaxSource)}
	}
	switch a.Kind {
	case "file":
		return s.fileSource(a, env)
	case "list":
		return s.listSource(a, env)
	case "tone":
		f, err := a.Frequency.In(env)
		return func(r media.Rate) (media.Clip, error) { return media.Tone(f, d, level, r), nil }, err
	case "sweep":
		return s.sweepSource(a, env, d, level)
	case "noise":
		seed := s.random.Uint64()
		return func(r media.Rate) (media.Clip, error) { return media.Noise(d, level, seed, r), nil }, nil
	case "dtmf":
		digits, err := a.Digits.In(env)
		return func(r media.Rate) (media.Clip, error) { return media.DTMF(digits, level, r) }, err
	}
	return func(r media.Rate) (media.Clip, error) { return media.Silence(d, r), nil }, nil
}

func (s *sounds) fileSource(a *spec.Source, env expr.Env) (signal, error) {
	path, err := a.File.In(env)
	if err != nil {
		return nil, err
	}
	c, err := s.clip(path)
	if err != nil {
		return nil, diag.Diagnostic{Pos: a.File.Pos, Message: fmt.Sprintf("read %q: %v", path, err)}
	}
	return func(media.Rate) (media.Clip, error) { return c.Clip, nil }, nil
}

func (s *sounds) sweepSource(a *spec.Source, env expr.Env, d time.Duration, level float64) (signal, error) {
	from, err := a.Sweep.From.In(env)
	if err != nil {
		return nil, err
	}
	to, err := a.Sweep.To.In(env)
	return func(r media.Rate) (media.Clip, error) { return media.Sweep(from, to, d, level, r), nil }, err
}

// listSource joins sources at the rate of the stream.
func (s *sounds) listSource(a *spec.Source, env expr.Env) (signal, error) {
	var parts []signal
	for i := range a.List {
		part, err := s.source(&a.List[i], env)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return func(r media.Rate) (media.Clip, error) {
		var clips []media.Clip
		for _, part := range parts {
			c, err := part(r)
			if err != nil {
				return c, err
			}
			clips = append(clips, media.Resample(c, r))
		}
		return media.Concat(r, clips...), nil
	}, nil
}

// encode makes audio and gives it as octets of a format.
func encode(source signal, gain float64, format media.Format) ([]byte, error) {
	clip, err := source(format.Rate)
	if err != nil {
		return nil, err
	}
	return format.Render(clip, gain)
}
