package assertions_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/media"
)

// Each check of sound passes for a good stream, and fails for one that is broken
// in just that way.
func TestAudioMeasures(t *testing.T) {
	greeting := clip(t, "greeting-8k.wav")
	tone := media.Tone(440, time.Second, -20, 8000)
	rest := func(d time.Duration) media.Clip { return media.Silence(d, 8000) }
	digits, err := media.DTMF("12#", -13, 8000)
	if err != nil {
		t.Fatal(err)
	}
	many, err := media.DTMF("1234567", -13, 8000)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(c media.Clip, f func(i int, s float32) float32) media.Clip {
		out := media.Clip{Rate: c.Rate, Samples: make([]float32, len(c.Samples))}
		for i, s := range c.Samples {
			out.Samples[i] = f(i, s)
		}
		return out
	}
	clicking := changed(tone, func(i int, s float32) float32 {
		if i == 4000 || i == 6000 {
			return s + 0.3
		}
		return s
	})
	phrases := media.Concat(8000, rest(300*ms), tone.Slice(0, 500*ms), rest(400*ms), tone.Slice(0, 500*ms), rest(300*ms))
	tests := []struct {
		name string
		asks string
		clip media.Clip
		want []string
	}{
		{"loud enough", `loudness: {$between: [-26LUFS, -20LUFS]}`, greeting, nil},
		{"too loud", `loudness: {$between: [-26LUFS, -20LUFS]}`, greeting.Gain(12), []string{"loudness: -11.65LUFS"}},
		{"too soft", `loudness: {$gt: -26LUFS}`, greeting.Gain(-12), []string{"loudness: -34.92LUFS"}},
		{"no loudness of silence", `loudness: {$lt: 0LUFS}`, rest(time.Second), []string{"loudness: not measurable: the audio is silent throughout"}},
		{"no loudness of a moment", `loudness: {$lt: 0LUFS}`, tone.Slice(0, 300*ms), []string{"loudness: not measurable: the audio is too short to measure"}},

		{"chunks of half the size", `chunks: {size: 160}`, tone, []string{"chunks.size: 320 in all 50 chunks"}},

		{"not clipped", `clipping: {share: 0%, longest: 0ms}`, greeting, nil},
		{"clipped", `clipping: {share: 0%, longest: {$lt: 100us}}`, greeting.Gain(20), []string{"clipping.share: 6.82%", "clipping.longest: 1ms"}},

		{"hardly clipped", `clipping: {share: 0%}`, changed(media.Concat(8000, greeting, rest(10*time.Second)), func(i int, s float32) float32 {
			if i >= 20000 && i < 20004 {
				return 1
			}
			return s
		}), []string{"clipping.share: 0.01%"}},
		{"hardly a sound", `silence: {share: 100%}`, media.Concat(8000, rest(300*time.Second), tone.Slice(0, 10*ms), rest(ms)), []string{"silence.share: 99.99%, at a level of -64.72dB"}},
		{"no sound", `silence: {share: 100%}`, rest(time.Second), nil},
		{"clipped for long", `clipping: {longest: {$lt: 100us}}`, greeting.Gain(20), []string{"clipping.longest: 1ms"}},

		{"no offset", `dc_offset: {$lt: 1%}`, greeting, nil},
		{"offset", `dc_offset: {$lt: 1%}`, changed(greeting, func(_ int, s float32) float32 { return s - 0.1 }), []string{"dc_offset: 10%"}},

		{"no clicks", `clicks: 0`, greeting, nil},
		{"clicks", `clicks: 0`, clicking, []string{"clicks: 2 at 500ms, 750ms"}},

		{"speech", `speech: {start: {$between: [290ms, 310ms]}, share: {$approx: [50%, 1%]}, segments: 2, longest_pause: {$approx: [400ms, 10ms]}}`, phrases, nil},
		{"one phrase where pauses may be long", `speech: {pause: 500ms, segments: 1, longest_pause: 0ms}`, phrases, nil},
		{"speech begins late", `speech: {start: {$lt: 200ms}}`, phrases, []string{"speech.start: 296ms"}},
		{"speech is missing", `speech: {share: {$gt: 40%}, segments: 2}`, phrases.Slice(0, time.Second), []string{"speech.segments: 1 at 296ms"}},
		{"speech has a hole", `speech: {longest_pause: {$lt: 300ms}}`, phrases, []string{"speech.longest_pause: 392ms"}},
		{"no speech", `speech: {start: {$lt: 10s}, share: {$gt: 0%}, longest_pause: {$lt: 10s}}`, rest(time.Second),
			[]string{"speech.start: not measurable: there is no speech", "speech.share: 0%", "speech.longest_pause: not measurable: there is no speech"}},

		{"the tone", `tone: {frequency: {$approx: [440Hz, 1Hz]}, share: {$gt: 99%}, level: {$approx: [-20dB, 0.1dB]}}`, tone, nil},
		{"another tone", `tone: {frequency: {$approx: [440Hz, 1Hz]}}`, media.Tone(450, time.Second, -20, 8000), []string{"tone.frequency: 449.98Hz, 99.99% of the power, level -20.01dB"}},
		{"a tone and noise", `tone: {share: {$gt: 99%}}`, changed(tone, func(i int, s float32) float32 { return s + noise.Samples[i] }), []string{"tone.share: 439.99Hz, 90.96% of the power, level -20dB"}},
		{"a softer tone", `tone: {level: {$gt: -21dB}}`, tone.Gain(-6), []string{"tone.level: 440.02Hz, 99.99% of the power, level -26.01dB"}},
		{"no tone", `tone: {frequency: {$gt: 0Hz}}`, rest(time.Second), []string{"tone.frequency: not measurable: the audio is silent throughout"}},

		{"the digits", `dtmf: "12#"`, digits, nil},
		{"a digit is missing", `dtmf: "12#"`, digits.Slice(0, 300*ms), []string{`dtmf: "12" at 2ms, 162ms`}},
		{"many digits", `dtmf: "1"`, many, []string{`dtmf: "1234567" at 2ms, 162ms, 322ms, 482ms, 642ms, …`}},
		{"no digits", `dtmf: "12#"`, greeting, []string{`dtmf: no digit, at a level of -20.3dB`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := failures(assertions.Audio(audio(t, tt.asks), assertions.Heard{Stream: received(t, tt.clip, media.L16LE, "PCM8")}))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Audio(%s) fails (-want +got):\n%s", tt.asks, diff)
			}
		})
	}
}

var noise = media.Noise(time.Second, -30, 1, 8000)

// Each check of sound fails for opaque audio.
func TestAudioMeasuresOfOpaqueAudio(t *testing.T) {
	asks := `loudness: {$lt: 0LUFS}, clipping: {share: 0%}, dc_offset: 0%, clicks: 0, speech: {segments: 0}, tone: {share: 0%}, dtmf: {$ne: "1"}`
	opaque := relabel(received(t, clip(t, "greeting-8k.wav"), media.ULaw, "OPUS"), media.Opaque)
	checks := assertions.Audio(audio(t, asks), assertions.Heard{Stream: opaque})
	if got := failures(checks); len(checks) != 7 || len(got) != 7 {
		t.Errorf("of %d checks %d failed, want 7 of 7: %v", len(checks), len(got), got)
	}
}
