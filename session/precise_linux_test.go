package session

import (
	"container/heap"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The thread sleeps until the last of those goroutines that are due soon after the
// first, and no longer.
func TestTogether(t *testing.T) {
	const slack = 250 * time.Microsecond
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		var h waiters
		first, all := time.Hour, make([]time.Duration, random.IntN(20)+1)
		for i := range all {
			all[i] = time.Second + time.Duration(random.Int64N(int64(4*slack)))
			first = min(first, all[i])
			heap.Push(&h, &waiter{until: all[i]})
		}
		want := first
		for _, at := range all {
			if at <= first+slack {
				want = max(want, at)
			}
		}
		if got := h.together(0, first+slack); got != want {
			t.Fatalf("together() of %v = %v, want %v", all, got, want)
		}
	}
}

// Another processor helps if the thread is late for beats, with as many beats at a time as
// there are processors. Each stream's beats still come one after the other.
func TestBeatsAreHelped(t *testing.T) {
	if most == 0 {
		t.Skip("there is one processor")
	}
	clock, stop := Precise(5 * time.Millisecond)
	defer stop()
	var running, atOnce atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			due, count := time.Now(), 0 // the race detector sees who touches them
			err := clock.beat(t.Context(), due, func() (time.Time, bool) {
				now := running.Add(1)
				atOnce.Store(max(atOnce.Load(), now))
				for begun := time.Now(); time.Since(begun) < 500*time.Microsecond; {
				}
				running.Add(-1)
				count++
				due = due.Add(time.Millisecond)
				return due, count < 20 || atOnce.Load() < 2 // until two came at a time
			})
			if err != nil || count < 20 {
				t.Errorf("%d beats, %v", count, err)
			}
		})
	}
	all.Wait()
	if got := atOnce.Load(); got > int64(1+most) {
		t.Errorf("%d beats came at a time on %d processors", got, 1+most)
	}
}

// A clock that is stopped while it has help wakes everybody.
func TestPreciseStopsWithHelp(t *testing.T) {
	clock, stop := Precise(5 * time.Millisecond)
	var all sync.WaitGroup
	begun := make(chan struct{}, 8)
	for range 8 {
		all.Go(func() {
			due, count := time.Now(), 0
			err := clock.beat(t.Context(), due, func() (time.Time, bool) {
				for begun := time.Now(); time.Since(begun) < 300*time.Microsecond; {
				}
				if count++; count == 5 {
					begun <- struct{}{}
				}
				due = due.Add(time.Millisecond)
				return due, count < 30
			})
			if err != nil || count != 30 {
				t.Errorf("%d beats, %v; want 30", count, err)
			}
		})
	}
	<-begun
	stop()
	all.Wait()
}
