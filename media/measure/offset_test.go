package measure

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/duologue/duologue/media"
)

func TestDCOffset(t *testing.T) {
	tone := media.Tone(440, time.Second, -20, 8000)
	for want, c := range map[float64]media.Clip{
		0:    tone,
		0.1:  altered(tone, func(_ int, s float32) float32 { return s + 0.1 }),
		-0.5: altered(media.Silence(time.Second, 8000), func(int, float32) float32 { return -0.5 }),
	} {
		if got, err := DCOffset(c); err != nil || math.Abs(got-want) > 1e-6 {
			t.Errorf("DCOffset() = %v, %v, want %v", got, err, want)
		}
	}
	if got, err := DCOffset(media.Clip{Rate: 8000}); !errors.Is(err, ErrEmpty) {
		t.Errorf("DCOffset(nothing) = %v, %v, want %v", got, err, ErrEmpty)
	}
}

func TestClipping(t *testing.T) {
	flat := func(value float32, n int) media.Clip {
		c := media.Silence(time.Second, 8000)
		for i := range n {
			c.Samples[100+i] = value
		}
		return c
	}
	tests := []struct {
		name string
		clip media.Clip
		want Clipped
	}{
		{"silence", media.Silence(time.Second, 8000), Clipped{}},
		{"two at full scale", flat(1, 2), Clipped{}},
		{"three at full scale", flat(-1, 3), Clipped{Share: 3.0 / 8000, Longest: 375 * time.Microsecond, Runs: 1}},
		{"a flat top that is lower", flat(0.9, 80), Clipped{}},
		{"a sine at full scale", media.Tone(440, time.Second, 0, 8000), Clipped{}},
	}
	for _, tt := range tests {
		if got, err := Clipping(tt.clip); err != nil || got != tt.want {
			t.Errorf("Clipping(%s) = %+v, %v, want %+v", tt.name, got, err, tt.want)
		}
	}
	if got, err := Clipping(media.Clip{Rate: 8000}); !errors.Is(err, ErrEmpty) {
		t.Errorf("Clipping(nothing) = %+v, %v, want %v", got, err, ErrEmpty)
	}
}

// Speech that is as loud as it should be has no flat top in any codec; 12 dB
// louder it has.
func TestClippingOfSpeech(t *testing.T) {
	for _, name := range spoken {
		for _, codec := range []media.Codec{media.ULaw, media.ALaw, media.L16LE} {
			x := fixture(t, name+"-8k")
			if got, err := Clipping(recode(t, x, codec, codec)); err != nil || got.Runs > 0 {
				t.Errorf("Clipping(%s, %v) = %+v, %v, want none", name, codec, got, err)
			}
			if got, err := Clipping(recode(t, x.Gain(20), codec, codec)); err != nil || got.Runs < 10 || got.Share < 0.001 {
				t.Errorf("Clipping(%s, %v, 20 dB too loud) = %+v, %v, want many", name, codec, got, err)
			}
		}
	}
}
