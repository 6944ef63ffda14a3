package media

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Whatever the pieces, the result is that of the whole to the last bit.
func TestResamplerIsResample(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	rates := []Rate{8000, 11025, 16000, 24000, 44100, 48000, 47999}
	for _, from := range rates {
		for _, to := range rates {
			whole := Noise(90*ms, -10, 7, from)
			want := Resample(whole, to).Samples
			for _, most := range []int{1, 3, 160, 2000} {
				r := NewResampler(from, to)
				var got []float32
				for rest := whole.Samples; len(rest) > 0; {
					n := min(1+random.IntN(most), len(rest))
					got = append(got, r.Push(Clip{Rate: from, Samples: rest[:n]}).Samples...)
					rest = rest[n:]
				}
				if behind := to.Duration(len(want) - len(got)); behind > 5*ms {
					t.Errorf("%d to %d Hz: it is behind by %v", from, to, behind)
				}
				got = append(got, r.Flush().Samples...)
				if !slices.Equal(got, want) {
					t.Errorf("%d to %d Hz in pieces of up to %d: %d samples differ from the whole's %d", from, to, most, len(got), len(want))
				}
			}
		}
	}
}

func TestResamplerEdges(t *testing.T) {
	r := NewResampler(8000, 16000)
	if got := r.Flush(); len(got.Samples) != 0 || got.Rate != 16000 {
		t.Errorf("Flush() of nothing = %d samples at %d Hz", len(got.Samples), got.Rate)
	}
	if got := r.Push(Tone(440, 20*ms, -6, 44100)); len(got.Samples) != 0 {
		t.Errorf("Push() at another rate = %d samples, want none", len(got.Samples))
	}
	clip := Tone(440, 20*ms, -6, 8000)
	for range 2 { // after Flush it begins anew
		got := append(slices.Clone(r.Push(clip).Samples), r.Flush().Samples...)
		if !slices.Equal(got, Resample(clip, 16000).Samples) {
			t.Error("a second use gives something else")
		}
	}
	if got := NewResampler(0, 8000).Push(Clip{Samples: clip.Samples}); len(got.Samples) != 0 {
		t.Errorf("Push() without a rate = %d samples, want none", len(got.Samples))
	}
}
