package measure

import (
	"math/rand/v2"
	"testing"
)

// Audio is found wherever at least half of the shorter one overlaps the other,
// also at the edges of the blocks, by one who has looked elsewhere before.
func TestSought(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 0))
	noise := func(n int) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = random.Float64() - 0.5
		}
		return out
	}
	s := &sought{x: noise(101)}
	for _, length := range []int{50, 101, 102, 303, 304, 1000, 997} {
		half := min(101, length) / 2
		for lag := half - 101; lag <= length-half; lag++ {
			y := shift(s.x, -lag, length)
			if got, part := s.in(y); got != lag || part < -0.5 || part > 0.5 {
				t.Fatalf("in %d samples it is at %d (%+.2f), want %d", length, got, part, lag)
			}
		}
	}
}

func TestTransformable(t *testing.T) {
	for n, want := range map[int]int{1: 2, 2: 2, 7: 8, 11: 12, 61: 64, 65536: 65536, 65537: 65610} {
		if got := transformable(n); got != want {
			t.Errorf("transformable(%d) = %d, want %d", n, got, want)
		}
	}
}
