package scene

import (
	"context"
	"errors"
	"time"
)

// bounded is a context with the time of a [patience]: its end is not known before. It has the
// values of another context and ends when that does.
type bounded struct {
	context.Context // what it has of the other, and the cause of its end
	over            context.Context
}

// overdue is why a bounded context has ended: the time was over. As the error of a context
// that is [context.DeadlineExceeded].
type overdue struct {
	of     error  // the time of what was over, for [errors.Is]; may be nil
	excuse string // we were late until then; "": we were not
}

// Error says that nothing came.
func (o *overdue) Error() string { return "the time is over, and nothing came" }

// Unwrap gives whose time it was.
func (o *overdue) Unwrap() error { return o.of }

// vain says why nothing is known though nothing came in the time of a bounded context, or
// gives "".
func vain(ctx context.Context) string {
	var o *overdue
	if errors.As(context.Cause(ctx), &o) {
		return o.excuse
	}
	return ""
}

// bound gives a context that ends when p does, and looks then at how late we were. of is
// whose time that is; it may be nil. The function that is returned ends the context.
func (p *patience) bound(parent context.Context, of error) (context.Context, context.CancelFunc) {
	inner, end := context.WithCancelCause(parent)
	over, tell := context.WithCancel(context.Background())
	alone := context.AfterFunc(inner, tell) // who sees the end of over sees its cause
	var timer *time.Timer
	made := make(chan struct{})
	timer = time.AfterFunc(p.left(), func() {
		<-made
		switch {
		case inner.Err() != nil:
		case p.waitOn():
			timer.Reset(p.left())
		default:
			end(&overdue{of, p.vain()})
		}
	})
	if p.asked <= 0 {
		end(&overdue{of, ""}) // in no time nothing is late
		tell()
	}
	close(made)
	return bounded{inner, over}, func() {
		timer.Stop()
		alone()
		end(context.Canceled)
		tell()
	}
}

// left is how long it is until p ends, and what came in its time is known.
func (p *patience) left() time.Duration { return p.end() + settle - p.desk.now() }

// Done is closed right after the context that it has things of has ended.
func (b bounded) Done() <-chan struct{} { return b.over.Done() }

// Err is [context.DeadlineExceeded] when the time is over, whoever's it is.
func (b bounded) Err() error {
	var o *overdue
	switch {
	case b.over.Err() == nil:
		return nil
	case errors.As(context.Cause(b.Context), &o):
		return context.DeadlineExceeded
	}
	return b.Context.Err()
}

// AfterFunc has contexts that are made of this one wait for its end without a goroutine of
// their own.
func (b bounded) AfterFunc(f func()) func() bool { return context.AfterFunc(b.over, f) }
