package assertions_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// sized is a stream of chunks of the given sizes, 20 ms apart.
func sized(format media.Format, sizes ...int) trace.Stream {
	s := trace.Stream{Format: format, Start: time.Second}
	for k, size := range sizes {
		at := time.Second + time.Duration(k)*20*ms
		s.Chunks = append(s.Chunks, trace.Chunk{At: at, Played: at, Size: size, Number: int64(k)})
		s.Octets = append(s.Octets, make([]byte, size)...)
	}
	return s
}

// silenced is a stream that silence had ended after so many chunks. The other chunks came a
// minute later.
func silenced(s trace.Stream, chunks int) trace.Stream {
	s.Ended, s.By = true, "silence"
	s.Quiet = s.Chunks[chunks-1].Played + 20*ms
	s.EndedAt = s.Quiet + time.Second
	return at(s, later(chunks, time.Minute))
}

// later delays chunk k and those after it.
func later(k int, by time.Duration) func(int, time.Duration) time.Duration {
	return func(i int, at time.Duration) time.Duration {
		if i >= k {
			return at + by
		}
		return at
	}
}

// Each rule has a stream on either side of its limit.
func TestAudioRules(t *testing.T) {
	ulaw, opaque := media.Format{Codec: media.ULaw, Rate: 8000}, media.Format{Codec: media.Opaque, Rate: 48000}
	greeting := clip(t, "greeting-8k.wav")
	good := received(t, greeting, media.ULaw, "ULAW")
	wide := received(t, clip(t, "greeting-16k.wav"), media.L16LE, "PCM16")
	tone := received(t, media.Concat(8000, media.Tone(440, time.Second, -20, 8000), media.Tone(440, time.Second, -40, 8000)), media.L16LE, "PCM8")
	like := func(s trace.Stream) assertions.Heard {
		return assertions.Heard{Stream: s, Reference: assertions.Reference{Clip: greeting, Start: time.Second}}
	}
	only := func(s trace.Stream) assertions.Heard { return assertions.Heard{Stream: s} }
	window := func(s trace.Stream, from, to time.Duration) assertions.Heard {
		return assertions.Heard{Stream: s, Window: assertions.Window{From: from, To: to}}
	}
	early := like(good)
	early.Reference.Start = time.Second + 30*ms
	sent := good
	sent.Sent = true
	sent.Chunks = append([]trace.Chunk(nil), good.Chunks...)
	for k := range sent.Chunks {
		sent.Chunks[k] = trace.Chunk{Due: sent.Chunks[k].At, At: sent.Chunks[k].At + ms, After: sent.Chunks[k].At + 2*ms, Size: 160}
	}
	tests := []struct {
		name  string
		asks  string
		heard assertions.Heard
		want  []string
	}{
		{"the last chunk may be smaller", `chunks: {size: 160}`, only(sized(ulaw, 160, 160, 80)), nil},
		{"the last chunk may not be empty", `chunks: {size: 160}`, only(sized(ulaw, 160, 160, 0)), []string{"chunks.size: 0 in chunk 3 of 3"}},
		{"the last chunk may not be larger", `chunks: {size: 160}`, only(sized(ulaw, 160, 160, 320)), []string{"chunks.size: 320 in chunk 3 of 3"}},
		{"another may not be smaller", `chunks: {size: 160}`, only(sized(ulaw, 160, 80, 160)), []string{"chunks.size: 80 in chunk 2 of 3"}},
		{"the last chunk before the end may be smaller", `chunks: {count: 5, size: 160}, pacing: {chunk: 20ms, gaps: 0, underruns: 0, interval_max: {$lt: 21ms}}`,
			only(silenced(sized(ulaw, 160, 160, 80, 160, 160), 3)), nil},
		{"no other before the end may be smaller", `chunks: {size: 160}, pacing: {chunk: 20ms}`,
			only(silenced(sized(ulaw, 160, 80, 160, 160, 160), 3)), []string{"chunks.size: 80 in chunk 2 of 5", "pacing.chunk: 10ms in chunk 2 of 3"}},
		{"nor one after it", `chunks: {size: 160}`, only(silenced(sized(ulaw, 160, 160, 80, 80, 160, 160), 3)), []string{"chunks.size: 80 in chunk 4 of 6"}},
		{"a pause before the end counts", `pacing: {gaps: 0}`,
			only(silenced(at(sized(ulaw, 160, 160, 160, 160), later(2, 60*ms)), 3)), []string{"pacing.gaps: 1 (80ms between two chunks at most)"}},
		{"an only chunk is not a rest", `chunks: {size: 160}, pacing: {chunk: 20ms}`, only(sized(ulaw, 80)),
			[]string{"chunks.size: 80 in chunk 1 of 1", "pacing.chunk: 10ms in chunk 1 of 1"}},
		{"the last chunk may be shorter", `pacing: {chunk: 20ms}`, only(sized(ulaw, 160, 160, 80)), nil},
		{"the last chunk may not last nothing", `pacing: {chunk: 20ms}`, only(sized(ulaw, 160, 160, 0)), []string{"pacing.chunk: 0s in chunk 3 of 3"}},
		{"the last chunk may not be longer", `pacing: {chunk: 20ms}`, only(sized(ulaw, 160, 160, 320)), []string{"pacing.chunk: 40ms in chunk 3 of 3"}},
		{"a chunk a sample short", `pacing: {chunk: 20ms}`, only(sized(ulaw, 160, 159, 160)), []string{"pacing.chunk: 19.875ms in chunk 2 of 3"}},

		{"opaque chunks are counted", `chunks: {count: 3, size: 80}, sequence: {gaps: 0}`, only(sized(opaque, 80, 80, 80)), nil},
		{"opaque chunks last what is said", `pacing: {chunk: 20ms, gaps: 0, jitter: {$lt: 1ms}}`, only(sized(opaque, 80, 80, 80)), nil},
		{"opaque chunks come too slowly", `pacing: {chunk: 10ms, gaps: 0}`, only(sized(opaque, 80, 80, 80)), []string{"pacing.gaps: 2 (20ms between two chunks at most)"}},
		{"what opaque chunks last must be said", `pacing: {gaps: 0}`, only(sized(opaque, 80, 80)),
			[]string{"pacing.gaps: not measurable: the duration of opaque audio is unknown; give the duration of a chunk with `chunk`"}},
		{"what opaque chunks last cannot be checked", `pacing: {chunk: 20ms}`, only(sized(opaque, 80, 80)),
			[]string{"pacing.chunk: not measurable: the duration of opaque audio is unknown"}},
		{"of two chunks the last may be smaller", `chunks: {size: 160}, pacing: {chunk: 20ms}`, only(sized(ulaw, 160, 80)), nil},
		{"opaque audio holds no speech", `speech: {start: {$lt: 1s}}`, only(sized(opaque, 80)),
			[]string{"speech.start: not measurable: decode opaque at 48000 Hz: opaque audio can be neither encoded nor decoded"}},
		{"an octet may be left over", `chunks: {size: 160}, pacing: {chunk: 20ms}`, only(sized(ulaw, 160, 160, 1)), nil},
		{"a last one like the one before it is no rest", `chunks: {size: 160}, pacing: {chunk: 20ms}`, only(sized(ulaw, 160, 80, 80)),
			[]string{"chunks.size: 80 in chunk 2 of 3, and 1 more", "pacing.chunk: 10ms in chunk 2 of 3"}},
		{"no chunks have no size", `chunks: {size: {$gte: 0}}, pacing: {chunk: 20ms}`, only(sized(ulaw)),
			[]string{"chunks.size: not measurable: there is no audio", "pacing.chunk: not measurable: there is no audio"}},
		{"less late than the usual length", `pacing: {gaps: 0}`, only(late(sized(ulaw, 160, 160, 160, 40), 19*ms)), nil},
		{"as late as the usual length", `pacing: {gaps: 0}`, only(late(sized(ulaw, 160, 160, 160, 40), 20*ms)),
			[]string{"pacing.gaps: 1 (40ms between two chunks at most)"}},
		{"the usual length is not that of most in order", `pacing: {gaps: 0}`, only(late(sized(ulaw, 160, 160, 40, 160, 160), 19*ms)), nil},
		{"no chunks have no pace", `pacing: {gaps: 0}`, only(sized(ulaw)), []string{"pacing.gaps: not measurable: there is no audio"}},
		{"without `chunk` the usual length counts", `pacing: {gaps: 0}`, only(sized(ulaw, 160, 160, 160)), nil},

		{"half a sample", `duration: {$gt: 0ms}`, only(sized(media.Format{Codec: media.L16LE, Rate: 8000}, 320, 319)),
			[]string{"duration: not measurable: decode l16le at 8000 Hz: 639 octets are not whole samples"}},
		{"nothing can be short", `duration: 0ms, chunks: {count: 0}`, only(sized(ulaw)), nil},

		{"octets swapped", `similar_to: {source: x, score: {$gte: 90%}}`, like(relabel(received(t, greeting, media.L16LE, "PCM8"), media.L16BE)),
			[]string{"similar_to.score"}},
		{"another rate", `similar_to: {source: x, score: {$gte: 90%}, delay: {$lt: 5ms}}`, like(wide), nil},
		{"a delay within", `similar_to: {source: x, delay: {$lt: 10ms}}`, like(good), nil},
		{"a delay behind a pause", `similar_to: {source: x, delay: {$between: [799ms, 801ms]}}`, like(at(
			received(t, media.Concat(8000, media.Silence(500*ms, 8000), greeting), media.ULaw, "ULAW"),
			func(k int, at time.Duration) time.Duration {
				if k < 25 {
					return at
				}
				return at + 300*ms
			})), nil},
		{"a delay below zero", `similar_to: {source: x, delay: {$lt: 10ms}}`, early,
			[]string{"similar_to.delay"}},
		{"a delay below zero, none asked for", `similar_to: {source: x, delay: {$not: {$gt: 10ms}}}`, early,
			[]string{"similar_to.delay"}},
		{"a delay below zero that is allowed", `similar_to: {source: x, delay: {$gte: -30ms, $lt: 0ms}}`, early, nil},
		{"no reference", `similar_to: {source: x, score: {$lt: 50%}}`, assertions.Heard{Stream: good, Reference: assertions.ReferenceTo(trace.Stream{})},
			[]string{"similar_to.score: not measurable: the reference: there is no audio"}},
		{"opaque reference", `similar_to: {source: x, score: {$lt: 50%}}`, assertions.Heard{Stream: good, Reference: assertions.ReferenceTo(sized(opaque, 80))},
			[]string{"similar_to.score: not measurable: the reference: decode opaque at 48000 Hz: opaque audio can be neither encoded nor decoded"}},
		{"silent reference", `similar_to: {source: x, score: {$lt: 50%}}`, assertions.Heard{Stream: good, Reference: assertions.Reference{Clip: media.Silence(time.Second, 8000)}},
			[]string{"similar_to.score: not measurable: the reference: the audio is silent throughout"}},

		{"threshold below the tones", `silence: {threshold: -45dB, share: 0%, longest: 0ms}`, only(tone), nil},
		{"threshold between the tones", `silence: {threshold: -30dB, share: 0%, longest: 0ms}`, only(tone), []string{"silence.share: 50%, at a level of -22.97dB", "silence.longest: 1s"}},
		{"a buffer that suffices", `pacing: {underruns: 0, buffer: 301ms}`, only(late(good, 300*ms)), nil},
		{"a buffer that does not", `pacing: {underruns: 0, buffer: 299ms}`, only(late(good, 300*ms)), []string{"pacing.underruns: 1 (320ms between two chunks at most)"}},

		{"the smallest buffer that suffices", `pacing: {smallest_buffer: 300ms}`, only(late(good, 300*ms)), nil},
		{"a smallest buffer that is too large", `pacing: {smallest_buffer: {$lte: 200ms}}`, only(late(good, 300*ms)), []string{"pacing.smallest_buffer: 300ms"}},
		{"no buffer is needed", `pacing: {smallest_buffer: 0ms, interval_p95: 20ms, interval_p99: 20ms, interval_max: 20ms}`, only(good), nil},
		{"one long interval", `pacing: {interval_p95: 20ms, interval_max: {$lt: 100ms}}`, only(late(good, 300*ms)), []string{"pacing.interval_max: p50 20ms, p95 20ms, p99 20ms, max 320ms"}},
		{"long intervals", `pacing: {interval_p95: {$lt: 30ms}, interval_p99: {$lt: 30ms}}`, only(at(good, func(k int, at time.Duration) time.Duration { return at + time.Duration(k/10)*50*ms })),
			[]string{"pacing.interval_p95: p50 20ms, p95 70ms, p99 70ms, max 70ms", "pacing.interval_p99: p50 20ms, p95 70ms, p99 70ms, max 70ms"}},

		{"a lead within", `pacing: {lead: {$between: [-300ms, 20ms]}}`, only(late(good, 300*ms)), nil},
		{"a lead below zero needs no lower bound", `pacing: {lead: {$lt: 20ms}}`, only(late(good, 300*ms)), nil},
		{"a lead too small", `pacing: {lead: {$gte: -299ms}}`, only(late(good, 300*ms)), []string{"pacing.lead: -300ms to -300ms"}},
		{"a lead too great", `pacing: {lead: {$lte: 19ms}}`, only(sized(ulaw, 320, 160)), []string{"pacing.lead: 20ms to 20ms"}},
		{"loud half", `level: {$between: [-20.1dB, -19.9dB]}, duration: 1s, chunks: {count: 50}, sequence: {gaps: 0}`, window(tone, time.Second, 2*time.Second), nil},
		{"soft half", `level: {$between: [-20.1dB, -19.9dB]}, duration: 1s`, window(tone, 2*time.Second, 3*time.Second), []string{"level: -40dB"}},
		{"a window cuts to the sample", `duration: 15ms, chunks: {count: 1}`, window(tone, 1005*ms, 1021*ms), []string{"duration: 16ms"}},
		{"a delay within a window", `similar_to: {source: x, score: {$gt: 95%}, delay: 0ms}`, assertions.Heard{
			Stream: good, Window: assertions.Window{From: 1505 * ms, To: 2500 * ms},
			Reference: assertions.Reference{Clip: greeting.Slice(505*ms, 1500*ms), Start: 1505 * ms}}, nil},
		{"a window that begins within the reference", `similar_to: {source: x, delay: 0ms}`, assertions.Heard{
			Stream: good, Window: assertions.Window{From: 1505 * ms, To: 9 * time.Second}, Reference: assertions.Reference{Clip: greeting, Start: time.Second}}, nil},
		{"a window without audio", `level: {$lt: 0dB}, chunks: {count: 0}`, window(tone, 4*time.Second, 5*time.Second), []string{"level: not measurable: there is no audio"}},
		{"a window of opaque audio", `chunks: {count: 1, size: 81}, duration: 20ms`, window(sized(opaque, 80, 81, 82), 1020*ms, 1040*ms),
			[]string{"duration: not measurable: the duration of opaque audio is unknown"}},

		{"what we sent", `duration: {$gt: 2.9s}, chunks: {count: 150}, pacing: {chunk: 20ms, gaps: 0}, similar_to: {source: x, delay: 0ms}`, like(sent), nil},
		{"what we sent has no numbers here", `sequence: {gaps: 0}`, only(sent), []string{"sequence.gaps: not measurable: the numbers of what was sent are not kept"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := failures(assertions.Audio(audio(t, tt.asks), tt.heard))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Audio(%s) fails (-want +got):\n%s", tt.asks, diff)
			}
		})
	}
}

// late makes all chunks except the first come later.
func late(s trace.Stream, by time.Duration) trace.Stream {
	return at(s, func(k int, at time.Duration) time.Duration {
		if k == 0 {
			return at
		}
		return at + by
	})
}

// The delay counts from the beginning of the reference: when the first chunk of a sent stream
// was sent, and when that of a received one is heard.
func TestReferenceTo(t *testing.T) {
	s := received(t, clip(t, "greeting-8k.wav"), media.ULaw, "ULAW")
	s.Chunks[0].At, s.Chunks[0].Played = 100*ms, 200*ms
	if r := assertions.ReferenceTo(s); r.Start != 200*ms || r.Err != nil || len(r.Clip.Samples) != len(s.Octets) {
		t.Errorf("ReferenceTo(received) starts at %v with %d samples and error %v, want 200ms, %d, none", r.Start, len(r.Clip.Samples), r.Err, len(s.Octets))
	}
	if r := assertions.ReferenceTo(trace.Stream{}); r.Err == nil {
		t.Error("ReferenceTo(a stream without audio) has no error")
	}
	s.Sent = true
	if r := assertions.ReferenceTo(s); r.Start != 100*ms {
		t.Errorf("ReferenceTo(sent) starts at %v, want 100ms", r.Start)
	}
	if r := assertions.ReferenceTo(relabel(s, media.Opaque)); r.Err == nil {
		t.Error("ReferenceTo(opaque) has no error")
	}
}

// Only checks of times may be excused by our own lateness, and no check that could not be
// measured.
func TestTiming(t *testing.T) {
	greeting := clip(t, "greeting-8k.wav")
	h := assertions.Heard{Stream: received(t, greeting, media.ULaw, "ULAW"), Reference: assertions.Reference{Clip: greeting}}
	want := map[string]bool{"similar_to.delay": true, "pacing.jitter": true, "pacing.gaps": true, "pacing.lead": true, "pacing.underruns": true, "pacing.smallest_buffer": true, "pacing.interval_p95": true, "pacing.interval_p99": true, "pacing.interval_max": true}
	for _, c := range assertions.Audio(audio(t, everything), h) {
		if c.Timing != want[c.Subject] {
			t.Errorf("%s: Timing = %v, want %v", c.Subject, c.Timing, want[c.Subject])
		}
	}
	h.Stream.Chunks, h.Stream.Octets = nil, nil
	for _, c := range assertions.Audio(audio(t, everything), h) {
		if c.Timing {
			t.Errorf("%s of a stream without audio: Timing = true, want false", c.Subject)
		}
	}
}

// Every check can be asked alone. It is then the only check, and fails if the audio is not as
// asked.
func TestAlone(t *testing.T) {
	greeting := clip(t, "greeting-8k.wav")
	good := received(t, greeting, media.ULaw, "ULAW")
	h := assertions.Heard{Stream: good, Reference: assertions.Reference{Clip: greeting, Start: time.Second}}
	left := map[string]bool{}
	for _, row := range spec.AudioRows() {
		if row.Of != spec.Setting {
			left[row.Path] = true
		}
	}
	for asks, subject := range map[string]string{
		`encoding: PCMU`:                                   "encoding",
		`duration: 1s`:                                     "duration",
		`level: 0dB`:                                       "level",
		`peak: 0dB`:                                        "peak",
		`silence: {share: 100%}`:                           "silence.share",
		`silence: {longest: 9s}`:                           "silence.longest",
		`similar_to: {source: x, score: 0%}`:               "similar_to.score",
		`similar_to: {source: x, delay: {$gt: 1s}}`:        "similar_to.delay",
		`similar_to: {source: x, gain: {$gt: 10dB}}`:       "similar_to.gain",
		`similar_to: {source: x, snr: 0dB}`:                "similar_to.snr",
		`similar_to: {source: x, drift: {$gt: 1ppm}}`:      "similar_to.drift",
		`similar_to: {source: x, lost: 1}`:                 "similar_to.lost",
		`similar_to: {source: x, polarity: reversed}`:      "similar_to.polarity",
		`similar_to: {source: x, si_sdr: 0dB}`:             "similar_to.si_sdr",
		`similar_to: {source: x, segmental_snr: 0dB}`:      "similar_to.segmental_snr",
		`similar_to: {source: x, spectral_distance: 99dB}`: "similar_to.spectral_distance",
		`similar_to: {source: x, damaged: 1}`:              "similar_to.damaged",
		`similar_to: {source: x, repeated: 1}`:             "similar_to.repeated",
		`similar_to: {source: x, reordered: 1}`:            "similar_to.reordered",
		`similar_to: {source: x, inserted: 1}`:             "similar_to.inserted",
		`similar_to: {source: x, before: 1s}`:              "similar_to.before",
		`similar_to: {source: x, after: 1s}`:               "similar_to.after",
		`similar_to: {source: x, extra: 1s}`:               "similar_to.extra",
		`clipping: {share: 100%}`:                          "clipping.share",
		`clipping: {longest: 9s}`:                          "clipping.longest",
		`loudness: 0LUFS`:                                  "loudness",
		`dc_offset: 100%`:                                  "dc_offset",
		`clicks: 99`:                                       "clicks",
		`speech: {start: 9s}`:                              "speech.start",
		`speech: {share: 0%}`:                              "speech.share",
		`speech: {segments: 99}`:                           "speech.segments",
		`speech: {longest_pause: 9s}`:                      "speech.longest_pause",
		`tone: {frequency: 0Hz}`:                           "tone.frequency",
		`tone: {share: 100%}`:                              "tone.share",
		`tone: {level: 0dB}`:                               "tone.level",
		`dtmf: "1"`:                                        "dtmf",
		`sequence: {gaps: 1}`:                              "sequence.gaps",
		`sequence: {duplicates: 1}`:                        "sequence.duplicates",
		`sequence: {reordered: 1}`:                         "sequence.reordered",
		`chunks: {count: 1}`:                               "chunks.count",
		`chunks: {size: 1}`:                                "chunks.size",
		`pacing: {chunk: 1s}`:                              "pacing.chunk",
		`pacing: {jitter: 1s}`:                             "pacing.jitter",
		`pacing: {gaps: 1}`:                                "pacing.gaps",
		`pacing: {lead: 1s}`:                               "pacing.lead",
		`pacing: {underruns: 1}`:                           "pacing.underruns",
		`pacing: {smallest_buffer: 1s}`:                    "pacing.smallest_buffer",
		`pacing: {interval_p95: 1s}`:                       "pacing.interval_p95",
		`pacing: {interval_p99: 1s}`:                       "pacing.interval_p99",
		`pacing: {interval_max: 1s}`:                       "pacing.interval_max",
	} {
		delete(left, subject)
		got := assertions.Audio(audio(t, asks), h)
		if len(got) != 1 || got[0].Subject != subject || got[0].Verdict != trace.Failed {
			t.Errorf("Audio(%s) = %+v, want just %s, failed", asks, got, subject)
		}
	}
	if len(left) > 0 {
		t.Errorf("no stream is wrong in %v", left)
	}
}

// Nothing is measured that nobody asks for: that can take a quarter of a second. So asking
// nothing of much audio takes as little as asking it of none.
func TestNothingAsked(t *testing.T) {
	greeting := clip(t, "greeting-8k.wav")
	h := assertions.Heard{Stream: received(t, greeting, media.ULaw, "ULAW"), Reference: assertions.Reference{Clip: greeting}}
	talk := assertions.Talk{Caller: sent(t, 0, 100*ms, 400*ms), Bot: said(t, 800*ms, 100*ms, 600*ms)}
	asks := func(h assertions.Heard, talk assertions.Talk) float64 {
		return testing.AllocsPerRun(1, func() {
			if assertions.Audio(&spec.Audio{}, h) != nil || assertions.Turn(&spec.Turn{}, talk) != nil {
				t.Error("asked nothing, but checked")
			}
		})
	}
	none := assertions.Heard{Stream: trace.Stream{Encoding: "ULAW"}}
	if got, want := asks(h, talk), asks(none, assertions.Talk{}); got != want {
		t.Errorf("to ask nothing allocates %v times, want %v", got, want)
	}
}

// A right figure is told without the words that only wrong ones have, and zero has no sign.
func TestFigures(t *testing.T) {
	greeting := clip(t, "greeting-8k.wav")
	loud := media.Clip{Rate: 8000, Samples: slices.Repeat([]float32{0.99999, -0.99999}, 4000)}
	for _, tt := range []struct {
		asks string
		s    trace.Stream
		want string // the matcher in words, and the figure
	}{
		{`sequence: {gaps: 0}`, received(t, greeting, media.ULaw, "ULAW"), "0"},
		{`pacing: {gaps: 0}`, received(t, greeting, media.ULaw, "ULAW"), "0"},
		{`chunks: {size: 160}`, received(t, greeting, media.ULaw, "ULAW"), "160"},
		{`pacing: {chunk: 20ms}`, received(t, greeting, media.ULaw, "ULAW"), "20ms"},
		{`peak: 0dB`, received(t, loud, media.L16LE, "PCM8"), "0dB"},
	} {
		got := assertions.Audio(audio(t, tt.asks), assertions.Heard{Stream: tt.s})
		if len(got) != 1 || got[0].Actual != tt.want || got[0].Expected != tt.want || got[0].Verdict != trace.Passed {
			t.Errorf("Audio(%s) = %+v, want %s, passed", tt.asks, got, tt.want)
		}
	}
}

// For the comparison of runs each check gives one figure, if it has one.
func TestFiguresForComparing(t *testing.T) {
	good := received(t, clip(t, "greeting-8k.wav"), media.ULaw, "ULAW")
	for asks, want := range map[string]*trace.Figure{
		`duration: {$lt: 9s}`:                       {Value: 2989.75e6, Unit: "ns", Worse: "more"}, // 23918 samples
		`chunks: {count: {$gt: 1}}`:                 {Value: 150, Worse: "less"},
		`chunks: {count: 150}`:                      nil, // a number that has to equal another is no measure
		`pacing: {lead: {$lt: 1s}}`:                 nil, // there are two values
		`sequence: {gaps: {$lt: 1}}`:                {Value: 0, Worse: "more"},
		`similar_to: {source: x, score: {$gt: 1%}}`: nil, // there is no reference
	} {
		got := assertions.Audio(audio(t, asks), assertions.Heard{Stream: good, Reference: assertions.Reference{Err: errors.New("none")}})
		if diff := cmp.Diff(want, got[0].Figure); len(got) != 1 || diff != "" {
			t.Errorf("the figure of %s (-want +got):\n%s", asks, diff)
		}
	}
}
