package media

import (
	"math"
	"slices"
	"testing"
	"time"
)

// rms is the level of a clip in dBFS.
func rms(c Clip) float64 {
	var sum float64
	for _, s := range c.Samples {
		sum += float64(s) * float64(s)
	}
	return 10 * math.Log10(2*sum/float64(len(c.Samples)))
}

func TestSourcesHaveTheirLevelAndLength(t *testing.T) {
	for _, rate := range []Rate{8000, 16000, 44100} {
		for _, level := range []float64{0, -12, -40} {
			sources := map[string]Clip{
				"Tone":  Tone(440, 2*time.Second, level, rate),
				"Sweep": Sweep(300, 3400, 2*time.Second, level, rate),
				"Noise": Noise(2*time.Second, level, 1, rate),
			}
			for name, c := range sources {
				if got := rms(c); math.Abs(got-level) > 0.05 {
					t.Errorf("%s at %v dB, %d Hz: level = %.2f dB", name, level, rate, got)
				}
				if c.Duration() != 2*time.Second || c.Rate != rate {
					t.Errorf("%s at %d Hz: %v at %d Hz, want 2s", name, rate, c.Duration(), c.Rate)
				}
			}
		}
	}
	if c := Silence(time.Second, 8000); len(c.Samples) != 8000 || slices.Max(c.Samples) != 0 || slices.Min(c.Samples) != 0 {
		t.Errorf("Silence(1s) = %d samples of %v to %v", len(c.Samples), slices.Min(c.Samples), slices.Max(c.Samples))
	}
	for _, c := range []Clip{Tone(440, -1, 0, 8000), Noise(0, 0, 1, 8000), Sweep(1, 2, 0, 0, 8000), Silence(1, 0)} {
		if len(c.Samples) != 0 {
			t.Errorf("a source of no length has %d samples", len(c.Samples))
		}
	}
}

func TestToneHasItsFrequency(t *testing.T) {
	if sine, rest := fit(Tone(1234.5, time.Second, -3, 16000), 1234.5); math.Abs(sine+3) > 0.001 || rest > -120 {
		t.Errorf("Tone(1234.5 Hz) = %.3f dB and %.1f dB of something else, want -3 dB and nothing", sine, rest)
	}
}

// A sweep crosses zero as often as its mean frequency says, more often later on.
func TestSweepRises(t *testing.T) {
	c := Sweep(200, 2200, 2*time.Second, -6, 16000)
	crossings := func(from, to time.Duration) (n int) {
		s := c.Slice(from, to).Samples
		for i := range s[1:] {
			if (s[i] < 0) != (s[i+1] < 0) {
				n++
			}
		}
		return n
	}
	for i, mean := range []float64{450, 950, 1450, 1950} {
		from := time.Duration(i) * 500 * ms
		if got, want := float64(crossings(from, from+500*ms)), mean; math.Abs(got-want) > 3 {
			t.Errorf("Sweep(200 to 2200 Hz) crosses zero %v times from %v on, want %v", got, from, want)
		}
	}
}

func TestNoiseIsSeededAndWhite(t *testing.T) {
	a, b, c := Noise(time.Second, -20, 1, 8000), Noise(time.Second, -20, 1, 8000), Noise(time.Second, -20, 2, 8000)
	if !slices.Equal(a.Samples, b.Samples) {
		t.Error("Noise() differs with the same seed")
	}
	if slices.Equal(a.Samples, c.Samples) {
		t.Error("Noise() is the same with another seed")
	}
	var same, next float64
	for i := range a.Samples[1:] {
		same += float64(a.Samples[i]) * float64(a.Samples[i])
		next += float64(a.Samples[i]) * float64(a.Samples[i+1])
	}
	if math.Abs(next/same) > 0.05 {
		t.Errorf("Noise() correlates with itself a sample later by %v", next/same)
	}
}

// power is how much of a clip is at a frequency, in dB of full scale.
func power(c Clip, frequency float64) float64 {
	var re, im float64
	for i, s := range c.Samples {
		sin, cos := math.Sincos(2 * math.Pi * frequency * float64(i) / float64(c.Rate))
		re, im = re+float64(s)*cos, im+float64(s)*sin
	}
	return 20 * math.Log10(2*math.Hypot(re, im)/float64(len(c.Samples))+1e-12)
}

func TestDTMF(t *testing.T) {
	const digits = "1234567890*#ABCDabcd"
	pairs := map[rune][2]float64{
		'1': {697, 1209}, '2': {697, 1336}, '3': {697, 1477}, 'A': {697, 1633}, 'a': {697, 1633},
		'4': {770, 1209}, '5': {770, 1336}, '6': {770, 1477}, 'B': {770, 1633}, 'b': {770, 1633},
		'7': {852, 1209}, '8': {852, 1336}, '9': {852, 1477}, 'C': {852, 1633}, 'c': {852, 1633},
		'*': {941, 1209}, '0': {941, 1336}, '#': {941, 1477}, 'D': {941, 1633}, 'd': {941, 1633},
	}
	c, err := DTMF(digits, -13, 8000)
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Duration(len(digits)) * (DTMFTone + DTMFPause); c.Duration() != want {
		t.Errorf("DTMF(%q) lasts %v, want %v", digits, c.Duration(), want)
	}
	for i, digit := range digits {
		at := time.Duration(i) * (DTMFTone + DTMFPause)
		tone, pause := c.Slice(at, at+DTMFTone), c.Slice(at+DTMFTone, at+DTMFTone+DTMFPause)
		if got := rms(tone); math.Abs(got+13) > 0.3 {
			t.Errorf("DTMF(%c) has a level of %.2f dB, want -13", digit, got)
		}
		if slices.Max(pause.Samples) != 0 {
			t.Errorf("DTMF(%c) is not followed by silence", digit)
		}
		for _, f := range []float64{697, 770, 852, 941, 1209, 1336, 1477, 1633} {
			got, among := power(tone, f), f == pairs[digit][0] || f == pairs[digit][1]
			if among && math.Abs(got+16) > 0.7 || !among && got > -24 {
				t.Errorf("DTMF(%c) has %.1f dB at %v Hz", digit, got, f)
			}
		}
	}
	for _, bad := range []string{"E", "1 2", "１", "+"} {
		if _, err := DTMF(bad, -13, 8000); err == nil {
			t.Errorf("DTMF(%q) = nil, want an error", bad)
		}
	}
}

func TestClipParts(t *testing.T) {
	c := Tone(440, time.Second, -6, 8000)
	for _, tt := range []struct{ from, to, want time.Duration }{
		{0, time.Second, time.Second}, {200 * ms, 300 * ms, 100 * ms}, {-time.Second, 100 * ms, 100 * ms},
		{900 * ms, time.Hour, 100 * ms}, {2 * time.Second, 3 * time.Second, 0}, {500 * ms, 100 * ms, 0},
	} {
		if got := c.Slice(tt.from, tt.to).Duration(); got != tt.want {
			t.Errorf("Slice(%v, %v) lasts %v, want %v", tt.from, tt.to, got, tt.want)
		}
	}
	part := c.Slice(0, 100*ms)
	before := c.Samples[len(part.Samples)]
	_ = append(part.Samples, 9)
	if c.Samples[len(part.Samples)] != before {
		t.Error("appending to a slice of a clip overwrote the clip")
	}
	if got := rms(c.Gain(-6)); math.Abs(got+12) > 0.01 {
		t.Errorf("Gain(-6) of a tone at -6 dB = %.2f dB, want -12", got)
	}
	both := Concat(16000, c, Silence(500*ms, 16000), c)
	if both.Rate != 16000 || both.Duration() != 2500*ms {
		t.Errorf("Concat() = %v at %d Hz, want 2.5s at 16000", both.Duration(), both.Rate)
	}
}
