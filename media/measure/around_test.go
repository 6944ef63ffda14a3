package measure

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/duologue/duologue/internal/race"
	"github.com/duologue/duologue/media"
)

// What sounds beside the reference is as long as it was made, to a step of 5 ms on
// each side; silence and the reference itself do not count.
func TestAround(t *testing.T) {
	x := fixture(t, "question-8k")
	hiss := media.Noise(300*ms, -30, 5, 8000)
	faint := media.Noise(300*ms, -60, 6, 8000)
	quiet := media.Silence(200*ms, 8000)
	amid := inFrames(x, func() []int {
		k := amidSpeech(x)
		all := upTo(len(x.Samples) / 160)
		return append(append(append([]int{}, all[:k]...), -2, -2), all[k:]...)
	}())
	tests := []struct {
		name string
		clip media.Clip
		want Around
	}{
		{"nothing", x, Around{}},
		{"silence", media.Concat(8000, quiet, x, quiet), Around{}},
		{"hiss at -60 dBFS", media.Concat(8000, faint, x, faint), Around{}},
		{"in front", media.Concat(8000, hiss, quiet, x), Around{Before: 300 * ms}},
		{"behind", media.Concat(8000, x, quiet, hiss), Around{After: 300 * ms}},
		{"both", media.Concat(8000, hiss, x, hiss), Around{Before: 300 * ms, After: 300 * ms}},
		{"amid", amid, Around{Between: 40 * ms}},
	}
	for _, tt := range tests {
		for _, codec := range []media.Codec{media.L16LE, media.ULaw, media.ALaw} {
			c, err := Compare(x, recode(t, tt.clip, codec, codec))
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.Around(20 * ms)
			off := func(a, b time.Duration) bool { return (a-b).Abs() > 10*ms || b == 0 && a != 0 }
			if err != nil || off(got.Before, tt.want.Before) || off(got.Between, tt.want.Between) || off(got.After, tt.want.After) {
				t.Errorf("Around(%s as %v) = %+v, %v, want %+v", tt.name, codec, got, err, tt.want)
			}
		}
	}
	c, err := Compare(x, fixture(t, "answer-8k"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Around(20 * ms); !errors.Is(err, ErrUnlike) {
		t.Errorf("Around(other speech) = %+v, %v, want %v", got, err, ErrUnlike)
	}
}

// The same passage is the same, to the last bit that float32 has, whatever stands
// beside it; an offset is a difference as any other.
func TestRatiosOfTheSamePassage(t *testing.T) {
	if race.Enabled {
		t.Skip("one goroutine; the run without the race detector has it")
	}
	for name, x := range sources(t) {
		for _, codec := range []media.Codec{media.L16LE, media.ULaw, media.ALaw} {
			x := recode(t, x, codec, codec)
			for beside, y := range map[string]media.Clip{
				"nothing": x,
				"silence": media.Concat(8000, media.Silence(time.Second, 8000), x, media.Silence(2*time.Second, 8000)),
				"noise":   media.Concat(8000, media.Noise(200*ms, -10, 1, 8000), x, media.Noise(200*ms, -10, 2, 8000)),
				"padding": behind(constant(82, ulawZero)...)(t, x),
			} {
				s, err := Similar(x, y)
				if err != nil || s.SNR < 99.9 || s.SISDR < 99.9 {
					t.Errorf("%s as %v beside %s: SNR %.1f, SI-SDR %.1f, %v, want 100", name, codec, beside, s.SNR, s.SISDR, err)
				}
			}
		}
		level, err := Level(x)
		if err != nil {
			t.Fatal(err)
		}
		tenth := float32(0.1 * decibelsOf(level))
		s, err := Similar(x, altered(x, func(_ int, v float32) float32 { return v + tenth }))
		if err != nil || s.SNR < 19.9 || s.SNR > 20.1 || s.SISDR < 19.5 || s.SISDR > 20.5 || s.Score < 0.99 {
			t.Errorf("%s with an offset 20 dB below: %+v, %v, want SNR and SI-SDR of 20 dB, and the score of the same", name, s, err)
		}
	}
}

// decibelsOf is the RMS of a level in dBFS, a full-scale sine being at 0 dB.
func decibelsOf(level float64) float64 { return math.Pow(10, level/20) / math.Sqrt2 }
