package measure

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/duologue/duologue/media"
)

func TestTone(t *testing.T) {
	for _, rate := range []media.Rate{8000, 16000, 44100, 48000} {
		for _, f := range []float64{100, 440, 441.7, 1000, 1004, 3399.5} {
			t.Run(fmt.Sprint(rate, "/", f), func(t *testing.T) {
				got, err := Tone(media.Tone(f, time.Second, -20, rate))
				if err != nil || math.Abs(got.Frequency-f) > 0.5 || math.Abs(got.Level+20) > 0.1 || got.Share < 0.99 {
					t.Errorf("Tone() = %+v, %v, want %v Hz at -20 dB", got, err, f)
				}
			})
		}
	}
}

func TestToneAmidOtherThings(t *testing.T) {
	tone := media.Tone(440, time.Second, -20, 8000)
	noise := media.Noise(time.Second, -30, 1, 8000)
	tests := []struct {
		name       string
		clip       media.Clip
		least, all float64 // the share
		within     float64 // Hz
	}{
		{"µ-law", recode(t, tone, media.ULaw, media.ULaw), 0.99, 1, 0.5},
		{"A-law", recode(t, tone, media.ALaw, media.ALaw), 0.99, 1, 0.5},
		{"between silence", media.Concat(8000, media.Silence(time.Second, 8000), tone, media.Silence(500*ms, 8000)), 0.97, 1, 0.5},
		{"noise of -30 dB", altered(tone, func(i int, s float32) float32 { return s + noise.Samples[i] }), 0.88, 0.93, 0.5},
		{"a second tone as loud", altered(tone, func(i int, s float32) float32 { return s + 0.09*float32(math.Sin(float64(i))) }), 0.5, 0.6, 0.5},
		{"an offset", altered(tone, func(_ int, s float32) float32 { return s + 0.3 }), 0.99, 1, 0.5},
		{"noise alone", noise, 0, 0.1, 4000},
		{"speech", fixture(t, "greeting-8k"), 0, 0.6, 4000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Tone(tt.clip)
			if err != nil || got.Share < tt.least || got.Share > tt.all || math.Abs(got.Frequency-440) > tt.within {
				t.Errorf("Tone() = %+v, %v, want 440 Hz and a share of %v to %v", got, err, tt.least, tt.all)
			}
		})
	}
}

func TestToneThatCannotBeMeasured(t *testing.T) {
	for name, tt := range map[string]struct {
		clip media.Clip
		want error
	}{
		"empty":      {media.Clip{Rate: 8000}, ErrEmpty},
		"short":      {media.Tone(440, 63*ms, -20, 8000), ErrShort},
		"silence":    {media.Silence(time.Second, 8000), ErrSilent},
		"a constant": {altered(media.Silence(time.Second, 8000), func(int, float32) float32 { return 0.5 }), ErrSilent},
	} {
		if got, err := Tone(tt.clip); !errors.Is(err, tt.want) {
			t.Errorf("Tone(%s) = %+v, %v, want %v", name, got, err, tt.want)
		}
	}
}
