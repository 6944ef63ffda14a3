package scene

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
func sendMedia(ctx context.Context, t *task, a *spec.SendMedia) *problem {
	c, p := t.conn()
	if p != nil {
		return p
	}
	o, err := streamOptions(t, a)
	if err != nil {
		return t.broken(err)
	}
	out, err := c.SendMedia(ctx, o)
	if err != nil && ctx.Err() != nil {
		return t.ranOut(ctx, "in this step")
	}
	if err != nil {
		return t.broken(err)
	}
	t.label(streamLabel{at: out.Record().Start, live: out.Record})
	t.names.began(t.step.As, out.Done())
	if !a.Wait {
		return nil
	}
	select {
	case <-out.Done():
		return nil
	case <-ctx.Done():
		return t.ranOut(ctx, "while streaming")
	}
}

// streamOptions computes how a stream is sent.
func streamOptions(t *task, a *spec.SendMedia) (o session.StreamOptions, err error) {
	env := t.env()
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
		return bridge(t, o, a)
	}
	// Values are computed now, when the step begins; the audio once its format is
	// known.
	if a.From.Kind == "file" {
		path, err := a.From.File.In(env)
		o.Source = func(format media.Format) ([]byte, error) { return t.sounds.recording(&a.From, path, gain, format) }
		return o, err
	}
	source, err := t.sounds.source(&a.From, env)
	o.Source = func(format media.Format) ([]byte, error) { return encode(source, gain, format) }
	return o, err
}

func bridge(t *task, o session.StreamOptions, a *spec.SendMedia) (session.StreamOptions, error) {
	name, err := a.From.Connection.In(t.env())
	if err != nil {
		return o, err
	}
	tag, err := a.From.Tag.In(t.env())
	if err != nil {
		return o, err
	}
	from := t.desk.find(name)
	if from == nil {
		return o, diag.Diagnostic{Pos: a.From.Connection.Pos, Message: fmt.Sprintf("there is no connection %q", name)}
	}
	o.From = from.Received(tag)
	return o, nil
}

// stopMedia ends a stream.
func stopMedia(t *task, a *spec.StopMedia) *problem {
	c, p := t.conn()
	if p != nil {
		return p
	}
	tag, err := a.Tag.In(t.env())
	if err != nil {
		return t.broken(err)
	}
	if a.Label.Text != "" {
		l, ok := t.names.labelled(a.Label.Text)
		if !ok {
			return t.mistaken(t.step.Pos, fmt.Sprintf("the label %q does not exist: its step was not carried out", a.Label.Text))
		}
		stream, ok := l.stream()
		if !ok || !stream.Sent {
			return t.mistaken(t.step.Pos, fmt.Sprintf("the label %q is no stream that is sent", a.Label.Text))
		}
		tag = stream.Tag
	}
	if err := c.StopMedia(tag); err != nil {
		return t.fails(t.step.Pos, err.Error())
	}
	return nil
}

// order sends what the dialect has for a mark, a clear or keys.
func order(ctx context.Context, t *task, value *spec.Value[string],
	give func(f *dialect.Flow, at time.Duration, value string) (dialect.Received, error)) *problem {
	c, p := t.conn()
	if p != nil {
		return p
	}
	text, err := value.In(t.env())
	if err != nil {
		return t.broken(err)
	}
	err = c.Order(ctx, func(f *dialect.Flow, at time.Duration) (dialect.Received, error) { return give(f, at, text) })
	if err != nil && ctx.Err() != nil {
		return t.ranOut(ctx, "in this step")
	}
	if err != nil {
		return t.broken(err)
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
