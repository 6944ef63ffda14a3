package measure

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// arrivals are 20 ms chunks that came at those offsets in ms.
func arrivals(offsets ...float64) []Chunk {
	var chunks []Chunk
	for _, at := range offsets {
		chunks = append(chunks, Chunk{At: time.Duration(at * float64(ms)), Length: 20 * ms})
	}
	return chunks
}

// steady is n chunks on time, each moved by what the function says.
func steady(n int, late func(i int) time.Duration) []Chunk {
	var chunks []Chunk
	for i := range n {
		chunks = append(chunks, Chunk{At: time.Duration(i)*20*ms + late(i), Length: 20 * ms})
	}
	return chunks
}

func TestPacing(t *testing.T) {
	tests := []struct {
		name   string
		chunks []Chunk
		want   Pace
	}{
		{"on time", arrivals(0, 20, 40, 60), Pace{P50: 20 * ms, P95: 20 * ms, P99: 20 * ms, Max: 20 * ms}},
		{"one late by 10 ms", arrivals(0, 20, 50, 60),
			Pace{Jitter: 1210938, JitterMax: 1210938, P50: 20 * ms, P95: 30 * ms, P99: 30 * ms, Max: 30 * ms, LeadMin: -10 * ms, Underruns: 1}},
		{"a gap of a chunk", arrivals(0, 20, 60, 80),
			Pace{Jitter: 1171875, JitterMax: 1250000, P50: 20 * ms, P95: 40 * ms, P99: 40 * ms, Max: 40 * ms, LeadMin: -20 * ms, Gaps: 1, Underruns: 1}},
		{"all at once", arrivals(0, 0, 0),
			Pace{Jitter: 2421875, JitterMax: 2421875, LeadMin: 20 * ms, LeadMax: 40 * ms}},
		{"ahead, then a gap that is not heard", arrivals(0, 0, 0, 60),
			Pace{Jitter: 4770508, JitterMax: 4770508, P50: 0, P95: 60 * ms, P99: 60 * ms, Max: 60 * ms, LeadMax: 40 * ms, Gaps: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Pacing(tt.chunks, 20*ms)
			if err != nil {
				t.Fatalf("Pacing() = %v", err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Pacing(), -want +got:\n%s", diff)
			}
		})
	}
}

func TestPacingWithoutAnAgreedChunk(t *testing.T) {
	for late, want := range map[float64]int{19: 0, 20: 1} {
		p, err := Pacing(arrivals(0, 20, 40+late), 0)
		if err != nil || p.Gaps != want {
			t.Errorf("Pacing(late by %v ms).Gaps = %v, %v, want %d", late, p.Gaps, err, want)
		}
	}
}

// Vectors computed from the formula of RFC 3550 section 6.4.1.
func TestJitterIsThatOfRFC3550(t *testing.T) {
	alternating := steady(51, func(i int) time.Duration {
		if i%2 == 1 {
			return 10 * ms
		}
		return 0
	})
	p, err := Pacing(alternating, 20*ms)
	if want := 9603 * time.Microsecond; err != nil || (p.Jitter-want).Abs() > time.Microsecond {
		t.Errorf("Pacing(alternating).Jitter = %v, %v, want %v", p.Jitter, err, want)
	}
	for n, want := range []float64{1, 1.9375, 2.8164, 3.6404, 4.4129} { // in 1/8000 s
		p, err := Pacing(steady(n+2, func(i int) time.Duration { return time.Duration(i) * 2 * ms }), 20*ms)
		if got := p.Jitter.Seconds() * 8000; err != nil || math.Abs(got-want) > 1e-4 {
			t.Errorf("Pacing(16 late, %d times).Jitter = %v, %v, want %v", n+1, got, err, want)
		}
	}
	spike := steady(10, func(i int) time.Duration {
		if i == 3 {
			return 100 * ms
		}
		return 0
	})
	for i, want := range []float64{6.25, 12.11, 11.35, 10.64} {
		p, err := Pacing(spike[:4+i], 20*ms)
		if err != nil || math.Abs(float64(p.Jitter)/float64(ms)-want) > 0.005 {
			t.Errorf("Pacing(spike, %d chunks).Jitter = %v, %v, want %v ms", 4+i, p.Jitter, err, want)
		}
	}
}

func TestPacingThatCannotBeMeasured(t *testing.T) {
	if p, err := Pacing(nil, 20*ms); !errors.Is(err, ErrEmpty) {
		t.Errorf("Pacing(nil) = %+v, %v, want %v", p, err, ErrEmpty)
	}
	if p, err := Pacing(arrivals(0), 20*ms); !errors.Is(err, ErrShort) {
		t.Errorf("Pacing(one chunk) = %+v, %v, want %v", p, err, ErrShort)
	}
	opaque := []Chunk{{At: 0}, {At: 20 * ms}}
	if p, err := Pacing(opaque, 20*ms); !errors.Is(err, ErrInvalid) {
		t.Errorf("Pacing(opaque chunks) = %+v, %v, want %v", p, err, ErrInvalid)
	}
}

func TestSequence(t *testing.T) {
	const top = math.MaxUint64
	tests := []struct {
		name    string
		numbers []uint64
		want    Order
	}{
		{"in order", []uint64{1, 2, 3}, Order{}},
		{"one number", []uint64{7}, Order{}},
		{"one missing", []uint64{1, 2, 4}, Order{Gaps: 1, Missing: 1, Gap: 3}},
		{"two holes", []uint64{1, 3, 4, 8}, Order{Gaps: 2, Missing: 4, Gap: 2}},
		{"late, so not missing", []uint64{1, 2, 4, 3, 5}, Order{Reordered: 1, Late: 3}},
		{"the first came late", []uint64{2, 1, 3}, Order{Reordered: 1, Late: 1}},
		{"twice", []uint64{1, 2, 2, 3}, Order{Duplicates: 1, Duplicate: 2}},
		{"again, later", []uint64{1, 2, 3, 1}, Order{Duplicates: 1, Duplicate: 1}},
		{"all the same", []uint64{5, 5, 5}, Order{Duplicates: 2, Duplicate: 5}},
		{"the whole range", []uint64{0, top}, Order{Gaps: 1, Missing: top - 1, Gap: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := Sequence(tt.numbers); err != nil || got != tt.want {
				t.Errorf("Sequence(%v) = %+v, %v, want %+v", tt.numbers, got, err, tt.want)
			}
		})
	}
	if got, err := Sequence(nil); !errors.Is(err, ErrEmpty) {
		t.Errorf("Sequence(nil) = %+v, %v, want %v", got, err, ErrEmpty)
	}
}

// The smallest buffer is the smallest: with it no chunk comes too late, with a
// millisecond less one does.
func TestSmallestBuffer(t *testing.T) {
	for name, chunks := range map[string][]Chunk{
		"on time":    arrivals(0, 20, 40, 60),
		"in a burst": arrivals(0, 0, 0, 0),
		"a stall":    steady(50, func(i int) time.Duration { return time.Duration(i/20) * 80 * ms }),
		"a spike":    arrivals(0, 20, 140, 140, 140, 140, 140, 140),
	} {
		p, err := Pacing(chunks, 20*ms)
		if err != nil {
			t.Fatal(err)
		}
		late := func(buffer time.Duration) int {
			n := 0
			for i, c := range chunks {
				if c.At > buffer+time.Duration(i)*20*ms {
					n++
				}
			}
			return n
		}
		b := p.SmallestBuffer()
		if late(b) > 0 || b > 0 && late(b-ms) == 0 {
			t.Errorf("SmallestBuffer(%s) = %v: %d late with it, %d with less", name, b, late(b), late(b-ms))
		}
	}
}
