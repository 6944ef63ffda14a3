package media

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const ms = time.Millisecond

func TestPlayoutReachesMarks(t *testing.T) {
	var p Playout
	p.Mark(0, "empty")
	p.Push(10*ms, 100*ms)
	p.Mark(10*ms, "first")
	p.Push(20*ms, 100*ms)
	p.Mark(20*ms, "second")
	if at, ok := p.Next(); !ok || at != 0 {
		t.Errorf("Next() = %v, %v, want 0s, true", at, ok)
	}
	want := []Passed{{Name: "empty"}, {Name: "first", At: 110 * ms}}
	if diff := cmp.Diff(want, p.Advance(209*ms)); diff != "" {
		t.Errorf("Advance(209ms), -want +got:\n%s", diff)
	}
	if at, ok := p.Next(); !ok || at != 210*ms {
		t.Errorf("Next() = %v, %v, want 210ms, true", at, ok)
	}
	if diff := cmp.Diff([]Passed{{Name: "second", At: 210 * ms}}, p.Advance(210*ms)); diff != "" {
		t.Errorf("Advance(210ms), -want +got:\n%s", diff)
	}
}

func TestPlayoutClear(t *testing.T) {
	var p Playout
	p.Push(0, 100*ms)
	p.Mark(0, "played")
	p.Push(0, time.Second)
	p.Mark(0, "pending")
	lost, marks := p.Clear(300 * ms)
	if want := 800 * ms; lost != want {
		t.Errorf("Clear() lost %v, want %v", lost, want)
	}
	if diff := cmp.Diff([]Passed{{Name: "pending", At: 300 * ms, Cleared: true}}, marks); diff != "" {
		t.Errorf("Clear(), -want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]Passed{{Name: "played", At: 100 * ms}}, p.Advance(time.Second)); diff != "" {
		t.Errorf("Advance(), -want +got:\n%s", diff)
	}
	if end, _ := p.PlayedEnd(); end != 300*ms {
		t.Errorf("PlayedEnd() = %v, want 300ms", end)
	}
}

func TestPlayoutLimit(t *testing.T) {
	tests := []struct {
		name      string
		limit     Limit
		discarded time.Duration
		passed    []Passed
	}{
		{"none", Limit{}, 0, []Passed{{Name: "a", At: 100 * ms}, {Name: "b", At: 200 * ms}, {Name: "c", At: 300 * ms}}},
		{"150 ms, the new", Limit{Duration: 150 * ms}, 150 * ms,
			[]Passed{{Name: "a", At: 100 * ms}, {Name: "b", At: 150 * ms}, {Name: "c", At: 150 * ms}}},
		{"150 ms, the old", Limit{Duration: 150 * ms, Overflow: DiscardOld}, 150 * ms,
			[]Passed{{Name: "a"}, {Name: "b", At: 50 * ms}, {Name: "c", At: 150 * ms}}},
		{"2 messages, the new", Limit{Messages: 2}, 100 * ms,
			[]Passed{{Name: "a", At: 100 * ms}, {Name: "b", At: 200 * ms}, {Name: "c", At: 200 * ms}}},
		{"2 messages, the old", Limit{Messages: 2, Overflow: DiscardOld}, 100 * ms,
			[]Passed{{Name: "a"}, {Name: "b", At: 100 * ms}, {Name: "c", At: 200 * ms}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := Playout{Limit: tt.limit}
			for _, name := range []string{"a", "b", "c"} {
				p.Push(0, 100*ms)
				p.Mark(0, name)
			}
			if got := p.Discarded(); got != tt.discarded {
				t.Errorf("Discarded() = %v, want %v", got, tt.discarded)
			}
			if diff := cmp.Diff(tt.passed, p.Advance(time.Second)); diff != "" {
				t.Errorf("Advance(), -want +got:\n%s", diff)
			}
		})
	}
}

func TestScheduleMovesByOurGapsOnly(t *testing.T) {
	s := NewSchedule(time.Second, 20*ms)
	if got := s.Woken(1, 1039*ms); got != 0 {
		t.Errorf("Woken() 19 ms late = %v, want 0", got)
	}
	if got := s.Due(2); got != 1040*ms {
		t.Errorf("Due(2) = %v, want 1.04s", got)
	}
	if got := s.Woken(2, 1090*ms); got != 50*ms {
		t.Errorf("Woken() 50 ms late = %v, want 50ms", got)
	}
	if got := s.Due(3); got != 1110*ms {
		t.Errorf("Due(3) = %v, want 1.11s", got)
	}
	if diff := cmp.Diff([]Gap{{Chunk: 2, At: 1040 * ms, Length: 50 * ms}}, s.Gaps()); diff != "" {
		t.Errorf("Gaps(), -want +got:\n%s", diff)
	}
}
