package scene

import (
	"context"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// send sends one message.
func send(ctx context.Context, t *task, a *spec.Send) *problem {
	c, p := t.conn()
	if p != nil {
		return p
	}
	said, err := a.Given(t.env())
	if err != nil {
		return t.broken(err)
	}
	m, err := messageOf(t, said)
	if err != nil {
		return t.broken(err)
	}
	fragments, err := said.Fragments.Sizes(t.env(), len(m.Data))
	if err != nil {
		return t.broken(err)
	}
	delivery, err := t.delivery()
	if err != nil {
		return t.broken(err)
	}
	return t.send(ctx, sending{what: "the message", octets: len(m.Data), delivery: delivery, message: said.Message()}, func(ctx context.Context) (trace.Event, error) {
		return c.Send(ctx, m, wire.SendOptions{Fragments: fragments, Delivery: delivery})
	})
}

// messageOf computes the message of a step.
func messageOf(t *task, a *spec.Send) (dialect.Message, error) {
	data, err := t.payload(&a.Payload)
	if err != nil {
		return dialect.Message{}, err
	}
	m := dialect.Message{Binary: !a.IsText(data), Data: data}
	if a.Window == nil {
		return m, nil
	}
	length, err := a.Window.Length.In(t.env())
	if err != nil {
		return m, err
	}
	step, err := a.Window.Step.Or(t.env(), length)
	if err != nil {
		return m, err
	}
	if len(data) == 0 {
		return m, diag.New(a.Window.Pos, "", "a window of an empty file has no octets")
	}
	m.Data = around(data, t.names.window(t.step.Action)*step, length)
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
