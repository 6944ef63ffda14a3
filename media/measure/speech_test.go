package measure

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/duologue/duologue/media"
)

const ms = time.Millisecond

func TestSilence(t *testing.T) {
	tone, none := media.Tone(400, 200*ms, -20, 8000), media.Silence(100*ms, 8000)
	hum := altered(none, func(int, float32) float32 { return 0.5 })
	tests := []struct {
		name string
		clip media.Clip
		want Quiet
	}{
		{"none", tone, Quiet{}},
		{"all", none, Quiet{Ratio: 1, Longest: 100 * ms}},
		{"a constant is silent", hum, Quiet{Ratio: 1, Longest: 100 * ms}},
		{"a third", media.Concat(8000, tone, none), Quiet{Ratio: 1.0 / 3, Longest: 100 * ms}},
		{"in two parts", media.Concat(8000, none, tone, none, none, tone, tone), Quiet{Ratio: 1.0 / 3, Longest: 200 * ms}},
		{"below the threshold", tone.Gain(-21), Quiet{Ratio: 1, Longest: 200 * ms}},
		{"above the threshold", tone.Gain(-19), Quiet{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := Silence(tt.clip, -40); err != nil || got != tt.want {
				t.Errorf("Silence() = %+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
}

func TestSpeech(t *testing.T) {
	rest := func(d time.Duration) media.Clip { return media.Silence(d, 8000) }
	tone := func(d time.Duration) media.Clip { return media.Tone(400, d, -20, 8000) }
	tests := []struct {
		name string
		clip media.Clip
		want Span
	}{
		{"from end to end", tone(300 * ms), Span{0, 300 * ms}},
		{"in the middle", media.Concat(8000, rest(100*ms), tone(200*ms), rest(300*ms)), Span{100 * ms, 300 * ms}},
		{"a click before is none", media.Concat(8000, rest(100*ms), tone(20*ms), rest(100*ms), tone(200*ms), rest(50*ms)), Span{220 * ms, 420 * ms}},
		{"a click after is none", media.Concat(8000, tone(200*ms), rest(100*ms), tone(20*ms), rest(100*ms)), Span{0, 200 * ms}},
		{"a pause within", media.Concat(8000, rest(50*ms), tone(100*ms), rest(500*ms), tone(100*ms), rest(50*ms)), Span{50 * ms, 750 * ms}},
		{"just above", media.Concat(8000, rest(100*ms), tone(200*ms).Gain(-16.5), rest(100*ms)), Span{100 * ms, 300 * ms}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Speech(tt.clip)
			if err != nil || (tt.want.Start-got.Start).Abs() > 5*ms || (got.End-tt.want.End).Abs() > 5*ms {
				t.Errorf("Speech() = %v, %v, want %v within 5ms", got, err, tt.want)
			}
		})
	}
	for name, clip := range map[string]media.Clip{
		"a soft tone": tone(time.Second).Gain(-17.5),
		"a click":     media.Concat(8000, rest(100*ms), tone(30*ms), rest(100*ms)),
	} {
		if got, err := Speech(clip); !errors.Is(err, ErrSilent) {
			t.Errorf("Speech(%s) = %v, %v, want %v", name, got, err, ErrSilent)
		}
	}
}

// The fixtures have 100 ms of silence at both ends, and some words begin or end
// too softly to count.
func TestSpeechOfFixtures(t *testing.T) {
	for _, name := range spoken {
		narrow, wide := fixture(t, name+"-8k"), fixture(t, name+"-16k")
		a, errA := Speech(narrow)
		b, errB := Speech(wide)
		if errA != nil || errB != nil {
			t.Fatalf("Speech(%s) = %v, %v", name, errA, errB)
		}
		if d := (a.Start - b.Start).Abs(); d > 5*ms {
			t.Errorf("Speech(%s) begins at %v at 8 kHz, at %v at 16", name, a.Start, b.Start)
		}
		if a.Start < 90*ms || a.Start > 200*ms || a.End > narrow.Duration()-90*ms || a.End < narrow.Duration()-300*ms {
			t.Errorf("Speech(%s) = %v of %v, want to begin at about 100ms and end near the end", name, a, narrow.Duration())
		}
	}
}

// Pipecat's detect_speech_onset, written again in another language, says the same
// of these to the sample.
func TestSpeechBeginsWherePipecatSays(t *testing.T) {
	for name, want := range map[string]time.Duration{
		"greeting-8k": 130 * ms, "question-8k": 97 * ms, "answer-16k": 182 * ms, "goodbye-16k": 98 * ms,
	} {
		if got, err := Speech(fixture(t, name)); err != nil || got.Start != want {
			t.Errorf("Speech(%s) begins at %v, %v, want %v", name, got.Start, err, want)
		}
	}
}

func TestTalking(t *testing.T) {
	rest := func(d time.Duration) media.Clip { return media.Silence(d, 8000) }
	tone := media.Tone(400, 200*ms, -20, 8000)
	c := media.Concat(8000, rest(100*ms), tone, rest(150*ms), tone, rest(350*ms), tone)
	tests := []struct {
		pause   time.Duration
		spans   int
		share   float64
		longest time.Duration
	}{
		{100 * ms, 3, 0.5, 350 * ms},
		{200 * ms, 2, 0.625, 350 * ms},
		{500 * ms, 1, 11.0 / 12, 0},
	}
	for _, tt := range tests {
		got, err := Talking(c, tt.pause)
		if err != nil || len(got.Spans) != tt.spans || (got.LongestPause-tt.longest).Abs() > 10*ms || got.Share < tt.share-0.03 || got.Share > tt.share+0.03 {
			t.Errorf("Talking(%v) = %+v, %v, want %d spans, %v of all, a pause of %v", tt.pause, got, err, tt.spans, tt.share, tt.longest)
		}
	}
	if got, err := Talking(rest(time.Second), 0); err != nil || len(got.Spans) > 0 || got.Share != 0 {
		t.Errorf("Talking(silence) = %+v, %v, want none", got, err)
	}
	if got, err := Talking(rest(40*ms), 0); !errors.Is(err, ErrShort) {
		t.Errorf("Talking(40 ms) = %+v, %v, want %v", got, err, ErrShort)
	}
}

// alternating is a signal whose every window of an even number of samples has
// just this RMS and no mean.
func alternating(rms float64, samples int) media.Clip {
	c := media.Clip{Rate: 8000, Samples: make([]float32, samples)}
	for i := range c.Samples {
		c.Samples[i] = float32(rms)
		if i%2 == 1 {
			c.Samples[i] = -c.Samples[i]
		}
	}
	return c
}

// The definition of speech at its edges: 50 windows of 10 ms, a millisecond
// apart, above -40 dB of full scale, whatever their mean.
func TestSpeechEdges(t *testing.T) {
	const window, hop = 80, 8
	level := func(db float64) float64 { return math.Pow(10, db/20) }
	whole := func(windows int) int { return window + (windows-1)*hop } // samples that hold so many
	rest := media.Silence(100*ms, 8000)
	between := func(c media.Clip) media.Clip { return media.Concat(8000, rest, c, rest) }
	lifted := func(c media.Clip) media.Clip { return altered(c, func(_ int, s float32) float32 { return s + 0.3 }) }
	for _, tt := range []struct {
		name string
		clip media.Clip
		want error
	}{
		{"0.1 dB above", alternating(level(-39.9), 8000), nil},
		{"0.1 dB below", alternating(level(-40.1), 8000), ErrSilent},
		{"0.1 dB above, on DC", lifted(alternating(level(-39.9), 8000)), nil},
		{"0.1 dB below, on DC", lifted(alternating(level(-40.1), 8000)), ErrSilent},
		{"DC alone", lifted(media.Silence(time.Second, 8000)), ErrSilent},
		{"50 windows", between(alternating(level(-39.95), whole(50))), nil},
		{"49 windows", between(alternating(level(-39.95), whole(49))), ErrSilent},
		{"49 windows twice", media.Concat(8000, between(alternating(level(-39.95), whole(49))), between(alternating(level(-39.95), whole(49)))), ErrSilent},
		{"a clip of 50 ms", alternating(0.1, 400), nil},
		{"a clip of 49 ms", alternating(0.1, 392), ErrShort},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := Speech(tt.clip); !errors.Is(err, tt.want) {
				t.Errorf("Speech() = %v, %v, want %v", got, err, tt.want)
			}
		})
	}
}
