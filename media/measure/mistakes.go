package measure

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/duologue/duologue/media"
)

// mistake is one that turns audio into something else, and how it is undone;
// undo is false where this audio cannot have suffered it.
type mistake struct {
	name, text string
	undo       func(c media.Clip, chunk time.Duration) (media.Clip, bool)
	midway     bool     // it may begin in the middle
	covers     []string // rules that tell what it brings about
}

// mistakes is the registry of those that are tried.
var mistakes = slices.Concat(
	[]mistake{
		misread("wrong companding law", "A-law was read as µ-law", media.ULaw, media.ALaw),
		misread("wrong companding law", "µ-law was read as A-law", media.ALaw, media.ULaw),
		misread("wrong byte order", "the octets of each 16-bit sample are swapped", media.L16LE, media.L16BE),
		{name: "wrong byte order", text: "the 16-bit samples are off by one octet", undo: shifted, midway: true},
		misread("wrong encoding", "16-bit linear samples were read as µ-law", media.ULaw, media.L16LE),
		misread("wrong encoding", "16-bit linear samples were read as A-law", media.ALaw, media.L16LE),
		misread("wrong encoding", "16-bit linear samples, the high octet first, were read as µ-law", media.ULaw, media.L16BE),
		misread("wrong encoding", "µ-law was read as 16-bit linear samples", media.L16LE, media.ULaw),
		misread("wrong encoding", "A-law was read as 16-bit linear samples", media.L16LE, media.ALaw),
		misread("wrong encoding", "µ-law was read as 16-bit linear samples, the high octet first", media.L16BE, media.ULaw),
		samples("µ-law was read as unsigned 8-bit samples", octets8(128), decoded(media.ULaw)),
		samples("µ-law was read as signed 8-bit samples", octets8(0), decoded(media.ULaw)),
		samples("A-law was read as unsigned 8-bit samples", octets8(128), decoded(media.ALaw)),
		samples("A-law was read as signed 8-bit samples", octets8(0), decoded(media.ALaw)),
		samples("unsigned 16-bit samples were read as signed ones", octets16, unsigned16),
		samples("unsigned 8-bit samples were read as 16-bit ones", octets16, unsigned8),
		samples("signed 8-bit samples were read as 16-bit ones", octets16, signed8),
		samples("24-bit samples were read as 16-bit ones", octets16, linear24),
		samples("32-bit floating-point samples were read as 16-bit ones", octets16, float32s),
		{name: "wrong encoding", text: "32-bit samples were read as 16-bit ones", undo: highHalves},
		{name: "stereo as mono", text: "two channels were read as one: the reference is the first", undo: everySecond(0)},
		{name: "stereo as mono", text: "two channels were read as one: the reference is the second", undo: everySecond(1)},
		{name: "repeated chunks", text: eachTwice, undo: onceEach},
		{name: "lost samples", text: "a sample of each chunk is missing", undo: sampleMore, covers: []string{"drift", "narrow band"}},
		{name: "backwards", text: "the audio is played backwards", undo: backwards},
	},
	wrongRates([2]int{2, 1}, [2]int{1, 2}, [2]int{3, 1}, [2]int{1, 3}, [2]int{3, 2}, [2]int{2, 3}, [2]int{480, 441}, [2]int{441, 480}),
)

const eachTwice = "each chunk comes twice"

// misread is octets of one codec that were decoded as another.
func misread(name, text string, as, was media.Codec) mistake {
	return mistake{name: name, text: text, midway: true, undo: func(c media.Clip, _ time.Duration) (media.Clip, bool) { return reread(c, as, was, 0) }}
}

func shifted(c media.Clip, _ time.Duration) (media.Clip, bool) {
	return reread(c, media.L16LE, media.L16LE, 1)
}

// reread encodes a clip as it was decoded, and decodes it as another codec, some
// octets left out.
func reread(c media.Clip, as, was media.Codec, skip int) (media.Clip, bool) {
	if (as == media.L16LE || as == media.L16BE) && !couldBeOctets(c) {
		return media.Clip{}, false
	}
	octets, err := media.Format{Codec: as, Rate: c.Rate}.Encode(c)
	if err != nil || len(octets) < skip {
		return media.Clip{}, false
	}
	octets = octets[skip:]
	if was == media.L16LE || was == media.L16BE {
		octets = octets[:len(octets)&^1]
	}
	out, err := media.Format{Codec: was, Rate: c.Rate}.Decode(octets)
	return out, err == nil
}

// samples is samples of one kind whose octets were read as those of another: they
// are written as they were read, and read as they were written.
func samples(text string, write func(media.Clip) ([]byte, bool), read func([]byte) []float32) mistake {
	return mistake{name: "wrong encoding", text: text, undo: func(c media.Clip, _ time.Duration) (media.Clip, bool) {
		octets, ok := write(c)
		if !ok {
			return media.Clip{}, false
		}
		return media.Clip{Rate: c.Rate, Samples: read(octets)}, true
	}}
}

// octetsRMS is the RMS below which 16-bit samples are what they seem. Of others the high
// octets say something, so they are loud; the octets of soft ones hardly say more than
// their signs, of which another reading makes anything.
const octetsRMS = 0.004 // -45 dB

func couldBeOctets(c media.Clip) bool { return rms(c.Samples, 0, len(c.Samples)) >= octetsRMS }

func octets16(c media.Clip) ([]byte, bool) {
	if !couldBeOctets(c) {
		return nil, false
	}
	octets, err := media.Format{Codec: media.L16LE, Rate: c.Rate}.Encode(c)
	return octets, err == nil
}

// octets8 writes samples of 8 bits with their zero at a number; audio that has
// samples of more bits were none of those.
func octets8(zero int) func(media.Clip) ([]byte, bool) {
	return func(c media.Clip) ([]byte, bool) {
		out := make([]byte, len(c.Samples))
		for i, s := range c.Samples {
			n := math.Round(float64(s) * 128)
			if math.Abs(float64(s)*128-n) > 1.0/256 {
				return nil, false
			}
			out[i] = byte(int(n) + zero)
		}
		return out, true
	}
}

func decoded(codec media.Codec) func([]byte) []float32 {
	return func(octets []byte) []float32 {
		c, _ := media.Format{Codec: codec, Rate: 8000}.Decode(octets) // any octets are G.711
		return c.Samples
	}
}

// each reads samples of so many octets.
func each(octets []byte, size int, sample func([]byte) float64) []float32 {
	out := make([]float32, len(octets)/size)
	for i := range out {
		out[i] = float32(sample(octets[i*size : (i+1)*size]))
	}
	return out
}

func unsigned16(b []byte) []float32 {
	return each(b, 2, func(b []byte) float64 { return float64(int(binary.LittleEndian.Uint16(b))-32768) / 32768 })
}

func unsigned8(b []byte) []float32 {
	return each(b, 1, func(b []byte) float64 { return float64(int(b[0])-128) / 128 })
}

func signed8(b []byte) []float32 {
	return each(b, 1, func(b []byte) float64 { return float64(int8(b[0])) / 128 })
}

func linear24(b []byte) []float32 {
	return each(b, 3, func(b []byte) float64 {
		return float64(int32(b[0])<<8|int32(b[1])<<16|int32(b[2])<<24) / (1 << 31)
	})
}

// float32s reads what is no usable number as silence.
func float32s(b []byte) []float32 {
	return each(b, 4, func(b []byte) float64 {
		v := float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
		if math.Abs(v) <= 4 {
			return v
		}
		return 0
	})
}

// twoChannels is how like each other samples side by side are at most, where they
// are of two channels: those of one are, and none of two calls.
const twoChannels = 0.5

// everySecond is one of two channels, which are the same or have little in common.
func everySecond(first int) func(media.Clip, time.Duration) (media.Clip, bool) {
	return func(c media.Clip, _ time.Duration) (media.Clip, bool) {
		var channels [2]media.Clip
		for i, s := range c.Samples[:len(c.Samples)&^1] {
			channels[i%2].Samples = append(channels[i%2].Samples, s)
		}
		out := channels[first]
		out.Rate = c.Rate
		a, b := doubles(channels[0].Samples), doubles(channels[1].Samples)
		apart := math.Abs(dot(a, b)) < twoChannels*math.Sqrt(dot(a, a)*dot(b, b))
		return out, apart || slices.Equal(a, b) || dot(a, a)*dot(b, b) == 0
	}
}

// highHalves is what 32-bit samples are to 16 bits. Their low halves were read as
// noise of full scale.
func highHalves(c media.Clip, chunk time.Duration) (media.Clip, bool) {
	low, _ := everySecond(0)(c, chunk)
	high, apart := everySecond(1)(c, chunk)
	x := doubles(low.Samples)
	return high, apart && math.Abs(3*power(x, 0, len(x))-1) < 0.1
}

func doubles(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// onceEach leaves out every second chunk, where it is the one before it.
func onceEach(c media.Clip, chunk time.Duration) (media.Clip, bool) {
	out := media.Clip{Rate: c.Rate}
	size := c.Rate.Samples(chunk)
	for at := 0; size > 0 && at < len(c.Samples); at += 2 * size {
		once := c.Samples[at:min(at+size, len(c.Samples))]
		again := c.Samples[min(at+size, len(c.Samples)):min(at+2*size, len(c.Samples))]
		if !slices.Equal(once[:min(len(once), len(again))], again) {
			return media.Clip{}, false
		}
		out.Samples = append(out.Samples, once...)
	}
	return out, size > 0
}

// sampleMore puts a sample in at the end of each chunk that lacks one.
func sampleMore(c media.Clip, chunk time.Duration) (media.Clip, bool) {
	out := media.Clip{Rate: c.Rate}
	size := c.Rate.Samples(chunk) - 1
	if size < 8 {
		return out, false
	}
	for part := range slices.Chunk(c.Samples, size) {
		out.Samples = append(append(out.Samples, part...), part[len(part)-1])
	}
	return out, true
}

func backwards(c media.Clip, _ time.Duration) (media.Clip, bool) {
	out := media.Clip{Rate: c.Rate, Samples: slices.Clone(c.Samples)}
	slices.Reverse(out.Samples)
	return out, true
}

// wrongRates is audio that plays faster by ratios. Its ends are no whole frames of
// the reference any more.
func wrongRates(ratios ...[2]int) []mistake {
	var out []mistake
	for _, r := range ratios {
		faster, slower := r[0], r[1]
		text := fmt.Sprintf("the audio plays %.3g times as fast as it should: its sample rate is wrong", float64(faster)/float64(slower))
		out = append(out, mistake{name: "wrong rate", text: text, covers: []string{"missing beginning", "cut short"},
			undo: func(c media.Clip, _ time.Duration) (media.Clip, bool) {
				c.Rate = c.Rate * media.Rate(slower) / media.Rate(faster)
				return c, c.Rate.Valid()
			}})
	}
	return out
}
