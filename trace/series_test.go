package trace

import (
	"maps"
	"math"
	"testing"
	"time"
)

// A distribution counts every value once, in the part of the range in which it lies.
func TestBins(t *testing.T) {
	for _, tt := range []struct {
		name   string
		values []float64
		want   map[int]int // by part
	}{
		{"one", []float64{7}, nil},
		{"equal", []float64{7, 7, 7}, nil},
		{"no number for the width", []float64{-math.MaxFloat64, math.MaxFloat64}, nil},
		{"the ends", []float64{0, 20}, map[int]int{0: 1, 19: 1}},
		{"between parts", []float64{0, 1, 1.5, 19, 20}, map[int]int{0: 1, 1: 2, 19: 2}},
		{"below zero", []float64{-10, -9.5, 0, 10}, map[int]int{0: 2, 10: 1, 19: 1}},
	} {
		got := map[int]int{}
		for part, n := range SpreadOf(tt.values).Bins {
			if n > 0 {
				got[part] = n
			}
		}
		if !maps.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestRank(t *testing.T) {
	hundred := make([]float64, 100)
	for i := range hundred {
		hundred[i] = float64(i + 1)
	}
	for _, tt := range []struct {
		sorted  []float64
		percent int
		want    float64
	}{
		{hundred, 50, 50}, {hundred, 95, 95}, {hundred, 99, 99}, {hundred, 100, 100}, {hundred, 0, 1},
		{hundred[:1], 50, 1}, {hundred[:1], 99, 1}, {hundred[:2], 50, 1}, {hundred[:2], 51, 2}, {hundred[:3], 50, 2}, {hundred[:20], 95, 19},
	} {
		if got := Rank(tt.sorted, tt.percent); got != tt.want {
			t.Errorf("Rank(%d values, %d) = %v, want %v", len(tt.sorted), tt.percent, got, tt.want)
		}
	}
	if got := SpreadOf([]float64{3, 1, 2}); got.Mean != 2 || got.Min != 1 || got.P50 != 2 || got.Max != 3 || got.Count != 3 {
		t.Errorf("SpreadOf(3, 1, 2) = %+v", got)
	}
}

// A run without a figure is counted, not left out.
func TestTallyCountsWhatIsMissing(t *testing.T) {
	with := &Scenario{Verdict: Passed, Steps: []Step{{Checks: []Check{{Subject: "a", Figure: &Figure{Value: 5}}}}}}
	without := &Scenario{Verdict: Failed, Steps: []Step{{Checks: []Check{{Subject: "a"}}}}}
	var tally Tally
	for _, s := range []*Scenario{without, with, without, with} {
		tally.Add(s)
	}
	s := tally.Series()
	if f := s.Figures; s.Runs != 4 || s.Verdicts[Failed] != 2 || len(f) != 1 || f[0].Count != 2 || f[0].Missing != 2 {
		t.Errorf("Series() = %+v", s)
	}
}

func TestWorstLateness(t *testing.T) {
	a := QuantilesOf([]time.Duration{time.Millisecond, 3 * time.Millisecond})
	b := QuantilesOf([]time.Duration{2 * time.Second})
	got := Lateness{Woken: a}.Worst(Lateness{Woken: b}).Woken
	if got.Count != 3 || got.Max != 2*time.Second || got.Histogram[len(got.Histogram)-1] != 1 || got.Histogram[4] != 1 {
		t.Errorf("Worst() = %+v", got)
	}
}
