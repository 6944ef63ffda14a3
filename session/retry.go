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
}

// dial opens a connection and counts the attempts.
func (r Retry) dial(ctx context.Context, d *wire.Dialer, wait Wait, attempts *atomic.Int32) (*wire.Conn, error) {
	begin := time.Now()
	for {
		n := attempts.Add(1)
		c, err := d.Dial(ctx)
		if err == nil {
			return c, nil
		}
		next := time.Now().Add(r.Every)
		if r.Until <= 0 || !mayPass(err) || next.After(begin.Add(r.Until)) {
			return nil, repeated(err, n, time.Since(begin))
		}
		if wait(ctx, next) != nil {
			return nil, &wire.DialError{Kind: wire.KindCanceled, Err: fmt.Errorf("given up between attempts: %w", repeated(err, n, time.Since(begin)))}
		}
	}
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
