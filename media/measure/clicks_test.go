package measure

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/duologue/duologue/media"
)

func TestClicks(t *testing.T) {
	tone := media.Tone(440, time.Second, -20, 8000)
	add := func(c media.Clip, at int, by float32) media.Clip {
		return altered(c, func(i int, s float32) float32 {
			if i == at {
				s += by
			}
			return s
		})
	}
	blank := altered(tone, func(i int, s float32) float32 {
		if i >= 4015 && i < 4175 {
			return 0
		}
		return s
	})
	cut := media.Clip{Rate: 8000, Samples: append(append([]float32{}, tone.Samples[:4005]...), tone.Samples[4014:]...)}
	quiet := media.Silence(100*ms, 8000)
	tests := []struct {
		name string
		clip media.Clip
		want []time.Duration
	}{
		{"a tone", tone, nil},
		{"a tone between silence", media.Concat(8000, quiet, tone, quiet), nil},
		{"silence", quiet, nil},
		{"noise", media.Noise(10*time.Second, -10, 1, 8000), nil},
		{"a click", add(tone, 4000, 0.2), []time.Duration{500 * ms}},
		{"a click downwards, in silence", add(quiet, 400, -0.1), []time.Duration{50 * ms}},
		{"two clicks", add(add(tone, 4000, 0.2), 6000, 0.2), []time.Duration{500 * ms, 750 * ms}},
		{"a frame blanked", blank, []time.Duration{501875 * time.Microsecond, 521875 * time.Microsecond}},
		{"samples left out", cut, []time.Duration{500625 * time.Microsecond}},
		{"switched off within a cycle", media.Concat(8000, tone.Slice(0, 503*ms), quiet), []time.Duration{503 * ms}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Clicks(tt.clip)
			ok := err == nil && len(got) == len(tt.want)
			for i := range got {
				ok = ok && (got[i]-tt.want[i]).Abs() <= ms/4
			}
			if !ok {
				t.Errorf("Clicks() = %v, %v, want %v", got, err, tt.want)
			}
		})
	}
	if got, err := Clicks(media.Clip{Rate: 8000}); !errors.Is(err, ErrEmpty) {
		t.Errorf("Clicks(nothing) = %v, %v, want %v", got, err, ErrEmpty)
	}
}

func TestSpeechDoesNotClick(t *testing.T) {
	quiet := func(name string, c media.Clip) {
		if got, err := Clicks(c); err != nil || len(got) > 0 {
			t.Errorf("Clicks(%s) = %v, %v, want none", name, got, err)
		}
	}
	for _, name := range spoken {
		for _, rate := range []string{"-8k", "-16k"} {
			x := fixture(t, name+rate)
			for _, codec := range []media.Codec{media.ULaw, media.ALaw, media.L16LE} {
				for _, gain := range []float64{-30, -12, 0, 6} {
					quiet(fmt.Sprint(name, rate, " ", codec, " ", gain, " dB"), recode(t, x.Gain(gain), codec, codec))
				}
			}
			quiet(name+rate+" at 16000", media.Resample(x, 16000))
		}
		quiet(name+" at 48000", media.Resample(fixture(t, name+"-8k"), 48000))
		quiet(name+" at 44100", media.Resample(recode(t, fixture(t, name+"-16k"), media.ULaw, media.ULaw), 44100))
	}
}
