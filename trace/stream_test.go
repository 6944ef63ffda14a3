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

func TestWokenIsOurLateness(t *testing.T) {
	const ms = time.Millisecond
	tests := []struct {
		name   string
		chunks []Chunk
		want   []time.Duration
	}{
		{"in time", []Chunk{{Due: 0, At: 0, After: ms}, {Due: 20 * ms, At: 20 * ms, After: 21 * ms}}, []time.Duration{0, 0}},
		{"late once", []Chunk{{Due: 0, At: 5 * ms, After: 6 * ms}, {Due: 20 * ms, At: 20 * ms, After: 21 * ms}}, []time.Duration{5 * ms, 0}},
		{"a slow write of the peer is not ours", []Chunk{{Due: 0, At: 0, After: 50 * ms}, {Due: 20 * ms, At: 50 * ms, After: 51 * ms}}, []time.Duration{0, 0}},
		{"what makes up for our lateness is late by our fault", []Chunk{
			{Due: 0, At: 50 * ms, After: 50 * ms}, {Due: 20 * ms, At: 50 * ms, After: 50 * ms}, {Due: 40 * ms, At: 50 * ms, After: 50 * ms}, {Due: 60 * ms, At: 60 * ms, After: 60 * ms},
		}, []time.Duration{50 * ms, 30 * ms, 10 * ms, 0}},
		{"of a slow write after our lateness only that is ours", []Chunk{
			{Due: 0, At: 30 * ms, After: 130 * ms}, {Due: 20 * ms, At: 130 * ms, After: 130 * ms},
		}, []time.Duration{30 * ms, 30 * ms}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := Stream{Sent: true, Chunks: tt.chunks}
			if diff := cmp.Diff(tt.want, s.Woken()); diff != "" {
				t.Errorf("Woken(), -want +got:\n%s", diff)
			}
		})
	}
}
