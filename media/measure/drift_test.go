package measure

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/duologue/duologue/internal/race"
	"github.com/duologue/duologue/media"
)

// drifted is a clip that plays slower by some parts per million: each sample is
// the band-limited clip at its place.
func drifted(c media.Clip, ppm float64) media.Clip {
	const half = 32
	n := int(float64(len(c.Samples)) * (1 + ppm/1e6))
	out := media.Clip{Rate: c.Rate, Samples: make([]float32, n)}
	for i := range out.Samples {
		place := float64(i) / (1 + ppm/1e6)
		first := int(place)
		sum := 0.0
		for k := max(first-half, 0); k < min(first+half, len(c.Samples)); k++ {
			d := place - float64(k)
			v := 1.0
			if d != 0 {
				v = math.Sin(math.Pi*d) / (math.Pi * d) * (0.5 + 0.5*math.Cos(math.Pi*d/half))
			}
			sum += v * float64(c.Samples[k])
		}
		out.Samples[i] = float32(sum)
	}
	return out
}

// long is so much speech, in which nothing is said twice in the same way.
func long(t testing.TB, d time.Duration) media.Clip {
	x := media.Clip{Rate: 8000}
	for i := 0; x.Duration() < d; i++ {
		said := fixture(t, spoken[i%len(spoken)]+"-16k")
		x = media.Concat(8000, x, at(media.Rate(16000-700*(i/len(spoken))), said))
	}
	return x.Slice(0, d)
}

func TestDrift(t *testing.T) {
	if race.Enabled {
		t.Skip("one goroutine; the run without the race detector has it")
	}
	for _, tt := range []struct {
		name   string
		x      media.Clip
		within float64
	}{{"3 s", fixture(t, "greeting-8k"), 30}, {"12 s", long(t, 12*time.Second), 8}} {
		for _, ppm := range []float64{0, 100, -500} {
			c, err := Compare(tt.x, recode(t, drifted(tt.x, ppm), media.ULaw, media.ULaw))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := c.Drift(); err != nil || math.Abs(got-ppm) > tt.within {
				t.Errorf("Drift(%s, %v ppm) = %v, %v", tt.name, ppm, got, err)
			}
			if f, err := c.Frames(20 * ms); math.Abs(ppm) <= 100 && (err != nil || f.Matched < 0.99 || len(f.Lost)+len(f.Damaged)+len(f.Inserted)+len(f.Repeated) > 0) {
				t.Errorf("Frames(%s, %v ppm) = %+v, %v, want all", tt.name, ppm, f, err)
			}
		}
	}
}

// What is lost or put in is no drift.
func TestStepsAreNoDrift(t *testing.T) {
	x := long(t, 12*time.Second)
	var order []int
	for k := range len(x.Samples) / 160 {
		if k%25 != 24 {
			order = append(order, k)
		}
	}
	c, err := Compare(x, inFrames(x, order))
	if err != nil {
		t.Fatal(err)
	}
	if f, err := c.Frames(20 * ms); err != nil || len(f.Lost) < 18 || len(f.Damaged)+len(f.Inserted)+len(f.Repeated)+len(f.Reordered) > 2 {
		t.Errorf("Frames(every 25th lost) = %+v, %v, want little but lost frames", f, err)
	}
	c, err = Compare(x, media.Concat(8000, x.Slice(0, 5*time.Second), media.Silence(80*ms, 8000), x.Slice(5*time.Second, 12*time.Second)))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Drift(); err != nil || math.Abs(got) > 8 {
		t.Errorf("Drift(a step) = %v, %v, want 0", got, err)
	}
}

func TestLags(t *testing.T) {
	x := fixture(t, "greeting-8k")
	c, err := Compare(x, media.Concat(8000, x.Slice(0, 1500*ms), media.Silence(40*ms, 8000), x.Slice(1500*ms, 3*time.Second)))
	if err != nil {
		t.Fatal(err)
	}
	lags := c.Lags()
	first, last := lags[0], lags[len(lags)-1]
	if first.Lag.Abs() > ms || (last.Lag-40*ms).Abs() > ms {
		t.Errorf("Lags() = %v, want a step from 0 to 40 ms", lags)
	}
}

func TestDriftThatCannotBeMeasured(t *testing.T) {
	x := fixture(t, "greeting-8k").Slice(500*ms, 1100*ms)
	c, err := Compare(x, x)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Drift(); !errors.Is(err, ErrShort) {
		t.Errorf("Drift(600 ms) = %v, %v, want %v", got, err, ErrShort)
	}
}
