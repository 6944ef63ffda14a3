package scene

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/session"
)

// punctual gives the excuses of a process that is never late, or always from 300 ms on.
func punctual(always bool) *excuses {
	start := time.Now()
	probe := lateness.Start(func(ctx context.Context, until time.Time) error {
		if always && until.Sub(start) >= 300*time.Millisecond {
			until = until.Add(time.Hour)
		}
		return session.Timer(ctx, until)
	}, start)
	return &excuses{Excuses: lateness.Excuses{Probe: probe, Most: 5 * time.Millisecond}, desk: newDesk(start, nil, history{wants: &plan.Wants{}})}
}

// A bounded context ends like one with a deadline, for all that are made of it, and tells
// whose time it was and whether we were late.
func TestBounded(t *testing.T) {
	const second = time.Second
	mine, cut := errors.New("mine"), errors.New("cut")
	for name, tt := range map[string]struct {
		asked, parent time.Duration // when the parent is cut off; 0: never
		outer         time.Duration // of a bounded context around it; 0: there is none
		late          bool
		ends          time.Duration
		err, cause    error
	}{
		"in time":                 {asked: second, ends: second + settle, err: context.DeadlineExceeded, cause: mine},
		"late":                    {asked: second, late: true, ends: second + maxOvertime + settle, err: context.DeadlineExceeded, cause: mine},
		"in no time":              {asked: 0, late: true, ends: 0, err: context.DeadlineExceeded, cause: mine},
		"cut off":                 {asked: second, parent: second / 2, ends: second / 2, err: context.Canceled, cause: cut},
		"cut off, and late":       {asked: second, parent: 2 * second, late: true, ends: 2 * second, err: context.Canceled, cause: cut},
		"in a shorter one":        {asked: second, outer: second / 2, ends: second/2 + settle, err: context.DeadlineExceeded, cause: errTimeout},
		"in a longer one":         {asked: second, outer: 2 * second, ends: second + settle, err: context.DeadlineExceeded, cause: mine},
		"in one that is cut off":  {asked: second, outer: second, parent: second / 2, ends: second / 2, err: context.Canceled, cause: cut},
		"in one, and it is late":  {asked: 3 * second, outer: second, late: true, ends: second + maxOvertime + settle, err: context.DeadlineExceeded, cause: errTimeout},
		"in no time of the outer": {asked: second, outer: -1, ends: 0, err: context.DeadlineExceeded, cause: errTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := punctual(tt.late)
				defer e.Stop()
				begin := time.Now()
				parent, end := context.WithCancelCause(t.Context())
				defer end(nil)
				if tt.parent > 0 {
					defer time.AfterFunc(tt.parent, func() { end(cut) }).Stop()
				}
				if tt.outer != 0 {
					outer, cancel := e.patience(tt.outer).bound(parent, errTimeout)
					defer cancel()
					parent = outer
				}
				ctx, cancel := e.patience(tt.asked).bound(parent, mine)
				defer cancel()
				child, cancelChild := context.WithCancelCause(ctx)
				defer cancelChild(nil)
				grandchild, cancelGrandchild := context.WithTimeout(child, time.Hour)
				defer cancelGrandchild()
				if tt.ends > 0 && (ctx.Err() != nil || grandchild.Err() != nil) {
					t.Fatal("it has ended at the beginning")
				}
				<-grandchild.Done()
				if took := time.Since(begin); took != tt.ends {
					t.Errorf("it ended after %s, want %s", took, tt.ends)
				}
				for _, c := range []context.Context{ctx, child, grandchild} {
					if !errors.Is(c.Err(), tt.err) || !errors.Is(context.Cause(c), tt.cause) {
						t.Errorf("%T ended by %v because of %v, want %v because of %v", c, c.Err(), context.Cause(c), tt.err, tt.cause)
					}
					if said := vain(c); (said != "") != (tt.late && tt.ends > 2*second) {
						t.Errorf("%T, late: %v, says %q", c, tt.late, said)
					}
				}
			})
		})
	}
}

// Who has no need of it any more ends a bounded context, and nothing is left of it.
func TestBoundedIsEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := punctual(false)
		defer e.Stop()
		ctx, cancel := e.patience(time.Second).bound(t.Context(), nil)
		ended := false
		context.AfterFunc(ctx, func() { ended = true })
		stop := context.AfterFunc(ctx, func() { t.Error("it was told to who did not want to know") })
		if !stop() {
			t.Error("it had ended")
		}
		cancel()
		synctest.Wait()
		if !ended || !errors.Is(ctx.Err(), context.Canceled) || vain(ctx) != "" {
			t.Errorf("ended: %v, by %v, %q", ended, ctx.Err(), vain(ctx))
		}
		time.Sleep(time.Minute)
		if !errors.Is(ctx.Err(), context.Canceled) {
			t.Errorf("later it has ended by %v", ctx.Err())
		}
	})
}
