package builtin

import (
	"math"
	"slices"
	"time"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/media"
)

// octets makes a defect that changes the octets of every chunk.
func octets(change func([]byte) []byte) func() func(cue) []cue {
	return cues(func(c cue) []cue {
		if c.kind == cueChunk {
			c.octets = change(slices.Clone(c.octets))
		}
		return []cue{c}
	})
}

func swapPairs(b []byte) []byte {
	for i := 0; i+1 < len(b); i += 2 {
		b[i], b[i+1] = b[i+1], b[i]
	}
	return b
}

func odd(b []byte) []byte { return b[:max(0, len(b)-1)] }

// audio makes a defect that changes the samples of every chunk.
func audio(change func() func(media.Clip) media.Clip) func() func(cue) []cue {
	return recoded(func() func(media.Clip, media.Codec) (media.Clip, media.Codec) {
		f := change()
		return func(c media.Clip, as media.Codec) (media.Clip, media.Codec) { return f(c), as }
	})
}

// recoded makes a defect that changes the samples or the codec of every chunk.
// Audio that cannot be decoded ends the call, because an endpoint that cannot
// have the defect must not look healthy.
func recoded(change func() func(media.Clip, media.Codec) (media.Clip, media.Codec)) func() func(cue) []cue {
	return func() func(cue) []cue {
		f := change()
		return func(c cue) []cue {
			if c.kind != cueChunk {
				return []cue{c}
			}
			clip, err := c.stream.format.Decode(c.octets)
			if err != nil {
				return []cue{{kind: cueClose, code: websocket.StatusUnsupportedData, reason: reason(err)}}
			}
			clip, codec := f(clip, c.stream.format.Codec)
			c.octets, err = media.Format{Codec: codec, Rate: clip.Rate}.Encode(clip)
			if err != nil {
				return []cue{{kind: cueClose, code: websocket.StatusInternalError, reason: reason(err)}}
			}
			return []cue{c}
		}
	}
}

func otherLaw() func(media.Clip, media.Codec) (media.Clip, media.Codec) {
	return func(c media.Clip, as media.Codec) (media.Clip, media.Codec) {
		if as == media.ALaw {
			return c, media.ULaw
		}
		return c, media.ALaw
	}
}

func gain(decibels float64) func() func(media.Clip) media.Clip {
	return func() func(media.Clip) media.Clip {
		return func(c media.Clip) media.Clip { return c.Gain(decibels) }
	}
}

// mixed adds a value to each sample of a clip.
func mixed(c media.Clip, with func(i int) float32) media.Clip {
	out := slices.Clone(c.Samples)
	for i := range out {
		out[i] += with(i)
	}
	return media.Clip{Rate: c.Rate, Samples: out}
}

func offset() func(media.Clip) media.Clip {
	return func(c media.Clip) media.Clip {
		return mixed(c, func(int) float32 { return 0.1 })
	}
}

func hiss() func(media.Clip) media.Clip {
	seed := uint64(0)
	return func(c media.Clip) media.Clip {
		seed++
		n := media.Noise(c.Duration()+time.Millisecond, -30, seed, c.Rate)
		return mixed(c, func(i int) float32 { return n.Samples[i] })
	}
}

func hum() func(media.Clip) media.Clip {
	played := 0
	return func(c media.Clip) media.Clip {
		first := played
		played += len(c.Samples)
		step := 2 * math.Pi * 1000 / float64(c.Rate)
		return mixed(c, func(i int) float32 { return float32(0.1 * math.Sin(step*float64(first+i))) })
	}
}

func silence() func(media.Clip) media.Clip {
	return func(c media.Clip) media.Clip {
		return media.Clip{Rate: c.Rate, Samples: make([]float32, len(c.Samples))}
	}
}

func noise() func(media.Clip) media.Clip {
	seed := uint64(0)
	return func(c media.Clip) media.Clip {
		seed++
		n := media.Noise(c.Duration()+time.Millisecond, -20, seed, c.Rate)
		return media.Clip{Rate: c.Rate, Samples: n.Samples[:len(c.Samples)]}
	}
}

// otherAudio is speech that no caller can have sent: a fixture played backwards,
// again and again.
func otherAudio() func(media.Clip) media.Clip {
	var other media.Clip
	played := 0
	return func(c media.Clip) media.Clip {
		if other.Rate != c.Rate {
			var err error
			if other, err = fixture("question", c.Rate); err != nil || len(other.Samples) == 0 {
				return media.Clip{} // Encode gives an error for it
			}
			other.Samples = slices.Clone(other.Samples)
			slices.Reverse(other.Samples)
		}
		out := make([]float32, len(c.Samples))
		for i := range out {
			out[i] = other.Samples[(played+i)%len(other.Samples)]
		}
		played += len(out)
		return media.Clip{Rate: c.Rate, Samples: out}
	}
}

// halfRate leaves out every second sample.
func halfRate() func(media.Clip) media.Clip {
	return func(c media.Clip) media.Clip {
		out := make([]float32, len(c.Samples)/2)
		for i := range out {
			out[i] = c.Samples[2*i]
		}
		return media.Clip{Rate: c.Rate, Samples: out}
	}
}
