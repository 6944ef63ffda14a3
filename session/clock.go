package session

import (
	"context"
	"time"
)

// Clock is how a run waits: in the most exact way of this machine ([Precise]), or with
// timers ([Timers]), which work in the fake time of tests.
type Clock struct {
	Name string // in reports
	Wait Wait
	Beat Beat // nil: Wait is called before each beat
}

// Wait returns nil at a point in time. If ctx ends earlier it returns ctx's error.
type Wait func(ctx context.Context, until time.Time) error

// Beat calls beat at a point in time, and then at each time that beat returns, until
// beat reports that there are no more. It returns nil after the last call, or ctx's
// error if ctx ended the calls. A beat must not wait for anything, because one thread
// may call the beats of all streams.
type Beat func(ctx context.Context, at time.Time, beat func() (next time.Time, more bool)) error

// TimerName is the name in reports of the clock that waits with [Timer].
const TimerName = "timer"

// Timers returns the clock that waits with [Timer].
func Timers() Clock { return Clock{Name: TimerName, Wait: Timer} }

// Timer is the [Wait] with a timer of the runtime. It checks ctx first, so that a
// cancelled wait returns ctx's error even if its time has already passed.
func Timer(ctx context.Context, until time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := time.NewTimer(time.Until(until))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// beats is a [Beat] that waits before each call.
func (w Wait) beats(ctx context.Context, at time.Time, beat func() (next time.Time, more bool)) error {
	for more := true; more; {
		if err := w(ctx, at); err != nil {
			return err
		}
		at, more = beat()
	}
	return nil
}

// beat is the clock's own Beat, or one made of Wait if it has none.
func (c Clock) beat(ctx context.Context, at time.Time, beat func() (next time.Time, more bool)) error {
	if c.Beat == nil {
		return c.Wait.beats(ctx, at, beat)
	}
	return c.Beat(ctx, at, beat)
}
