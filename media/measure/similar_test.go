package measure

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/duologue/duologue/fixtures"
	"github.com/duologue/duologue/media"
)

var spoken = []string{"greeting", "question", "answer", "goodbye"}

func fixture(t testing.TB, name string) media.Clip {
	t.Helper()
	data, err := fixtures.FS.ReadFile(name + ".wav")
	if err != nil {
		t.Fatal(err)
	}
	c, warnings, err := media.ReadWAV(data)
	if err != nil || len(warnings) > 0 {
		t.Fatalf("ReadWAV(%s) = %v, %v, want no warnings and no error", name, warnings, err)
	}
	return c
}

// recode encodes a clip with one codec and decodes it with another.
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

func altered(c media.Clip, f func(i int, s float32) float32) media.Clip {
	out := media.Clip{Rate: c.Rate, Samples: make([]float32, len(c.Samples))}
	for i, s := range c.Samples {
		out.Samples[i] = f(i, s)
	}
	return out
}

func inverted(c media.Clip) media.Clip {
	return altered(c, func(_ int, s float32) float32 { return -s })
}

// noisy adds white noise, so many dB below the clip.
func noisy(t testing.TB, c media.Clip, below float64) media.Clip {
	t.Helper()
	level, err := Level(c)
	if err != nil {
		t.Fatal(err)
	}
	noise := media.Noise(c.Duration()+time.Second, level-below, 7, c.Rate)
	return altered(c, func(i int, s float32) float32 { return s + noise.Samples[i] })
}

// without deletes 20 ms from the middle.
func without(c media.Clip) media.Clip {
	middle := c.Duration() / 2
	return media.Concat(c.Rate, c.Slice(0, middle), c.Slice(middle+20*time.Millisecond, c.Duration()))
}

// at is a clip played as if it had another rate.
func at(rate media.Rate, c media.Clip) media.Clip { return media.Clip{Rate: rate, Samples: c.Samples} }

// The bounds are those of the table in the comment of Similar. The two fixtures
// are those whose figures lie farthest apart.
func TestSimilarScores(t *testing.T) {
	for _, name := range []string{"question", "goodbye"} {
		x, wide := fixture(t, name+"-8k"), fixture(t, name+"-16k")
		soft := x.Gain(-30)
		const other = "answer-8k"
		tests := []struct {
			name     string
			ref, got media.Clip
			min, max float64
		}{
			{"identical", x, x, 1, 1},
			{"µ-law", x, recode(t, x, media.ULaw, media.ULaw), 0.995, 1},
			{"A-law", x, recode(t, x, media.ALaw, media.ALaw), 0.995, 1},
			{"soft µ-law", soft, recode(t, soft, media.ULaw, media.ULaw), 0.955, 1},
			{"soft A-law", soft, recode(t, soft, media.ALaw, media.ALaw), 0.9, 1},
			{"6 dB softer", x, x.Gain(-6), 0.999, 1},
			{"20 dB softer", x, x.Gain(-20), 0.999, 1},
			{"inverted", x, inverted(x), 0.999, 1},
			{"16 kHz for 8", x, wide, 0.995, 1},
			{"8 kHz for 16", wide, x, 0.995, 1},
			{"a sample of 16 kHz late", x, media.Concat(16000, media.Silence(time.Second/16000, 16000), wide), 0.995, 1},
			{"24 kHz for 16", wide, media.Resample(wide, 24000), 0.99, 1},
			{"44.1 kHz for 8", x, media.Resample(x, 44100), 0.99, 1},
			{"16 kHz that was 8", wide, media.Resample(x, 16000), 0.94, 0.999},
			{"5 s late", x, media.Concat(8000, media.Silence(5*time.Second, 8000), x), 0.999, 1},
			{"amid other speech", x, media.Concat(8000, fixture(t, other), x, fixture(t, other)), 0.999, 1},
			{"noise at -30 dB", x, noisy(t, x, 30), 0.93, 0.99},
			{"noise at -20 dB", x, noisy(t, x, 20), 0.77, 0.9},
			{"noise at -10 dB", x, noisy(t, x, 10), 0.39, 0.55},
			{"clipped", x, recode(t, x.Gain(12), media.L16LE, media.L16LE), 0.94, 0.995},
			{"a frame deleted", x, without(x), 0, 0.3},
			{"half missing", x, x.Slice(0, x.Duration()/2), 0, 0.5},
			{"µ-law read as A-law", x, recode(t, x, media.ULaw, media.ALaw), 0, 0.4},
			{"A-law read as µ-law", x, recode(t, x, media.ALaw, media.ULaw), 0, 0.4},
			{"soft µ-law read as A-law", soft, recode(t, soft, media.ULaw, media.ALaw), 0, 0.4},
			{"octets swapped", x, recode(t, x, media.L16LE, media.L16BE), 0, 0.01},
			{"twice as fast", x, at(16000, x), 0, 0.01},
			{"half as fast", x, at(8000, wide), 0, 0.01},
			{"other speech", x, fixture(t, other), 0, 0.01},
			{"noise", x, media.Noise(3*time.Second, -20, 1, 8000), 0, 0.01},
			{"a tone", x, media.Tone(440, 3*time.Second, -20, 8000), 0, 0.01},
		}
		for _, tt := range tests {
			t.Run(name+", "+tt.name, func(t *testing.T) {
				s, err := Similar(tt.ref, tt.got)
				if err != nil {
					t.Fatalf("Similar() = %v", err)
				}
				if !(s.Score >= tt.min && s.Score <= tt.max) {
					t.Errorf("Similar() = %+v, want a score of %v to %v", s, tt.min, tt.max)
				}
			})
		}
	}
}

func TestSimilarReportsWhatItIgnores(t *testing.T) {
	x, wide := fixture(t, "greeting-8k"), fixture(t, "greeting-16k")
	late := func(d time.Duration) media.Clip { return media.Concat(8000, media.Silence(d, 8000), x) }
	tests := []struct {
		name string
		got  media.Clip
		want Similarity // a score of 0 is not looked at
	}{
		{"identical", x, Similarity{Score: 1, SNR: 100, SISDR: 100}},
		{"inverted", inverted(x), Similarity{Score: 1, SNR: -6.02, SISDR: 100, Inverted: true}},
		{"softer", x.Gain(-17), Similarity{Score: 1, Gain: -17, SNR: 1.32, SISDR: 100}},
		{"6 dB softer", x.Gain(-6.0206), Similarity{Score: 1, Gain: -6.02, SNR: 6.02, SISDR: 100}},
		{"louder", x.Gain(3), Similarity{Score: 1, Gain: 3, SNR: 7.68, SISDR: 100}},
		{"late", late(1234 * time.Millisecond), Similarity{Score: 1, Delay: 1234 * time.Millisecond, SNR: 100, SISDR: 100}},
		{"very late", late(40 * time.Second), Similarity{Score: 1, Delay: 40 * time.Second, SNR: 100, SISDR: 100}},
		{"cut", x.Slice(50*time.Millisecond, time.Minute), Similarity{Score: 1, Delay: -50 * time.Millisecond, SNR: 100, SISDR: 100}},
		{"half a sample late", media.Concat(16000, media.Silence(time.Second/16000, 16000), wide), Similarity{SNR: 36, SISDR: 36, Delay: time.Second / 16000}},
		{"noise", noisy(t, x, 20), Similarity{SNR: 20, SISDR: 20}},
		{"µ-law", recode(t, x, media.ULaw, media.ULaw), Similarity{SNR: 37.3, SISDR: 37.3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Similar(x, tt.got)
			if err != nil {
				t.Fatalf("Similar() = %v", err)
			}
			near := func(a, b, by float64) bool { return math.Abs(a-b) <= by }
			if tt.want.Score > 0 && !near(s.Score, tt.want.Score, 1e-3) || !near(s.Gain, tt.want.Gain, 0.05) ||
				!near(s.SNR, tt.want.SNR, 0.3) || !near(s.SISDR, tt.want.SISDR, 0.3) || !near(float64(s.Delay), float64(tt.want.Delay), 500) || s.Inverted != tt.want.Inverted {
				t.Errorf("Similar() = %+v, want %+v", s, tt.want)
			}
		})
	}
}

// What is long is aligned in two steps, and as well as what is short.
func TestSimilarOfLongAudio(t *testing.T) {
	x := long(t, 20*time.Second)
	for name, tt := range map[string]struct {
		got  media.Clip
		want time.Duration
	}{
		"itself":             {x, 0},
		"late":               {media.Concat(8000, media.Silence(1234567*time.Microsecond, 8000), x), 1234625 * time.Microsecond},
		"cut":                {x.Slice(2*time.Second+125*time.Microsecond, time.Minute), -2*time.Second - 125*time.Microsecond},
		"inverted and noisy": {inverted(noisy(t, x, 20)), 0},
	} {
		s, err := Similar(x, tt.got)
		if err != nil || (s.Delay-tt.want).Abs() > time.Microsecond || s.SISDR < 9 {
			t.Errorf("Similar(%s) = %+v, %v, want a delay of %v", name, s, err, tt.want)
		}
	}
	high := media.Tone(3000, 20*time.Second, -20, 8000)
	if s, err := Similar(high, high); err != nil || s.SISDR < 90 {
		t.Errorf("Similar(3 kHz) = %+v, %v, want the same", s, err)
	}
}

// The vector of Le Roux et al., "SDR – half-baked or well done?" (2018), as
// implementations of SI-SDR print it.
func TestSISDR(t *testing.T) {
	x, y := []float64{3, -0.5, 2, 7}, []float64{2.5, 0, 2, 8}
	if got := siSDR(dot(x, x), dot(y, y), dot(x, y)); math.Abs(got-18.40299) > 1e-4 {
		t.Errorf("SI-SDR = %v, want 18.40299", got)
	}
}

func TestSimilarThatCannotBeMeasured(t *testing.T) {
	x := fixture(t, "greeting-8k")
	tests := []struct {
		name     string
		ref, got media.Clip
		want     error
	}{
		{"no reference", media.Clip{Rate: 8000}, x, ErrEmpty},
		{"no audio", x, media.Clip{Rate: 8000}, ErrEmpty},
		{"silent reference", media.Silence(time.Second, 8000), x, ErrSilent},
		{"silent audio", x, media.Silence(time.Second, 8000), ErrSilent},
		{"a constant", x, altered(x, func(int, float32) float32 { return 0.5 }), ErrSilent},
		{"short reference", x.Slice(time.Second, 1020*time.Millisecond), x, ErrShort},
		{"long reference", media.Noise(6*time.Minute, -20, 1, 4000), x, ErrLong},
		{"no rate", x, at(0, x), ErrInvalid},
		{"a rate without meaning", x, at(10, x), ErrInvalid},
		{"not a number", x, altered(x, func(int, float32) float32 { return float32(math.NaN()) }), ErrInvalid},
		{"infinite", x, altered(x, func(int, float32) float32 { return float32(math.Inf(1)) }), ErrInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if s, err := Similar(tt.ref, tt.got); !errors.Is(err, tt.want) {
				t.Errorf("Similar() = %+v, %v, want %v", s, err, tt.want)
			}
		})
	}
}

func TestSimilarOfVeryShortAudioIsANumber(t *testing.T) {
	x := fixture(t, "greeting-8k")
	for n := 1; n < 300; n += 13 {
		s, err := Similar(x, media.Clip{Rate: 8000, Samples: x.Samples[8000 : 8000+n]})
		if err == nil && !(s.Score >= 0 && s.Score < 0.5) {
			t.Errorf("Similar(%d samples) = %+v, want a low score", n, s)
		}
	}
}

func BenchmarkSimilarMinute(b *testing.B) {
	x := fixture(b, "answer-8k")
	minute := x
	for minute.Duration() < time.Minute {
		minute = media.Concat(8000, minute, x)
	}
	minute = minute.Slice(0, time.Minute)
	for b.Loop() {
		if _, err := Similar(minute, minute); err != nil {
			b.Fatal(err)
		}
	}
}
