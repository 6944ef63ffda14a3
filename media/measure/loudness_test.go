package measure

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/duologue/duologue/media"
)

// part is a stretch of a test signal of EBU Tech 3341: a sine of 1 kHz.
type part struct{ level, seconds float64 }

func sines(rate media.Rate, parts ...part) media.Clip {
	out := media.Clip{Rate: rate}
	for _, p := range parts {
		d := time.Duration(math.Round(p.seconds * float64(time.Second)))
		out.Samples = append(out.Samples, media.Tone(1000, d, p.level, rate).Samples...)
	}
	return out
}

func repeated(times int, parts ...part) []part {
	var out []part
	for range times {
		out = append(out, parts...)
	}
	return out
}

// The cases of EBU Tech 3341 that one channel can hold. Their signals have two
// channels and read -23 LUFS; on one channel they read 3.01 LU less.
func TestLoudnessIsThatOfTech3341(t *testing.T) {
	const want = -23 - 3.01
	integrated := func(l Loud) float64 { return l.Integrated }
	tests := []struct {
		name  string
		parts []part
		of    func(Loud) float64
		want  float64
	}{
		{"1", []part{{-23, 20}}, integrated, want},
		{"2", []part{{-33, 20}}, integrated, want - 10},
		{"3", []part{{-36, 10}, {-23, 60}, {-36, 10}}, integrated, want},
		{"4", []part{{-72, 10}, {-36, 10}, {-23, 60}, {-36, 10}, {-72, 10}}, integrated, want},
		{"5", []part{{-26, 20}, {-20, 20.1}, {-26, 20}}, integrated, want},
		{"9", repeated(5, part{-20, 1.34}, part{-30, 1.66}), func(l Loud) float64 { return l.ShortTerm }, want},
		{"12", repeated(25, part{-20, 0.18}, part{-30, 0.22}), func(l Loud) float64 { return l.Momentary }, want},
	}
	for _, tt := range tests {
		for _, rate := range []media.Rate{8000, 16000, 48000} {
			if rate > 16000 && len(tt.parts) > 1 && len(tt.parts) < 10 {
				continue // the gates are the same at every rate, and these are long
			}
			t.Run(fmt.Sprint(tt.name, "/", rate), func(t *testing.T) {
				l, err := Loudness(sines(rate, tt.parts...))
				if got := tt.of(l); err != nil || math.Abs(got-tt.want) > 0.1 {
					t.Errorf("Loudness() = %+v, %v, want %v", l, err, tt.want)
				}
			})
		}
	}
}

func TestLoudnessOfAFullScaleSine(t *testing.T) {
	// BS.1770-4: 0 dBFS at 997 Hz on one channel reads -3.01.
	if l, err := Loudness(media.Tone(997, time.Second, 0, 48000)); err != nil || math.Abs(l.Integrated+3.01) > 0.02 {
		t.Errorf("Loudness() = %+v, %v, want -3.01", l, err)
	}
}

func TestLoudnessThatCannotBeMeasured(t *testing.T) {
	for name, tt := range map[string]struct {
		clip media.Clip
		want error
	}{
		"empty":        {media.Clip{Rate: 8000}, ErrEmpty},
		"399 ms":       {media.Tone(440, 399*ms, -20, 8000), ErrShort},
		"silence":      {media.Silence(time.Second, 8000), ErrSilent},
		"nearly so":    {media.Tone(1000, time.Second, -70, 8000), ErrSilent},
		"without rate": {at(0, media.Tone(440, time.Second, -20, 8000)), ErrInvalid},
	} {
		if l, err := Loudness(tt.clip); !errors.Is(err, tt.want) {
			t.Errorf("Loudness(%s) = %+v, %v, want %v", name, l, err, tt.want)
		}
	}
	if l, err := Loudness(media.Tone(440, 2*time.Second, -20, 8000)); err != nil || !math.IsNaN(l.ShortTerm) {
		t.Errorf("Loudness(2 s) = %+v, %v, want no short-term figure", l, err)
	}
}
