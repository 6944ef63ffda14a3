package session

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// Every goroutine is woken, and none too early, while others begin to wait.
func TestPreciseWakesEverybody(t *testing.T) {
	clock, stop := Precise(5 * time.Millisecond)
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

// A goroutine that is due before the time that the thread sleeps for is woken in time.
func TestPreciseIsInterrupted(t *testing.T) {
	clock, stop := Precise(5 * time.Millisecond)
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

// A wait for a time that has passed returns at once.
func TestPreciseOfThePast(t *testing.T) {
	clock, stop := Precise(5 * time.Millisecond)
	wait := clock.Wait
	stop()
	if err := wait(t.Context(), time.Now().Add(-time.Second)); err != nil {
		t.Errorf("wait() = %v", err)
	}
}

// A wait that is cancelled returns the error even if its time has passed.
func TestTimerOfThePastGivenUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		if err := Timer(ctx, time.Now().Add(-time.Second)); !errors.Is(err, context.Canceled) {
			t.Fatalf("Timer() = %v, want %v", err, context.Canceled)
		}
	}
}

// A clock that is stopped still wakes in time whoever waits, or begins to wait later.
func TestPreciseAfterItsEnd(t *testing.T) {
	clock, stop := Precise(5 * time.Millisecond)
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

// Waits can be cancelled at any moment, and the clock goes on working.
func TestPreciseGivenUp(t *testing.T) {
	clock, stop := Precise(5 * time.Millisecond)
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

// BenchmarkWait measures what a wake-up costs, and how late it comes.
func BenchmarkWait(b *testing.B) {
	clock, stop := Precise(5 * time.Millisecond)
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

// Each beat comes at the time that the one before it returned, and never early. None
// comes after the last.
func TestBeats(t *testing.T) {
	clock, stop := Precise(5 * time.Millisecond)
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

// A beat is not being called any more when its wait returns. A clock that is stopped
// still calls the beats that are left.
func TestBeatsGivenUp(t *testing.T) {
	clock, stop := Precise(5 * time.Millisecond)
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
