package measure

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/internal/race"
	"github.com/duologue/duologue/media"
)

// names gives the rules that found something.
func names(found []Finding) []string {
	var out []string
	for _, f := range found {
		out = append(out, f.Name)
	}
	return out
}

func reread16(t testing.TB, c media.Clip, as, was media.Codec, skip int) media.Clip {
	t.Helper()
	out, ok := reread(c, as, was, skip)
	if !ok {
		t.Fatalf("reread(%v, %v) is impossible", as, was)
	}
	return out
}

func mixed(c, with media.Clip) media.Clip {
	return altered(c, func(i int, s float32) float32 {
		if i < len(with.Samples) {
			s += with.Samples[i]
		}
		return s
	})
}

// Each mistake and each rule: broken in just that way, the audio is called just
// that.
func TestDiagnose(t *testing.T) {
	if race.Enabled {
		t.Skip("one goroutine; the run without the race detector has it")
	}
	for voice, name := range spoken {
		x, wide := fixture(t, name+"-8k"), fixture(t, name+"-16k")
		k := amidSpeech(x)
		frames := func(edit func([]int) []int) media.Clip { return inFrames(x, edit(upTo(len(x.Samples)/160))) }
		half := media.Clip{Rate: 8000}
		for i := 0; i < len(x.Samples); i += 2 {
			half.Samples = append(half.Samples, x.Samples[i])
		}
		other := fixture(t, "answer-8k")
		if name == "answer" {
			other = fixture(t, "question-8k")
		}
		tests := []struct {
			name string
			ref  media.Clip
			got  media.Clip
			want []string
		}{
			{"identical", x, x, nil},
			{"µ-law", x, recode(t, x, media.ULaw, media.ULaw), nil},
			{"A-law", x, recode(t, x, media.ALaw, media.ALaw), nil},
			{"late", x, media.Concat(8000, media.Silence(1234*ms, 8000), x), nil},
			{"resampled", x, media.Resample(media.Resample(x, 48000), 8000), nil},
			{"A-law as µ-law", x, recode(t, x, media.ALaw, media.ULaw), []string{"wrong companding law"}},
			{"µ-law as A-law", x, recode(t, x, media.ULaw, media.ALaw), []string{"wrong companding law"}},
			{"byte order", x, recode(t, x, media.L16LE, media.L16BE), []string{"wrong byte order"}},
			{"odd octets", x, reread16(t, x, media.L16LE, media.L16LE, 1), []string{"wrong byte order"}},
			{"L16 as µ-law", x, reread16(t, x, media.L16LE, media.ULaw, 0), []string{"wrong encoding"}},
			{"µ-law as L16", x, reread16(t, x, media.ULaw, media.L16LE, 0), []string{"wrong encoding"}},
			{"half rate", x, half, []string{"wrong rate"}},
			{"16 kHz played as 8", x, at(8000, wide), []string{"wrong rate"}},
			{"8 kHz played as 24", x, at(24000, x), []string{"wrong rate"}},
			{"silence", x, media.Silence(3*time.Second, 8000), []string{"silence"}},
			{"other speech", x, other, []string{"other audio"}},
			{"noise", x, media.Noise(3*time.Second, -20, 1, 8000), []string{"other audio"}},
			{"inverted", x, inverted(x), []string{"reversed polarity"}},
			{"-6 dB", x, x.Gain(-6), []string{"level"}},
			{"+3 dB", x, x.Gain(3), []string{"level"}},
			{"clipped", x, recode(t, x.Gain(20), media.L16LE, media.L16LE), []string{"clipping"}},
			{"offset", x, altered(x, func(_ int, s float32) float32 { return s + 0.05 }), []string{"DC offset"}},
			{"cut short", x, x.Slice(0, x.Duration()*9/10), []string{"cut short"}},
			{"begins late", x, x.Slice(500*ms, 10*time.Second), []string{"missing beginning"}},
			{"lost", x, frames(func(a []int) []int { return slices.Delete(a, k, k+1) }), []string{"lost frames"}},
			{"blank", x, frames(func(a []int) []int { a[k] = -1; return a }), []string{"blank frames"}},
			{"damaged", x, frames(func(a []int) []int { a[k] = -2; return a }), []string{"damaged frames"}},
			{"repeated", x, frames(func(a []int) []int { return slices.Insert(a, k+1, k) }), []string{"repeated frames"}},
			{"reordered", x, frames(func(a []int) []int { a[k], a[k+1] = a[k+1], a[k]; return a }), []string{"reordered frames"}},
			{"inserted", x, frames(func(a []int) []int { return slices.Insert(a, k, -1, -1) }), []string{"inserted audio"}},
			{"a click", x, altered(x, func(i int, s float32) float32 {
				if i == k*160+77 {
					return s + float32(math.Copysign(0.3, -float64(s)))
				}
				return s
			}), []string{"clicks"}},
			{"noise of 20 dB", x, noisy(t, x, 20), []string{"noise"}},
			{"noise of 10 dB", x, noisy(t, x, 10), []string{"noise"}},
			{"hum", x, mixed(x, media.Tone(1000, 4*time.Second, -30, 8000)), []string{"added tone"}},
			{"another call, softly", x, mixed(x, other.Gain(-15)), []string{"other sound mixed in"}},
			{"another call", x, mixed(x, other), []string{"other sound mixed in"}},
			{"narrow", wide, media.Resample(x, 16000), []string{"narrow band"}},
			{"wrong law, softer", x, recode(t, x.Gain(-6), media.ULaw, media.ALaw), []string{"wrong companding law", "level"}},
		}
		for i, tt := range tests {
			if i%2 != voice%2 {
				continue // two voices for each are enough
			}
			if slow := len(tt.want) > 0 && (strings.HasPrefix(tt.want[0], "wrong") || tt.want[0] == "other audio"); slow && voice < 2 {
				continue // mistakes take longer; the table of faults has them in another voice
			}
			t.Run(name+", "+tt.name, func(t *testing.T) {
				found := Diagnose(tt.ref, tt.got, 20*ms)
				if got := names(found); fmt.Sprint(got) != fmt.Sprint(tt.want) {
					t.Errorf("Diagnose() = %q, want %q", found, tt.want)
				}
			})
		}
	}
}

// What is too soft for its octets to say anything is not said to be misread.
func TestDiagnoseSoft(t *testing.T) {
	whole := fixture(t, "greeting-8k")
	ref := whole.Gain(-45)
	for _, more := range []float64{-17, -25} {
		for _, found := range Diagnose(rounded(t, ref), rounded(t, ref.Gain(more)), 20*ms) {
			if strings.HasPrefix(found.Name, "wrong") {
				t.Errorf("%g dB softer: %v", -more, found)
			}
		}
	}
}

// rounded is audio in samples of 16 bits.
func rounded(t *testing.T, c media.Clip) media.Clip {
	t.Helper()
	f := media.Format{Codec: media.L16LE, Rate: c.Rate}
	octets, err := f.Encode(c)
	if err != nil {
		t.Fatal(err)
	}
	out, err := f.Decode(octets)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
