package measure

import (
	"math"
	"testing"
	"time"

	"github.com/duologue/duologue/fixtures"
	"github.com/duologue/duologue/media"
)

func clip(t testing.TB, name string) media.Clip {
	t.Helper()
	data, err := fixtures.FS.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	c, warnings, err := media.ReadWAV(data)
	if err != nil || len(warnings) > 0 {
		t.Fatalf("ReadWAV(%s) = %v, %v", name, warnings, err)
	}
	return c
}

// recode encodes a clip in one format and decodes it in another.
func recode(t testing.TB, c media.Clip, to, from media.Codec) media.Clip {
	t.Helper()
	octets, err := media.Format{Codec: to, Rate: c.Rate}.Encode(c)
	if err != nil {
		t.Fatal(err)
	}
	out, err := media.Format{Codec: from, Rate: c.Rate}.Decode(octets)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSimilar(t *testing.T) {
	x := clip(t, "greeting-8k.wav")
	wide := clip(t, "greeting-16k.wav")
	middle := x.Duration() / 2
	without := func(d time.Duration) media.Clip {
		return media.Concat(8000, x.Slice(0, middle), x.Slice(middle+d, x.Duration()))
	}
	tests := []struct {
		name     string
		ref, got media.Clip
		min, max float64
	}{
		{"identical", x, x, 0.999, 1},
		{"µ-law", x, recode(t, x, media.ULaw, media.ULaw), 0.95, 1},
		{"A-law", x, recode(t, x, media.ALaw, media.ALaw), 0.95, 1},
		{"6 dB softer", x, x.Gain(-6), 0.99, 1},
		{"20 dB softer", x, x.Gain(-20), 0.99, 1},
		{"inverted", x, media.Clip{Rate: 8000, Samples: negative(x)}, 0.99, 1},
		{"16 kHz against 8", wide, x, 0.9, 1},
		{"8 kHz against 16", x, wide, 0.9, 1},
		{"3 s late", x, media.Concat(8000, media.Silence(3*time.Second, 8000), x), 0.99, 1},
		{"other speech", x, clip(t, "answer-8k.wav"), 0, 0.3},
		{"noise", x, media.Noise(3*time.Second, -20, 1, 8000), 0, 0.3},
		{"µ-law read as A-law", x, recode(t, x, media.ULaw, media.ALaw), 0, 0.6},
		{"octets swapped", x, recode(t, x, media.L16LE, media.L16BE), 0, 0.1},
		{"twice as fast", x, media.Clip{Rate: 8000, Samples: media.Resample(x, 4000).Samples}, 0, 0.3},
		{"half as fast", x, media.Clip{Rate: 8000, Samples: wide.Samples}, 0, 0.3},
		{"a frame deleted", x, without(20 * time.Millisecond), 0, 0.8},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Similar(tt.ref, tt.got)
			if err != nil {
				t.Fatalf("Similar() = %v", err)
			}
			t.Logf("%-20s %+v", tt.name, s)
			if s.Score < tt.min || s.Score > tt.max || math.IsNaN(s.Score) {
				t.Errorf("Similar() = %+v, want a score of %v to %v", s, tt.min, tt.max)
			}
		})
	}
}

func negative(c media.Clip) []float32 {
	out := make([]float32, len(c.Samples))
	for i, s := range c.Samples {
		out[i] = -s
	}
	return out
}
