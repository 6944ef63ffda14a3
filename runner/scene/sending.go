package scene

import (
	"context"
	"errors"
	"time"

	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// sending is what has to be known of something before it is sent.
type sending struct {
	what     string        // for complaints, such as "the message"
	octets   int           // how many there are, at least
	made     bool          // made by hand: a peer that hangs up in the middle of them may be right
	waits    time.Duration // in it, which the suite asks for
	delivery wire.Delivery
	message  match.Decoder // reads a message of Protocol Buffers for the label; else nil
}

// send sends something within the time of the step, and labels what was sent. What the
// suite itself waits for comes on top of that time.
func (t *task) send(ctx context.Context, o sending, send func(context.Context) (trace.Event, error)) *problem {
	within, err := t.within()
	if err != nil {
		return t.broken(err)
	}
	within += o.waits + pauses(o.delivery, o.octets)
	w := t.beginsToWrite(within)
	sending, cancel := w.bound(ctx, nil)
	defer cancel()
	ev, err := send(sending)
	if err != nil && ctx.Err() != nil {
		return t.ranOut(ctx, "in this step", blocked(err))
	}
	hungUp := o.made && ev.Connection != "" && !errors.Is(err, context.DeadlineExceeded)
	if err != nil && !hungUp {
		return t.unsent(sending, o.what, w, err)
	}
	t.label(eventLabel{event: ev, message: o.message})
	return t.belated(w.patience, t.now(), o.what+" was written")
}

// pauses is how long the delivery of octets waits between writes.
func pauses(d wire.Delivery, octets int) time.Duration {
	if d.Chop <= 0 || d.Delay <= 0 {
		return 0
	}
	return time.Duration(octets/d.Chop+1) * d.Delay
}
