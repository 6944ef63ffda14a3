package runner

import (
	"context"
	"fmt"

	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
)

// sendMedia begins a stream.
func (s *script) sendMedia(ctx context.Context, step *spec.Step, a *spec.SendMedia) *problem {
	c, p := s.connection(step)
	if p != nil {
		return p
	}
	path, err := a.From.In(s.env())
	if err != nil {
		return s.broken(step, err)
	}
	var o session.StreamOptions
	if o.Tag, err = a.Tag.In(s.env()); err != nil {
		return s.broken(step, err)
	}
	if o.Encoding, err = a.Encoding.In(s.env()); err != nil {
		return s.broken(step, err)
	}
	custom, err := a.Custom.Bind(s.env())
	if err != nil {
		return s.broken(step, err)
	}
	o.Custom = custom.Value()
	clip, err := s.files.clip(s.suite.File, path)
	if err != nil {
		return s.broken(step, fmt.Errorf("read %q: %w", path, err))
	}
	out, err := c.SendMedia(ctx, clip.Clip, o)
	if err != nil {
		return s.broken(step, err)
	}
	s.label(step.As, streamLabel{at: s.now(), live: out.Record})
	if step.As != "" {
		s.mu.Lock()
		s.ends[step.As] = out.Done()
		s.mu.Unlock()
	}
	if !a.Wait {
		return nil
	}
	select {
	case <-out.Done():
		return nil
	case <-ctx.Done():
		return s.fails(step, step.Pos, "the scenario ran out of time while streaming", nil)
	}
}
