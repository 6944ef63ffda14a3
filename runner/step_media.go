package runner

import (
	"context"

	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
)

// sendMedia begins a stream.
func (s *scene) sendMedia(ctx context.Context, step *spec.Step, a *spec.SendMedia) *problem {
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
	out, err := c.SendMedia(ctx, s.clips[path], o)
	if err != nil {
		return s.broken(step, err)
	}
	if step.As != "" {
		s.labels[step.As] = label{stream: out.Record}
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
