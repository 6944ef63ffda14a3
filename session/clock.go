package session

import (
	"context"
	"time"
)

// Clock is how a run waits: the most exact way of this machine ([Precise]), or
// in tests one that fake time can see ([Timer]).
type Clock struct {
	Name string // in reports
	Wait Wait
	Beat Beat // nil: Wait, again and again
}

// Wait returns at a point in time, or earlier with the context's error.
type Wait func(ctx context.Context, until time.Time) error

// Beat calls beat at a point in time and then at each that beat gives, one
// after the other, until it gives no more. It returns when the last call has,
// with the context's error if that ended it. A beat must not wait for anything:
// it may be called on the one thread that calls all others.
type Beat func(ctx context.Context, at time.Time, beat func() (next time.Time, more bool)) error

// TimerName is what waiting on [Timer] is called in reports.
const TimerName = "timer"

// Timers is the clock that waits on [Timer].
func Timers() Clock { return Clock{Name: TimerName, Wait: Timer} }

// Timer waits on a timer of the runtime. It looks at ctx first: a wait that was
// given up returns the context's error even if its time has passed.
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

// beats is Beat by waiting again and again.
func (w Wait) beats(ctx context.Context, at time.Time, beat func() (next time.Time, more bool)) error {
	for more := true; more; {
		if err := w(ctx, at); err != nil {
			return err
		}
		at, more = beat()
	}
	return nil
}

// beat is Beat, whether or not the clock has one of its own.
func (c Clock) beat(ctx context.Context, at time.Time, beat func() (next time.Time, more bool)) error {
	if c.Beat == nil {
		return c.Wait.beats(ctx, at, beat)
	}
	return c.Beat(ctx, at, beat)
}
