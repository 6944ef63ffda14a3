package media

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
		{"by less than a chunk", 20 * ms, 20*ms - 1, 0},
		{"by a chunk", 20 * ms, 20 * ms, 20 * ms},
		{"by more", 20 * ms, 90 * ms, 90 * ms},
		{"no pace to keep", 0, 90 * ms, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := NewSchedule(time.Second, tt.interval)
			at := s.Due(5) + tt.late
			due := s.Due(5)
			if got := s.Woken(5, at); got != tt.moved {
				t.Errorf("Woken() = %v, want %v", got, tt.moved)
			}
			if got, want := s.Due(6), time.Second+6*tt.interval+tt.moved; got != want {
				t.Errorf("Due(6) = %v, want %v", got, want)
			}
			var want []Gap
			if tt.moved > 0 {
				want = []Gap{{Chunk: 5, At: due, Length: tt.moved}}
			}
			if diff := cmp.Diff(want, s.Gaps()); diff != "" {
				t.Errorf("Gaps(), -want +got:\n%s", diff)
			}
		})
	}
}

// However late the sender is, and however often, no two chunks are ever sent
// closer together than the lateness that is forgiven allows.
func TestScheduleNeverBursts(t *testing.T) {
	s := NewSchedule(0, 20*ms)
	var sent []time.Duration
	now := time.Duration(0)
	for k := range 1000 {
		now = max(now, s.Due(k)) + time.Duration(k*k%97)*ms/2*time.Duration(k%3)
		s.Woken(k, now)
		sent = append(sent, now)
	}
	for k := range sent[2:] {
		if d := sent[k+2] - sent[k]; d < 20*ms {
			t.Fatalf("chunks %d to %d were sent within %v", k, k+2, d)
		}
	}
	if len(s.Gaps()) == 0 {
		t.Error("no gap was recorded")
	}
}
