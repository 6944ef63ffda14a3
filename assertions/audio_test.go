package assertions_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/fixtures"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

const ms = time.Millisecond

// audio reads checks as a step would write them.
func audio(t *testing.T, yaml string) *spec.Audio {
	t.Helper()
	var out diag.List
	s := spec.Parse("t.yaml", "scenarios: [{name: n, steps: [{assert: {audio: {during: answer, "+yaml+"}}}]}]", &out)
	if !out.Empty() {
		t.Fatalf("%s: %v", yaml, out.Err())
	}
	a, err := s.Scenarios[0].Steps[0].Action.(*spec.Assert).Audio.Bind(expr.Env{Names: expr.Map{}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func clip(t *testing.T, name string) media.Clip {
	t.Helper()
	data, err := fixtures.FS.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := media.ReadWAV(data)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// received is a clip as an ideal server sends it: chunks of 20 ms, the first at
// 1 s, each played when it comes.
func received(t *testing.T, c media.Clip, codec media.Codec, encoding string) trace.Stream {
	t.Helper()
	s := trace.Stream{Encoding: encoding, Format: media.Format{Codec: codec, Rate: c.Rate}, Start: time.Second}
	var err error
	if s.Octets, err = s.Format.Encode(c); err != nil {
		t.Fatal(err)
	}
	for chunk := range slices.Chunk(s.Octets, s.Format.Octets(20*ms)) {
		k := len(s.Chunks)
		at := time.Second + time.Duration(k)*20*ms
		s.Chunks = append(s.Chunks, trace.Chunk{At: at, Size: len(chunk), Number: int64(k), Played: at, PlayedEnd: at + 20*ms})
	}
	return s
}

// rebuild gives a stream of chunks of another, by their numbers.
func rebuild(s trace.Stream, order []int) trace.Stream {
	out := s
	out.Chunks, out.Octets = nil, nil
	for i, k := range order {
		c := s.Chunks[k]
		at := s.Chunks[0].At + time.Duration(i)*20*ms
		c.At, c.Played = at, at
		out.Chunks = append(out.Chunks, c)
		out.Octets = append(out.Octets, s.Octets[k*160:k*160+c.Size]...)
	}
	return out
}

// upTo gives the numbers from 0 to n-1.
func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// at moves the arrival of chunk k.
func at(s trace.Stream, when func(k int, at time.Duration) time.Duration) trace.Stream {
	s.Chunks = slices.Clone(s.Chunks)
	for k := range s.Chunks {
		s.Chunks[k].At = when(k, s.Chunks[k].At)
		s.Chunks[k].Played = max(s.Chunks[k].At, s.Chunks[k].Played)
	}
	return s
}

const everything = `
  encoding: ULAW, duration: {$between: [2.95s, 3.05s]}, level: {$between: [-21dB, -19dB]}, peak: {$between: [-7dB, -5dB]},
  silence: {share: {$lt: 20%}, longest: {$lt: 250ms}},
  similar_to: {source: greeting, score: {$gte: 95%}, delay: {$between: [0ms, 60ms]}, gain: {$between: [-1dB, 1dB]}, snr: {$gte: 30dB}},
  sequence: {gaps: 0, duplicates: 0, reordered: 0}, chunks: {count: 150, size: 160},
  pacing: {chunk: 20ms, jitter: {$lt: 5ms}, gaps: 0, lead: {$between: [0ms, 40ms]}, underruns: 0}`

// failures lists the checks that failed, with what was measured.
func failures(checks []assertions.AudioCheck) []string {
	var out []string
	for _, c := range checks {
		switch {
		case c.Verdict == trace.Passed:
		case strings.HasPrefix(c.Actual, "score "): // the figures come from package measure, which tests them
			out = append(out, c.Subject)
		default:
			out = append(out, c.Subject+": "+c.Actual)
		}
	}
	return out
}

// The same checks look at a server that does everything right and at servers
// that are wrong in one way each. The rows say which checks fail, with which
// figures.
func TestAudio(t *testing.T) {
	greeting := clip(t, "greeting-8k.wav")
	reference := assertions.Reference{Clip: greeting, Start: 960 * ms}
	good := received(t, greeting, media.ULaw, "ULAW")
	tests := []struct {
		name   string
		stream trace.Stream
		checks int
		want   []string
	}{
		{"good", good, 20, nil},
		{"other name of encoding", received(t, greeting, media.ULaw, "PCMU"), 20, []string{
			"encoding: \"PCMU\"",
		}},
		{"A-law sent as µ-law", relabel(received(t, greeting, media.ALaw, "ULAW"), media.ULaw), 20, []string{
			"level: -10.05dB",
			"peak: -0.17dB",
			"similar_to.score",
			"similar_to.gain",
			"similar_to.snr",
		}},
		{"half the level", received(t, greeting.Gain(-6.02), media.ULaw, "ULAW"), 20, []string{
			"level: -26.32dB",
			"peak: -11.91dB",
			"similar_to.gain",
			"similar_to.snr",
		}},
		{"10 % short", received(t, greeting.Slice(0, greeting.Duration()*9/10), media.ULaw, "ULAW"), 20, []string{
			"duration: 2.69075s",
			"similar_to.score",
			"similar_to.snr",
			"chunks.count: 135",
		}},
		{"other speech", received(t, clip(t, "answer-8k.wav").Slice(0, greeting.Duration()), media.ULaw, "ULAW"), 20, []string{
			"peak: -7.11dB",
			"silence.longest: 300ms",
			"similar_to.score",
			"similar_to.delay",
			"similar_to.gain",
			"similar_to.snr",
		}},
		{"digital silence", received(t, media.Silence(greeting.Duration(), 8000), media.ULaw, "ULAW"), 20, []string{
			"level: not measurable: the audio is silent throughout",
			"peak: not measurable: the audio is silent throughout",
			"silence.share: 100%",
			"silence.longest: 2.98s",
			"similar_to.score: not measurable: the audio is silent throughout",
			"similar_to.delay: not measurable: the audio is silent throughout",
			"similar_to.gain: not measurable: the audio is silent throughout",
			"similar_to.snr: not measurable: the audio is silent throughout",
		}},
		{"a second of silence within", received(t, media.Concat(8000, greeting.Slice(0, time.Second), media.Silence(time.Second, 8000), greeting.Slice(2*time.Second, 4*time.Second)), media.ULaw, "ULAW"), 20, []string{
			"level: -22.74dB",
			"silence.share: 46.98%, at a level of -22.74dB",
			"silence.longest: 1s",
			"similar_to.score",
			"similar_to.gain",
			"similar_to.snr",
		}},
		{"clipped", received(t, greeting.Gain(20), media.ULaw, "ULAW"), 20, []string{
			"level: -4.56dB; it is clipped: 7.28% of it is flat at full scale",
			"peak: -0.17dB; it is clipped: 7.28% of it is flat at full scale",
			"similar_to.score",
			"similar_to.gain",
			"similar_to.snr",
		}},
		{"reversed polarity and late", received(t, media.Concat(8000, media.Silence(100*ms, 8000), negative(greeting).Slice(0, 2890*ms)), media.ULaw, "ULAW"), 20, []string{
			"similar_to.delay",
			"similar_to.snr",
		}},
		{"a chunk dropped", rebuild(good, slices.Delete(upTo(150), 70, 71)), 20, []string{
			"similar_to.score",
			"similar_to.gain",
			"similar_to.snr",
			"sequence.gaps: 1: number 70 is missing",
			"chunks.count: 149",
		}},
		{"a chunk repeated", rebuild(good, slices.Insert(upTo(150), 70, 69)), 20, []string{
			"similar_to.score",
			"similar_to.delay",
			"similar_to.gain",
			"similar_to.snr",
			"sequence.duplicates: 1: number 69 came again",
			"chunks.count: 151",
		}},
		{"two chunks in the wrong order", rebuild(good, append(append(upTo(70), 71, 70), upTo(150)[72:]...)), 20, []string{
			"similar_to.score",
			"similar_to.snr",
			"sequence.reordered: 1: number 70 came after a higher one",
		}},
		{"everything at once", at(good, func(int, time.Duration) time.Duration { return time.Second }), 20, []string{
			"pacing.jitter: 19.999ms",
			"pacing.lead: 20ms to 2.98s",
		}},
		{"a pause of 300 ms", at(good, func(k int, at time.Duration) time.Duration {
			if k < 70 {
				return at
			}
			return at + 300*ms
		}), 20, []string{
			"pacing.jitter: 18.75ms",
			"pacing.gaps: 1 (320ms between two chunks at most)",
			"pacing.lead: -300ms to 0s",
			"pacing.underruns: 1 (320ms between two chunks at most)",
		}},
		{"10 % too slow", at(good, func(k int, at time.Duration) time.Duration { return at + time.Duration(k)*2*ms }), 20, []string{
			"pacing.lead: -298ms to -2ms",
			"pacing.underruns: 119 (22ms between two chunks at most)",
		}},
		{"half of them 15 ms late", at(good, func(k int, at time.Duration) time.Duration { return at + time.Duration(k%2)*15*ms }), 20, []string{
			"pacing.jitter: 14.999ms",
			"pacing.lead: -15ms to 0s",
		}},
		{"chunks of 30 ms", func() trace.Stream {
			s := received(t, greeting, media.ULaw, "ULAW")
			s.Chunks = nil
			for k := range 100 {
				at := time.Second + time.Duration(k)*30*ms
				s.Chunks = append(s.Chunks, trace.Chunk{At: at, Played: at, Size: min(240, len(s.Octets)-240*k), Number: int64(k)})
			}
			return s
		}(), 20, []string{
			"chunks.count: 100",
			"chunks.size: 240 in chunk 1 of 100, and 98 more",
			"pacing.chunk: 30ms in chunk 1 of 100, and 98 more",
		}},
		{"no audio", trace.Stream{Encoding: "ULAW", Format: good.Format, Start: time.Second}, 20, []string{
			"duration: 0s",
			"level: not measurable: there is no audio",
			"peak: not measurable: there is no audio",
			"silence.share: not measurable: there is no audio",
			"silence.longest: not measurable: there is no audio",
			"similar_to.score: not measurable: there is no audio",
			"similar_to.delay: not measurable: there is no audio",
			"similar_to.gain: not measurable: there is no audio",
			"similar_to.snr: not measurable: there is no audio",
			"sequence.gaps: not measurable: there is no audio",
			"sequence.duplicates: not measurable: there is no audio",
			"sequence.reordered: not measurable: there is no audio",
			"chunks.count: 0",
			"chunks.size: not measurable: there is no audio",
			"pacing.chunk: not measurable: there is no audio",
			"pacing.jitter: not measurable: there is no audio",
			"pacing.gaps: not measurable: there is no audio",
			"pacing.lead: not measurable: there is no audio",
			"pacing.underruns: not measurable: there is no audio",
		}},
		{"one chunk", rebuild(good, []int{0}), 20, []string{
			"duration: 20ms",
			"level: not measurable: the audio is silent throughout",
			"peak: not measurable: the audio is silent throughout",
			"silence.share: 100%",
			"similar_to.score: not measurable: the audio is silent throughout",
			"similar_to.delay: not measurable: the audio is silent throughout",
			"similar_to.gain: not measurable: the audio is silent throughout",
			"similar_to.snr: not measurable: the audio is silent throughout",
			"chunks.count: 1",
			"pacing.jitter: not measurable: the audio is too short to measure: one chunk has no pace",
			"pacing.gaps: not measurable: the audio is too short to measure: one chunk has no pace",
			"pacing.lead: not measurable: the audio is too short to measure: one chunk has no pace",
			"pacing.underruns: not measurable: the audio is too short to measure: one chunk has no pace",
		}},
		{"opaque", relabel(received(t, greeting, media.ULaw, "ULAW"), media.Opaque), 19, []string{
			"duration: not measurable: the duration of opaque audio is unknown",
			"level: not measurable: decode opaque at 8000 Hz: opaque audio can be neither encoded nor decoded",
			"peak: not measurable: decode opaque at 8000 Hz: opaque audio can be neither encoded nor decoded",
			"silence.share: not measurable: decode opaque at 8000 Hz: opaque audio can be neither encoded nor decoded",
			"silence.longest: not measurable: decode opaque at 8000 Hz: opaque audio can be neither encoded nor decoded",
			"similar_to.score: not measurable: decode opaque at 8000 Hz: opaque audio can be neither encoded nor decoded",
			"similar_to.delay: not measurable: decode opaque at 8000 Hz: opaque audio can be neither encoded nor decoded",
			"similar_to.gain: not measurable: decode opaque at 8000 Hz: opaque audio can be neither encoded nor decoded",
			"similar_to.snr: not measurable: decode opaque at 8000 Hz: opaque audio can be neither encoded nor decoded",
		}},
		{"without numbers", func() trace.Stream {
			s := at(good, func(_ int, at time.Duration) time.Duration { return at })
			for k := range s.Chunks {
				s.Chunks[k].Number = -1
			}
			return s
		}(), 20, []string{
			"sequence.gaps: not measurable: the chunks carry no number of their stream",
			"sequence.duplicates: not measurable: the chunks carry no number of their stream",
			"sequence.reordered: not measurable: the chunks carry no number of their stream",
		}},
	}
	a := audio(t, everything)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checks := assertions.Audio(a, assertions.Heard{Stream: tt.stream, Reference: reference})
			if len(checks) != tt.checks {
				t.Errorf("Audio() makes %d checks, want %d", len(checks), tt.checks)
			}
			if diff := cmp.Diff(tt.want, failures(checks)); diff != "" {
				t.Errorf("Audio() fails (-want +got):\n%s", diff)
			}
		})
	}
}

// relabel gives the same octets as audio in another codec.
func relabel(s trace.Stream, codec media.Codec) trace.Stream {
	s.Format.Codec = codec
	return s
}

func negative(c media.Clip) media.Clip {
	out := c.Gain(0)
	for i := range out.Samples {
		out.Samples[i] = -out.Samples[i]
	}
	return out
}
