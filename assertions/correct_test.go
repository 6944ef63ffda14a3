package assertions_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/trace"
)

var (
	runs = flag.Int("runs", 10, "how many correct streams are judged; make audio judges 1000")
	seed = flag.Uint64("seed", 0, "of the correct streams; 0 is another every time")
)

// Correct streams fail no check: any fixture in any codec at any rate, with a
// wait before it, over a network that holds chunks up by as much as 40 ms and
// then delivers them together.
func TestCorrectStreams(t *testing.T) {
	from := *seed
	if from == 0 {
		from = rand.Uint64N(1 << 32)
	}
	for i := range *runs {
		s := newCorrect(t, from+uint64(i))
		for _, c := range assertions.Audio(audio(t, s.asks), s.heard) {
			if c.Verdict != trace.Passed {
				t.Errorf("-seed=%d -runs=1, %s: %s is %s, expected %s, %q", from+uint64(i), s.name, c.Subject, c.Actual, c.Expected, c.Diagnosis)
			}
		}
		clip, err := s.heard.Stream.Format.Decode(s.heard.Stream.Octets)
		if err != nil {
			t.Fatal(err)
		}
		if found := measure.Diagnose(s.heard.Reference.Clip, clip, 20*ms); len(found) > 0 {
			t.Errorf("-seed=%d -runs=1, %s: Diagnose() = %q, want nothing", from+uint64(i), s.name, found)
		}
	}
}

// correct is a stream without any fault.
type correct struct {
	name  string
	heard assertions.Heard
	asks  string
}

func newCorrect(t *testing.T, seed uint64) correct {
	random := rand.New(rand.NewPCG(seed, 1))
	pick := func(n int) int { return random.IntN(n) }
	name := []string{"greeting", "question", "answer", "goodbye"}[pick(4)] + []string{"-8k", "-16k"}[pick(2)] + ".wav"
	x := clip(t, name)
	rate := []media.Rate{8000, 16000, 24000, 44100, 48000}[pick(5)]
	codec := []media.Codec{media.ULaw, media.ALaw, media.L16LE, media.L16BE}[pick(4)]
	gain := float64(-pick(21))
	wait := time.Duration(pick(300)) * ms
	sent := media.Concat(rate, media.Silence(wait, rate), x.Gain(gain), media.Silence(time.Duration(pick(200))*ms, rate))
	stream := onNetwork(received(t, sent, codec, "X"), random)
	low := min(x.Rate, rate) < 16000 && x.Rate == 16000
	c := correct{
		name:  fmt.Sprintf("%s as %v at %d Hz, %v dB, after %v", name, codec, rate, gain, wait),
		heard: assertions.Heard{Stream: stream, Reference: assertions.Reference{Clip: x.Gain(gain), Start: time.Second}},
	}
	if low {
		c.name += ", narrowed"
	}
	// The softest streams are at -40 dBFS, where speech through A-law keeps 29 dB.
	c.asks = fmt.Sprintf(`encoding: X, duration: {$approx: [%v, 1ms]}, level: {$between: [-50dB, -15dB]}, peak: {$lt: -1dB}, loudness: {$between: [-50LUFS, -15LUFS]},
		clipping: {share: 0%%}, dc_offset: {$lt: 0.5%%}, clicks: 0, dtmf: {$eq: ""}, tone: {share: {$lt: 80%%}},
		similar_to: {source: x, score: {$gte: 95%%}, delay: {$between: [%v, %v]}, gain: {$approx: [0dB, 0.2dB]}, polarity: same, snr: {$gte: 28dB}, si_sdr: {$gte: 28dB},
			spectral_distance: {$lt: 3dB}, drift: {$between: [-40ppm, 40ppm]}, lost: 0, damaged: 0, repeated: 0, reordered: 0, inserted: 0, before: 0s, after: 0s, extra: 0s},
		sequence: {gaps: 0, duplicates: 0, reordered: 0}, chunks: {count: %d, size: %d},
		pacing: {chunk: 20ms, jitter: {$lt: 15ms}, lead: {$between: [-60ms, 60ms]}, underruns: 0, buffer: 60ms}`,
		sent.Duration(), wait-5*ms, wait+65*ms, len(stream.Chunks), stream.Format.Octets(20*ms))
	return c
}

// onNetwork lets chunks come as over a network: each a little late, and now and
// then several together after a wait, but always in order.
func onNetwork(s trace.Stream, random *rand.Rand) trace.Stream {
	held := time.Duration(0)
	last := time.Duration(0)
	playing := time.Duration(0)
	for k := range s.Chunks {
		c := &s.Chunks[k]
		if held -= 20 * ms; held < 0 {
			held = 0
			if random.IntN(50) == 0 {
				held = time.Duration(random.IntN(40)) * ms
			}
		}
		c.At = max(last, c.At+held+time.Duration(random.IntN(3000))*time.Microsecond)
		last = c.At
		c.Played = max(c.At, playing)
		playing = c.Played + s.Format.Duration(c.Size)
		c.PlayedEnd = playing
	}
	return s
}
