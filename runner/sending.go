package runner

import (
	"context"
	"errors"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// sending is what a step that sends has to know before it does.
type sending struct {
	what     string // for complaints, such as "the message"
	octets   int    // how many there are, at least
	made     bool   // made by hand: a peer that hangs up on them in the middle may be right
	waits    time.Duration
	delivery wire.Delivery
}

// sends carries out a step that sends, within its time, and labels what it sent. What the script itself waits for is not taken from
// that time.
func (s *script) sends(ctx context.Context, step *spec.Step, o sending, send func(context.Context) (trace.Event, error)) *problem {
	within, err := s.within(step)
	if err != nil {
		return s.broken(step, err)
	}
	within += o.waits + pauses(o.delivery, o.octets)
	begin := s.now()
	sending, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	ev, err := send(sending)
	if err != nil && ctx.Err() != nil {
		return s.ranOut(ctx, step, "in this step", []diag.Detail{{Label: "blocked", Text: err.Error()}})
	}
	hungUp := o.made && ev.Connection != "" && !errors.Is(err, context.DeadlineExceeded)
	if err != nil && !hungUp {
		return s.unsent(sending, step, o.what, begin, within, err)
	}
	s.names.put(step.As, eventLabel{event: ev})
	return nil
}

// pauses is how long the delivery of octets waits between writes.
func pauses(d wire.Delivery, octets int) time.Duration {
	if d.Chop <= 0 || d.Delay <= 0 {
		return 0
	}
	return time.Duration(octets/d.Chop+1) * d.Delay
}

// delivery computes in which pieces a step writes.
func (s *script) delivery(step *spec.Step) (wire.Delivery, error) {
	w, err := step.Write.In(s.env())
	return wire.Delivery{PerFrame: w.PerFrame, Chop: w.Chop, Delay: w.Delay}, err
}
