package session

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// Nobody is woken too early, whoever else comes meanwhile, and everybody is.
func TestPreciseWakesEverybody(t *testing.T) {
	clock, stop := Precise()
	wait := clock.Wait
	defer stop()
	start := time.Now()
	var all sync.WaitGroup
	for i := range 200 {
		until := start.Add(time.Duration(i*37%200) * 100 * time.Microsecond)
		all.Go(func() {
			if err := wait(t.Context(), until); err != nil {
				t.Errorf("wait() = %v", err)
			}
			if early := time.Until(until); early > 0 {
				t.Errorf("woken %s too early", early)
			}
		})
	}
	all.Wait()
}

// An earlier time than the one that is slept for does not have to wait for it.
func TestPreciseIsInterrupted(t *testing.T) {
	clock, stop := Precise()
	wait := clock.Wait
	defer stop()
	ctx, cancel := context.WithCancel(t.Context())
	late := make(chan error, 1)
	go func() { late <- wait(ctx, time.Now().Add(time.Hour)) }()
	for range 20 {
		if err := wait(t.Context(), time.Now().Add(100*time.Microsecond)); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if err := <-late; !errors.Is(err, context.Canceled) {
		t.Errorf("wait() = %v, want %v", err, context.Canceled)
	}
	if err := wait(ctx, time.Now()); !errors.Is(err, context.Canceled) {
		t.Errorf("wait() of a context that has ended = %v, want %v", err, context.Canceled)
	}
}

// A time that has passed is not waited for.
func TestPreciseOfThePast(t *testing.T) {
	clock, stop := Precise()
	wait := clock.Wait
	stop()
	if err := wait(t.Context(), time.Now().Add(-time.Second)); err != nil {
		t.Errorf("wait() = %v", err)
	}
}

// Who is not to wait any more is told so, however late he is.
func TestTimerOfThePastGivenUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		if err := Timer(ctx, time.Now().Add(-time.Second)); !errors.Is(err, context.Canceled) {
			t.Fatalf("Timer() = %v, want %v", err, context.Canceled)
		}
	}
}

// Who waits when it ends, or comes later, is woken in time all the same.
func TestPreciseAfterItsEnd(t *testing.T) {
	clock, stop := Precise()
	wait := clock.Wait
	until := time.Now().Add(5 * time.Millisecond)
	woken := make(chan time.Time)
	for range 2 {
		go func() {
			_ = wait(t.Context(), until)
			woken <- time.Now()
		}()
	}
	stop()
	if err := wait(t.Context(), until); err != nil {
		t.Errorf("wait() = %v", err)
	}
	for range 2 {
		if at := <-woken; at.Before(until) {
			t.Errorf("woken %s too early", until.Sub(at))
		}
	}
}

// Waits that are given up leave nothing behind, whenever that is.
func TestPreciseGivenUp(t *testing.T) {
	clock, stop := Precise()
	wait := clock.Wait
	defer stop()
	var all sync.WaitGroup
	for i := range 400 {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*10*time.Microsecond)
			defer cancel()
			until := time.Now().Add(2 * time.Millisecond)
			if err := wait(ctx, until); err == nil && time.Now().Before(until) {
				t.Error("woken too early")
			}
		})
	}
	all.Wait()
	if err := wait(t.Context(), time.Now().Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
}

// What waiting costs: a wake-up, and how late it comes.
func BenchmarkWait(b *testing.B) {
	clock, stop := Precise()
	defer stop()
	for name, wait := range map[string]Wait{"thread": clock.Wait, "timer": Timer} {
		b.Run(name, func(b *testing.B) {
			var late time.Duration
			for b.Loop() {
				until := time.Now().Add(100 * time.Microsecond)
				_ = wait(b.Context(), until)
				late += time.Since(until)
			}
			b.ReportMetric(float64(late.Microseconds())/float64(b.N), "µs-late/op")
		})
	}
}

// Each beat comes at the time that the one before it gave, never early, and
// none after the last.
func TestBeats(t *testing.T) {
	clock, stop := Precise()
	defer stop()
	for name, clock := range map[string]Clock{"thread": clock, "timer": Timers()} {
		t.Run(name, func(t *testing.T) {
			var all sync.WaitGroup
			for i := range 50 {
				all.Go(func() {
					due, count := time.Now().Add(time.Duration(i)*100*time.Microsecond), 0
					err := clock.beat(t.Context(), due, func() (time.Time, bool) {
						if early := time.Until(due); early > 0 {
							t.Errorf("beat %d came %s early", count, early)
						}
						count++
						due = due.Add(500 * time.Microsecond)
						return due, count < 20
					})
					if err != nil || count != 20 {
						t.Errorf("%d beats, %v; want 20", count, err)
					}
				})
			}
			all.Wait()
		})
	}
}

// Beats that are given up have ended, and those of a clock that has ended go on.
func TestBeatsGivenUp(t *testing.T) {
	clock, stop := Precise()
	var all sync.WaitGroup
	for i := range 50 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*100*time.Microsecond)
		all.Go(func() {
			defer cancel()
			beating := 0 // the race detector sees who touches it
			err := clock.beat(ctx, time.Now(), func() (time.Time, bool) {
				beating++
				return time.Now().Add(time.Duration(i) * time.Microsecond), true
			})
			beating++
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("beat() = %v, want that its context has ended", err)
			}
		})
		all.Go(func() {
			count := 0
			_ = clock.beat(t.Context(), time.Now(), func() (time.Time, bool) {
				count++
				return time.Now().Add(time.Millisecond), count < 10
			})
			if count != 10 {
				t.Errorf("%d beats, want 10", count)
			}
		})
	}
	stop()
	all.Wait()
}
