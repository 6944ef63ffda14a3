package assertions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/media"
)

// One minute of speech at 8 kHz through every check, without similar_to and
// with it.
func BenchmarkMinute(b *testing.B) {
	t := &testing.T{}
	x := media.Clip{Rate: 8000}
	for i := 0; x.Duration() < time.Minute; i++ {
		name := []string{"greeting", "question", "answer", "goodbye"}[i%4] + "-16k.wav"
		x = media.Concat(8000, x, media.Clip{Rate: media.Rate(16000 - 300*(i/4)), Samples: clip(t, name).Samples})
	}
	x = x.Slice(0, time.Minute)
	heard := assertions.Heard{Stream: received(t, x, media.ULaw, "ULAW"), Reference: assertions.Reference{Clip: x, Start: time.Second}}
	const others = `encoding: ULAW, duration: 60s, level: {$lt: 0dB}, peak: {$lt: 0dB}, loudness: {$lt: 0LUFS}, clipping: {share: 0%}, dc_offset: {$lt: 1%}, clicks: 0,
		speech: {share: {$gt: 0%}}, tone: {share: {$lt: 90%}}, dtmf: {$eq: ""}, silence: {share: {$lt: 90%}}, sequence: {gaps: 0}, chunks: {count: 3000, size: 160}, pacing: {chunk: 20ms, gaps: 0}`
	const similar = `, similar_to: {source: x, score: {$gt: 90%}, delay: 0ms, snr: {$gt: 30dB}, drift: {$between: [-10ppm, 10ppm]}, lost: 0, damaged: 0, repeated: 0, reordered: 0, inserted: 0}`
	for name, asks := range map[string]string{"others": others, "all": others + similar} {
		checks := audio(t, strings.ReplaceAll(asks, "\n", " "))
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if bad := failures(assertions.Audio(checks, heard)); len(bad) > 0 {
					b.Fatal(bad)
				}
			}
		})
	}
}
