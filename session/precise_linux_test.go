package session

import (
	"container/heap"
	"math/rand/v2"
	"testing"
	"time"
)

// The thread sleeps until the last of those goroutines that are due soon after the
// first, and no longer.
func TestTogether(t *testing.T) {
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
