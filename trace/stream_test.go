package trace

import (
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

// A run that keeps its chunks keeps a hundred per second of each call.
func TestChunkIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(Chunk{}); size > 72 {
		t.Errorf("a chunk takes %d octets, want at most 72", size)
	}
}

// In a histogram a bound belongs to the count below it, and durations above the
// last bound have a count of their own.
func TestHistogram(t *testing.T) {
	const us, ms = time.Microsecond, time.Millisecond
	tests := []struct {
		name string
		of   []time.Duration
		want []int
	}{
		{"none", nil, nil},
		{"at a bound and just above it", []time.Duration{50*us + 1, 0, 50 * us}, []int{2, 1}},
		{"nothing between", []time.Duration{5 * ms, us}, []int{1, 0, 0, 0, 0, 0, 1}},
		{"above the last", []time.Duration{time.Second + 1, time.Second}, []int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, QuantilesOf(tt.of).Histogram); diff != "" {
				t.Errorf("histogram, -want +got:\n%s", diff)
			}
		})
	}
}
