package dialect

import (
	"testing"
	"time"
)

// A peer that sends short bursts far into the future takes limited memory.
func TestRunsAreBounded(t *testing.T) {
	var r runs
	for i := range time.Duration(3 * maxRuns) {
		r = r.add(run{start: i * time.Minute, end: i*time.Minute + time.Second}, time.Second)
	}
	if len(r) != maxRuns || r[len(r)-1].end != (3*maxRuns-1)*time.Minute+time.Second {
		t.Errorf("%d runs until %v, want %d until the end", len(r), r[len(r)-1].end, maxRuns)
	}
}
