package runner

import (
	"context"
	"fmt"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
)

// sendMedia begins a stream.
func (s *script) sendMedia(ctx context.Context, step *spec.Step, a *spec.SendMedia) *problem {
	c, p := s.connection(step)
	if p != nil {
		return p
	}
	o, err := s.streamOptions(a)
	if err != nil {
		return s.broken(step, err)
	}
	out, err := c.SendMedia(ctx, o)
	if err != nil && ctx.Err() != nil {
		return s.ranOut(ctx, step, "in this step", nil)
	}
	if err != nil {
		return s.broken(step, err)
	}
	s.names.put(step.As, streamLabel{at: out.Record().Start, live: out.Record})
	s.names.began(step.As, out.Done())
	if !a.Wait {
		return nil
	}
	select {
	case <-out.Done():
		return nil
	case <-ctx.Done():
		return s.ranOut(ctx, step, "while streaming", nil)
	}
}

// streamOptions computes how a stream is sent.
func (s *script) streamOptions(a *spec.SendMedia) (o session.StreamOptions, err error) {
	env := s.env()
	if o.Tag, err = a.Tag.In(env); err != nil {
		return o, err
	}
	if o.Encoding, err = a.Encoding.In(env); err != nil {
		return o, err
	}
	if o.Chunk, err = a.Chunk.In(env); err != nil {
		return o, err
	}
	if o.Speed, err = a.Speed.Or(env, 1); err != nil {
		return o, err
	}
	gain, err := a.Gain.In(env)
	if err != nil {
		return o, err
	}
	custom, err := a.Custom.Bind(env)
	if err != nil {
		return o, err
	}
	o.Custom, o.Loop, o.Silence = custom.Value(), a.Loop, a.KeepAlive == "silence"
	if a.From.Kind == "connection" {
		return s.bridge(o, a)
	}
	// Values are computed now, when the step begins; the audio once its format is
	// known.
	if a.From.Kind == "file" {
		path, err := a.From.File.In(env)
		o.Source = func(format media.Format) ([]byte, error) { return s.sounds.recording(&a.From, path, gain, format) }
		return o, err
	}
	source, err := s.sounds.source(&a.From, env)
	o.Source = func(format media.Format) ([]byte, error) { return encode(source, gain, format) }
	return o, err
}

func (s *script) bridge(o session.StreamOptions, a *spec.SendMedia) (session.StreamOptions, error) {
	name, err := a.From.Connection.In(s.env())
	if err != nil {
		return o, err
	}
	if o.FromTag, err = a.From.Tag.In(s.env()); err != nil {
		return o, err
	}
	if o.From = s.find(name); o.From == nil {
		return o, diag.Diagnostic{Pos: a.From.Connection.Pos, Message: fmt.Sprintf("there is no connection %q", name)}
	}
	return o, nil
}

// stopMedia ends a stream.
func (s *script) stopMedia(step *spec.Step, a *spec.StopMedia) *problem {
	c, p := s.connection(step)
	if p != nil {
		return p
	}
	tag, err := a.Tag.In(s.env())
	if err != nil {
		return s.broken(step, err)
	}
	if a.Label.Text != "" {
		l, ok := s.names.labelled(a.Label.Text)
		if !ok {
			return s.mistaken(step, step.Pos, fmt.Sprintf("the label %q does not exist: its step was not carried out", a.Label.Text))
		}
		stream, ok := l.stream()
		if !ok || !stream.Sent {
			return s.mistaken(step, step.Pos, fmt.Sprintf("the label %q is no stream that is sent", a.Label.Text))
		}
		tag = stream.Tag
	}
	if err := c.StopMedia(tag); err != nil {
		return s.fails(step, step.Pos, err.Error(), nil)
	}
	return nil
}

// order sends what the dialect has for a mark, a clear or keys.
func (s *script) order(ctx context.Context, step *spec.Step, value *spec.Value[string],
	give func(f *dialect.Flow, at time.Duration, value string) (dialect.Received, error)) *problem {
	c, p := s.connection(step)
	if p != nil {
		return p
	}
	text, err := value.In(s.env())
	if err != nil {
		return s.broken(step, err)
	}
	err = c.Order(ctx, func(f *dialect.Flow, at time.Duration) (dialect.Received, error) { return give(f, at, text) })
	if err != nil && ctx.Err() != nil {
		return s.ranOut(ctx, step, "in this step", nil)
	}
	if err != nil {
		return s.broken(step, err)
	}
	return nil
}

func giveMark(f *dialect.Flow, _ time.Duration, name string) (dialect.Received, error) {
	messages, err := f.Mark(name)
	return dialect.Received{Replies: messages}, err
}

func giveClear(f *dialect.Flow, at time.Duration, tag string) (dialect.Received, error) {
	return f.Clear(at, tag)
}

func giveDTMF(f *dialect.Flow, _ time.Duration, digits string) (dialect.Received, error) {
	messages, err := f.DTMF(digits)
	return dialect.Received{Replies: messages}, err
}
