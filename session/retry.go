package session

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/duologue/duologue/wire"
)

// Retry says for how long a refused attempt to open a connection is repeated. Only two
// answers are a refusal that may pass: no TCP connection, and HTTP 502, 503 or 504. The
// zero value is one attempt.
type Retry struct {
	Until time.Duration // no attempt begins later than this after the first one
	Every time.Duration // from the end of an attempt to the next one

	// Bound gives the context of an attempt, beside the time that the dialer has; nil: that of all.
	Bound func(ctx context.Context) (context.Context, context.CancelFunc)
	// Longer is asked where no more attempt would begin. It gives how much longer than Until
	// attempts begin after all. If that is more than the last time, there is one more. nil: no longer.
	Longer func() time.Duration
}

// dial opens a connection and counts the attempts.
func (r Retry) dial(ctx context.Context, d *wire.Dialer, wait Wait, attempts *atomic.Int32) (*wire.Conn, error) {
	begin := time.Now()
	last := begin.Add(r.Until)
	for {
		n := attempts.Add(1)
		c, err := r.attempt(ctx, d)
		if err == nil {
			return c, nil
		}
		next := time.Now().Add(r.Every)
		if r.Until > 0 && mayPass(err) && next.After(last) && r.Longer != nil {
			if later := begin.Add(r.Until + r.Longer()); later.After(last) {
				last = later
				next = earlier(next, last)
			}
		}
		if r.Until <= 0 || !mayPass(err) || next.After(last) {
			return nil, repeated(err, n, time.Since(begin))
		}
		if wait(ctx, next) != nil {
			return nil, &wire.DialError{Kind: wire.KindCanceled, Err: fmt.Errorf("given up between attempts: %w", repeated(err, n, time.Since(begin)))}
		}
	}
}

// attempt dials once.
func (r Retry) attempt(ctx context.Context, d *wire.Dialer) (*wire.Conn, error) {
	if r.Bound != nil {
		var cancel context.CancelFunc
		ctx, cancel = r.Bound(ctx)
		defer cancel()
	}
	return d.Dial(ctx)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// mayPass reports whether a refusal may have gone by the next attempt.
func mayPass(err error) bool {
	var bad *wire.DialError
	return errors.As(err, &bad) && bad.Absent()
}

// repeated tells of the attempts before the last one.
func repeated(err error, attempts int32, took time.Duration) error {
	var bad *wire.DialError
	if attempts == 1 || !errors.As(err, &bad) {
		return err
	}
	last := *bad
	last.Err = fmt.Errorf("%w; dialled %d times in %s", bad.Err, attempts, took.Round(time.Millisecond))
	return &last
}
