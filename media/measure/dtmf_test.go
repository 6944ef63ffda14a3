package measure

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/duologue/duologue/media"
)

const allDigits = "0123456789*#ABCD"

// keying says how digits are made; the zero value's offsets and twist are none.
type keying struct {
	level      float64 // dBFS of each tone; with twist of the louder
	on, off    time.Duration
	low, high  float64 // parts by which the tones are beside their frequencies
	twist      float64 // dB by which the low tone is louder; negative: the high one
	noise      float64 // dB below the tones together; 0 for none
	randomized uint64
}

func (k keying) make(t testing.TB, keys string) media.Clip {
	t.Helper()
	out := media.Silence(100*ms, 8000)
	random := rand.New(rand.NewPCG(k.randomized, 1))
	for _, key := range keys {
		f, g := pairOf(t, key)
		a := math.Pow(10, k.level/20)
		low, high := a*math.Pow(10, min(k.twist, 0)/20), a*math.Pow(10, -max(k.twist, 0)/20)
		p, q := random.Float64()*2*math.Pi, random.Float64()*2*math.Pi
		tone := media.Silence(k.on, 8000)
		for i := range tone.Samples {
			s := 2 * math.Pi * float64(i) / 8000
			tone.Samples[i] = float32(low*math.Sin(s*f*(1+k.low)+p) + high*math.Sin(s*g*(1+k.high)+q))
		}
		out.Samples = append(out.Samples, tone.Samples...)
		out.Samples = append(out.Samples, media.Silence(k.off, 8000).Samples...)
	}
	out = media.Concat(8000, out, media.Silence(100*ms, 8000))
	if k.noise > 0 {
		n := media.Noise(out.Duration()+ms, k.level+3-k.noise, k.randomized, 8000)
		out = altered(out, func(i int, s float32) float32 { return s + n.Samples[i] })
	}
	return out
}

func pairOf(t testing.TB, key rune) (low, high float64) {
	t.Helper()
	for row, keys := range dtmfKeys {
		for column, k := range keys {
			if k == key {
				return dtmfTones[row], dtmfTones[4+column]
			}
		}
	}
	t.Fatalf("no key %q", key)
	return 0, 0
}

func heardKeys(t testing.TB, c media.Clip) string {
	t.Helper()
	found, err := DTMF(c)
	if err != nil {
		t.Fatalf("DTMF() = %v", err)
	}
	var out []rune
	for _, d := range found {
		out = append(out, d.Key)
	}
	return string(out)
}

// usual is how tests 2 to 7 of the plan key unless they say otherwise: 50 ms on,
// 50 ms off, -4 dBm0 a tone, which is 7 dB lower in dBFS.
var usual = keying{level: -11, on: 50 * ms, off: 50 * ms}

// The acceptance plan of the Mitel CM7291 test tape, side 1, its signals made anew.
func TestDTMFAcceptance(t *testing.T) {
	t.Run("2 all digits, ten times", func(t *testing.T) {
		for i := range 10 {
			k := usual
			k.randomized = uint64(i)
			if got := heardKeys(t, k.make(t, allDigits)); got != allDigits {
				t.Errorf("DTMF() = %q, want %q", got, allDigits)
			}
		}
	})
	t.Run("3 bandwidth", func(t *testing.T) {
		for _, key := range "159D" {
			for off := -6.0; off <= 6; off += 0.1 {
				for _, low := range []bool{true, false} {
					k := usual
					if low {
						k.low = off / 100
					} else {
						k.high = off / 100
					}
					got := heardKeys(t, k.make(t, string(key)))
					if math.Abs(off) <= 1.5+1e-9 && got != string(key) {
						t.Errorf("%c, low %v, %.1f %% beside: DTMF() = %q, want it taken", key, low, off, got)
					}
					if math.Abs(off) >= 3.5-1e-9 && got != "" {
						t.Errorf("%c, low %v, %.1f %% beside: DTMF() = %q, want it refused", key, low, off, got)
					}
				}
			}
		}
	})
	t.Run("4 twist", func(t *testing.T) {
		for _, key := range "159D" {
			for twist, want := range map[float64]bool{8: true, 4: true, 0: true, -4: true, 12: false, -8: false} {
				k := usual
				k.twist = twist
				if got := heardKeys(t, k.make(t, string(key))); (got == string(key)) != want {
					t.Errorf("%c, twist %v: DTMF() = %q, want taken: %v", key, twist, got, want)
				}
			}
		}
	})
	t.Run("5 dynamic range", func(t *testing.T) {
		for level := -46.0; level <= -4; level++ {
			k := usual
			k.level = level
			if got := heardKeys(t, k.make(t, allDigits)); got != allDigits {
				t.Errorf("%v dBFS: DTMF() = %q, want %q", level, got, allDigits)
			}
		}
	})
	t.Run("6 guard time", func(t *testing.T) {
		for on := 10; on <= 49; on++ {
			for _, key := range allDigits {
				k := usual
				k.on = time.Duration(on) * ms
				got := heardKeys(t, k.make(t, string(key)))
				if on >= 40 && got != string(key) {
					t.Errorf("%c of %d ms: DTMF() = %q, want it taken", key, on, got)
				}
				if on <= 23 && got != "" {
					t.Errorf("%c of %d ms: DTMF() = %q, want it refused", key, on, got)
				}
			}
		}
	})
	t.Run("7 noise", func(t *testing.T) {
		for _, noise := range []float64{26, 15} {
			for i := range 1000 / len(allDigits) {
				k := usual
				k.noise, k.randomized = noise, uint64(i)
				if got := heardKeys(t, k.make(t, allDigits)); got != allDigits {
					t.Errorf("noise %v dB below: DTMF() = %q, want %q", noise, got, allDigits)
				}
			}
		}
	})
}

// Test 8 is tapes of speech that may not be passed on; the speech here must be
// taken for no digit either, nor noise or tones.
func TestDTMFIsNotHeardInOtherThings(t *testing.T) {
	for _, name := range spoken {
		for _, rate := range []string{"-8k", "-16k"} {
			for _, gain := range []float64{-20, 0, 12} {
				if got := heardKeys(t, fixture(t, name+rate).Gain(gain)); got != "" {
					t.Errorf("DTMF(%s, %v dB) = %q, want none", name+rate, gain, got)
				}
			}
		}
	}
	for name, c := range map[string]media.Clip{
		"noise":     media.Noise(20*time.Second, -10, 1, 8000),
		"a sweep":   media.Sweep(300, 3400, 10*time.Second, -10, 8000),
		"697 Hz":    media.Tone(697, time.Second, -10, 8000),
		"1209 Hz":   media.Tone(1209, time.Second, -10, 8000),
		"silence":   media.Silence(time.Second, 8000),
		"dial tone": altered(media.Tone(350, time.Second, -13, 8000), func(i int, s float32) float32 { return s + 0.2*float32(math.Sin(2*math.Pi*440/8000*float64(i))) }),
	} {
		if got := heardKeys(t, c); got != "" {
			t.Errorf("DTMF(%s) = %q, want none", name, got)
		}
	}
}

func TestDTMFOfOurSource(t *testing.T) {
	const keys = "1234567890*#ABCD55##"
	for _, rate := range []media.Rate{8000, 16000, 24000, 44100, 48000} {
		c, err := media.DTMF(keys, -13, rate)
		if err != nil {
			t.Fatal(err)
		}
		for _, codec := range []media.Codec{media.ULaw, media.ALaw, media.L16LE} {
			t.Run(fmt.Sprint(rate, "/", codec), func(t *testing.T) {
				found, err := DTMF(recode(t, c, codec, codec))
				if err != nil || len(found) != len(keys) {
					t.Fatalf("DTMF() = %v, %v, want %s", found, err, keys)
				}
				for i, d := range found {
					start := time.Duration(i) * (media.DTMFTone + media.DTMFPause)
					if d.Key != rune(keys[i]) || (d.Span.Start-start).Abs() > 4*ms || (d.Span.End-start-media.DTMFTone).Abs() > 4*ms {
						t.Errorf("digit %d is %c at %v, want %c at %v", i, d.Key, d.Span, keys[i], start)
					}
				}
			})
		}
	}
}

func TestDTMFPauses(t *testing.T) {
	for off, want := range map[time.Duration]string{9 * ms: "5", 50 * ms: "55", 40 * ms: "55"} {
		k := usual
		k.off = off
		if got := heardKeys(t, k.make(t, "55")); got != want {
			t.Errorf("DTMF(a pause of %v) = %q, want %q", off, got, want)
		}
	}
	if _, err := DTMF(media.Clip{Rate: 8000}); !errors.Is(err, ErrEmpty) {
		t.Errorf("DTMF(nothing) = %v, want %v", err, ErrEmpty)
	}
}
