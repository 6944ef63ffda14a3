package scene

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Audio is measured by one at a time, and nobody waits for ever.
func TestMeasuringAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMeasuring()
		start := time.Now()
		var all sync.WaitGroup
		begun := make(chan time.Duration, 4)
		for _, takes := range []time.Duration{200 * time.Millisecond, 200 * time.Millisecond, time.Second} {
			all.Go(func() {
				m.alone(func() {
					begun <- time.Since(start)
					time.Sleep(takes)
				})
			})
			synctest.Wait()
		}
		m.alone(func() { begun <- time.Since(start) })
		all.Wait()
		close(begun)
		var got []time.Duration
		for at := range begun {
			got = append(got, at)
		}
		want := []time.Duration{0, 200 * time.Millisecond, 400 * time.Millisecond, measuringWait}
		for k, at := range want {
			if got[k] != at {
				t.Errorf("check %d began at %s, want %s", k, got[k], at)
			}
		}
	})
}
