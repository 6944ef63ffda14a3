package runner

import (
	"context"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// send sends one message.
func (s *script) send(ctx context.Context, step *spec.Step, a *spec.Send) *problem {
	c, p := s.connection(step)
	if p != nil {
		return p
	}
	m, err := s.content(a)
	if err != nil {
		return s.broken(step, err)
	}
	fragments, err := a.Fragments.Sizes(s.env(), len(m.Data))
	if err != nil {
		return s.broken(step, err)
	}
	delivery, err := s.delivery(step)
	if err != nil {
		return s.broken(step, err)
	}
	o := sending{what: "the message", octets: len(m.Data), delivery: delivery}
	return s.sends(ctx, step, o, func(ctx context.Context) (trace.Event, error) {
		return c.Send(ctx, m, wire.SendOptions{Fragments: fragments, Delivery: delivery})
	})
}

// content computes the message of a send.
func (s *script) content(a *spec.Send) (dialect.Message, error) {
	data, err := a.In(s.env(), s.Reader(s.env()))
	if err != nil {
		return dialect.Message{}, err
	}
	m := dialect.Message{Binary: !a.IsText(data), Data: data}
	if a.Window == nil {
		return m, nil
	}
	length, err := a.Window.Length.In(s.env())
	if err != nil {
		return m, err
	}
	step, err := a.Window.Step.Or(s.env(), length)
	if err != nil {
		return m, err
	}
	if len(data) == 0 {
		return m, diag.New(a.Window.Pos, "", "a window of an empty file has no octets")
	}
	m.Data = around(data, s.names.window(a)*step, length)
	return m, nil
}

// around gives a stretch of data that goes round without end.
func around(data []byte, from, length int) []byte {
	out := make([]byte, 0, length)
	for from %= len(data); len(out) < length; from = 0 {
		out = append(out, data[from:min(len(data), from+length-len(out))]...)
	}
	return out
}
