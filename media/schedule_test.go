package media

import (
	"testing"
	"time"
)

func TestScheduleIsAbsolute(t *testing.T) {
	s := NewSchedule(time.Second, 20*ms)
	for _, k := range []int{0, 1, 50, 180_000} {
		if got, want := s.Due(k), time.Second+time.Duration(k)*20*ms; got != want {
			t.Errorf("Due(%d) = %v, want %v", k, got, want)
		}
	}
}

func TestScheduleWhenWeAreLate(t *testing.T) {
	tests := []struct {
		name     string
		interval time.Duration
		late     time.Duration
		moved    time.Duration
	}{
		{"early", 20 * ms, -ms, 0},
		{"on time", 20 * ms, 0, 0},
		{"by a chunk", 20 * ms, 20 * ms, 0},
		{"by what is made up for", 20 * ms, CatchUp - 1, 0},
		{"by more", 20 * ms, CatchUp, CatchUp},
		{"by less than a long chunk", 500 * ms, 500*ms - 1, 0},
		{"by a long chunk", 500 * ms, 500 * ms, 500 * ms},
		{"no pace to keep", 0, 900 * ms, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := NewSchedule(time.Second, tt.interval)
			if got := s.Woken(5, s.Due(5)+tt.late); got != (tt.moved > 0) {
				t.Errorf("Woken() = %v, want %v", got, tt.moved > 0)
			}
			if got, want := s.Due(6), time.Second+6*tt.interval+tt.moved; got != want {
				t.Errorf("Due(6) = %v, want %v", got, want)
			}
		})
	}
}

// However late the sender is, and however often, no burst is longer than what is made up
// for.
func TestScheduleBurstsAreBounded(t *testing.T) {
	s := NewSchedule(0, 20*ms)
	var sent []time.Duration
	now := time.Duration(0)
	for k := range 1000 {
		now = max(now, s.Due(k)) + time.Duration(k*k%97)*ms*time.Duration(k%50/48*8)
		s.Woken(k, now)
		sent = append(sent, now)
	}
	const most = int(CatchUp/(20*ms)) + 1 // chunks that may leave at once
	longest := 0
	for k := range sent[most:] {
		if d := sent[k+most] - sent[k]; d < 20*ms {
			t.Fatalf("chunks %d to %d were sent within %v", k, k+most, d)
		}
		if sent[k+most-1]-sent[k] < 20*ms {
			longest = most
		}
	}
	if longest == 0 || s.Due(0) == 0 {
		t.Error("no burst was as long as may be, or nothing was too late")
	}
}
