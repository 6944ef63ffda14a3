package media

import (
	"math"
	"testing"
	"time"
)

// fit is how much power of a clip, its first and last 50 ms aside, is a sine of
// a frequency, and how much is anything else, both in dB of full scale.
func fit(c Clip, frequency float64) (sine, rest float64) {
	c = c.Slice(50*ms, c.Duration()-50*ms)
	w := 2 * math.Pi * frequency / float64(c.Rate)
	var ss, cc, sc, xs, xc, xx float64
	for i, s := range c.Samples {
		sin, cos := math.Sincos(w * float64(i))
		x := float64(s)
		ss, cc, sc = ss+sin*sin, cc+cos*cos, sc+sin*cos
		xs, xc, xx = xs+x*sin, xc+x*cos, xx+x*x
	}
	det := ss*cc - sc*sc
	a, b := (xs*cc-xc*sc)/det, (xc*ss-xs*sc)/det
	var residue float64
	for i, s := range c.Samples {
		sin, cos := math.Sincos(w * float64(i))
		d := float64(s) - a*sin - b*cos
		residue += d * d
	}
	n := float64(len(c.Samples))
	return 10 * math.Log10((a*a+b*b)*1.0000001), 10 * math.Log10(2*residue/n+1e-30)
}

func TestResampleKeepsThePassband(t *testing.T) {
	tests := []struct {
		from, to  Rate
		frequency float64
	}{
		{24000, 8000, 1000}, {8000, 16000, 3000}, {16000, 8000, 3300}, {44100, 16000, 1000},
		{16000, 24000, 5000}, {16000, 44100, 5000}, {8000, 44100, 3000}, {44100, 48000, 10000},
		{48000, 44100, 10000}, {8000, 48000, 300}, {48000, 8000, 3300}, {11025, 8000, 3000}, {22050, 16000, 6000},
		{8001, 15999, 1000}, {47999, 8000, 1000},
	}
	for _, tt := range tests {
		got := Resample(Tone(tt.frequency, 500*ms, -6, tt.from), tt.to)
		sine, rest := fit(got, tt.frequency)
		if math.Abs(sine+6) > 0.01 || rest > sine-100 {
			t.Errorf("Resample(%v Hz, %d to %d) = %.3f dB and %.1f dB of something else, want -6 dB and 100 dB less", tt.frequency, tt.from, tt.to, sine, rest)
		}
	}
}

func TestResampleRemovesWhatWouldAlias(t *testing.T) {
	tests := []struct {
		from, to  Rate
		frequency float64
	}{
		{24000, 8000, 5000}, {16000, 8000, 4500}, {48000, 8000, 20000}, {48000, 16000, 9000}, {44100, 8000, 7000}, {48000, 44100, 23800}, {47999, 8000, 5000},
	}
	for _, tt := range tests {
		got := Resample(Tone(tt.frequency, 500*ms, 0, tt.from), tt.to)
		var energy float64
		middle := got.Slice(50*ms, 450*ms)
		for _, s := range middle.Samples {
			energy += float64(s) * float64(s)
		}
		if level := 10 * math.Log10(2*energy/float64(len(middle.Samples))); level > -100 {
			t.Errorf("Resample(%v Hz, %d to %d) leaves %.1f dB, want at most -100", tt.frequency, tt.from, tt.to, level)
		}
	}
}

func TestResampleLengthAndTime(t *testing.T) {
	rates := []Rate{8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000}
	for _, from := range rates {
		for _, to := range rates {
			for _, n := range []int{0, 1, 2, 63, 160, 1001} {
				in := Clip{Rate: from, Samples: make([]float32, n)}
				got := Resample(in, to)
				want := (n*int(to) + int(from) - 1) / int(from)
				if got.Rate != to || len(got.Samples) != want {
					t.Errorf("Resample(%d samples, %d to %d) = %d samples, want %d", n, from, to, len(got.Samples), want)
				}
			}
			click := Clip{Rate: from, Samples: make([]float32, from/10)}
			at := len(click.Samples) / 2
			click.Samples[at] = 1
			peak := loudest(Resample(click, to))
			if late := to.Duration(peak) - from.Duration(at); late.Abs() > max(to.Duration(1), from.Duration(1)) {
				t.Errorf("Resample(a click, %d to %d) is late by %v", from, to, late)
			}
		}
	}
}

func loudest(c Clip) int {
	best := 0
	for i, s := range c.Samples {
		if math.Abs(float64(s)) > math.Abs(float64(c.Samples[best])) {
			best = i
		}
	}
	return best
}

func TestResampleEdges(t *testing.T) {
	constant := Clip{Rate: 8000, Samples: make([]float32, 8000)}
	for i := range constant.Samples {
		constant.Samples[i] = 0.5
	}
	for i, s := range Resample(constant, 44100).Slice(50*ms, 950*ms).Samples {
		if math.Abs(float64(s)-0.5) > 1e-6 {
			t.Fatalf("Resample(a constant) sample %d = %v, want 0.5", i, s)
		}
	}
	same := Resample(constant, 8000)
	if &same.Samples[0] != &constant.Samples[0] {
		t.Error("Resample() to the same rate copied the clip")
	}
	for _, c := range []Clip{Resample(constant, 0), Resample(constant, -8000), Resample(Clip{Samples: constant.Samples}, 8000), Resample(constant, 1999999999), Resample(Clip{Rate: 1, Samples: constant.Samples}, 48000)} {
		if len(c.Samples) != 0 {
			t.Errorf("Resample() without a valid rate = %d samples, want none", len(c.Samples))
		}
	}
}

func BenchmarkResample8s(b *testing.B) {
	for _, r := range []struct {
		name     string
		from, to Rate
	}{{"48k to 16k", 48000, 16000}, {"8k to 16k", 8000, 16000}, {"44.1k to 8k", 44100, 8000}} {
		c := Noise(8*time.Second, -20, 1, r.from)
		b.Run(r.name, func(b *testing.B) {
			for b.Loop() {
				Resample(c, r.to)
			}
		})
	}
}
