package measure

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/duologue/duologue/media"
)

// square alternates between plus and minus a value.
func square(value float32, n int) media.Clip {
	c := media.Clip{Rate: 8000, Samples: make([]float32, n)}
	for i := range c.Samples {
		c.Samples[i] = value
		value = -value
	}
	return c
}

func TestLevelAndPeak(t *testing.T) {
	tests := []struct {
		name        string
		clip        media.Clip
		level, peak float64
	}{
		{"a full-scale sine", media.Tone(1000, time.Second, 0, 8000), 0, 0},
		{"a sine at -20 dB", media.Tone(440, time.Second, -20, 16000), -20, -20},
		{"a full-scale square wave", square(1, 8000), 3.0103, 0},
		{"noise at -20 dB", media.Noise(10*time.Second, -20, 1, 8000), -20, -18.24},
		{"one sample", media.Clip{Rate: 8000, Samples: []float32{0.1}}, -16.9897, -20},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := Level(tt.clip); err != nil || math.Abs(got-tt.level) > 0.03 {
				t.Errorf("Level() = %v, %v, want %v", got, err, tt.level)
			}
			if got, err := Peak(tt.clip); err != nil || math.Abs(got-tt.peak) > 0.03 {
				t.Errorf("Peak() = %v, %v, want %v", got, err, tt.peak)
			}
		})
	}
}

func TestFixturesAreAtMinus20(t *testing.T) {
	for _, name := range spoken {
		for _, rate := range []string{"-8k", "-16k"} {
			c := fixture(t, name+rate)
			words := c.Slice(100*time.Millisecond, c.Duration()-100*time.Millisecond)
			if got, err := Level(words); err != nil || math.Abs(got+20) > 0.1 {
				t.Errorf("Level(%s) = %v, %v, want -20", name+rate, got, err)
			}
		}
	}
}

// What cannot be measured is an error from every function, never a zero that a
// check could take for a figure.
func TestLevelsThatCannotBeMeasured(t *testing.T) {
	measures := map[string]func(media.Clip) error{
		"Level":   func(c media.Clip) error { _, err := Level(c); return err },
		"Peak":    func(c media.Clip) error { _, err := Peak(c); return err },
		"Speech":  func(c media.Clip) error { _, err := Speech(c); return err },
		"Silence": func(c media.Clip) error { _, err := Silence(c, -40); return err },
	}
	nan := square(0.5, 8000)
	nan.Samples[100] = float32(math.NaN())
	tests := []struct {
		name string
		clip media.Clip
		want map[string]error
	}{
		{"empty", media.Clip{Rate: 8000}, map[string]error{"Level": ErrEmpty, "Peak": ErrEmpty, "Speech": ErrEmpty, "Silence": ErrEmpty}},
		{"silent", media.Silence(time.Second, 8000), map[string]error{"Level": ErrSilent, "Peak": ErrSilent, "Speech": ErrSilent, "Silence": nil}},
		{"5 ms", square(0.5, 40), map[string]error{"Level": nil, "Peak": nil, "Speech": ErrShort, "Silence": ErrShort}},
		{"not numbers", nan, map[string]error{"Level": ErrInvalid, "Peak": ErrInvalid, "Speech": ErrInvalid, "Silence": ErrInvalid}},
		{"no rate", at(0, square(0.5, 8000)), map[string]error{"Level": ErrInvalid, "Peak": ErrInvalid, "Speech": ErrInvalid, "Silence": ErrInvalid}},
	}
	for _, tt := range tests {
		for name, measure := range measures {
			if err := measure(tt.clip); !errors.Is(err, tt.want[name]) {
				t.Errorf("%s(%s) = %v, want %v", name, tt.name, err, tt.want[name])
			}
		}
	}
}
