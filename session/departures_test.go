package session

import (
	"testing"
	"time"
)

// What is shown grows with what was sent, and what was shown before stays.
func TestDepartures(t *testing.T) {
	var d departures
	for k := range 3*perBlock + 1 {
		before := d.chunks()
		d.add(departure{due: time.Duration(k), woke: time.Duration(k + 1), after: time.Duration(k + 2), size: k})
		chunks := d.chunks()
		if len(before) != k || len(chunks) != k+1 {
			t.Fatalf("%d chunks and then %d, want %d and %d", len(before), len(chunks), k, k+1)
		}
		for i, c := range chunks {
			if c.Due != time.Duration(i) || c.At != c.Due+1 || c.After != c.Due+2 || c.Size != i {
				t.Fatalf("chunk %d of %d is %+v", i, len(chunks), c)
			}
		}
	}
}
