package runner

import (
	"context"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/spec"
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
	within, err := s.within(step)
	if err != nil {
		return s.broken(step, err)
	}
	begin := s.now()
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	ev, err := c.Send(ctx, m, fragments)
	if err != nil {
		return s.unsent(step, "the message", begin, within, err)
	}
	s.label(step.As, eventLabel{event: ev})
	return nil
}

// content computes the message of a send.
func (s *script) content(a *spec.Send) (dialect.Message, error) {
	if a.Form != "file" {
		data, binary, err := a.Message(s.env())
		return dialect.Message{Binary: binary, Data: data}, err
	}
	_, data, err := s.named(&a.Text, s.env())
	if err != nil {
		return dialect.Message{}, err
	}
	m := dialect.Message{Binary: !isText(a, data), Data: data}
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
		return m, complaint(a.Window.Pos, "", "there is nothing to see of an empty file")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m.Data = around(data, s.windows[a]*step, length)
	s.windows[a]++
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
