package measure

import (
	"testing"
	"time"

	"github.com/duologue/duologue/media"
)

// minute is one minute of speech at 8 kHz.
func minute(b *testing.B) media.Clip {
	x := fixture(b, "answer-8k")
	for x.Duration() < time.Minute {
		x = media.Concat(8000, x, fixture(b, "greeting-8k"))
	}
	return x.Slice(0, time.Minute)
}

// What every check but similar_to costs, each alone.
func BenchmarkMinute(b *testing.B) {
	x := minute(b)
	for name, measure := range map[string]func(media.Clip) error{
		"Level":    func(c media.Clip) error { _, err := Level(c); return err },
		"Peak":     func(c media.Clip) error { _, err := Peak(c); return err },
		"Loudness": func(c media.Clip) error { _, err := Loudness(c); return err },
		"DCOffset": func(c media.Clip) error { _, err := DCOffset(c); return err },
		"Clipping": func(c media.Clip) error { _, err := Clipping(c); return err },
		"Silence":  func(c media.Clip) error { _, err := Silence(c, -50); return err },
		"Talking":  func(c media.Clip) error { _, err := Talking(c, 200*ms); return err },
		"Tone":     func(c media.Clip) error { _, err := Tone(c); return err },
		"DTMF":     func(c media.Clip) error { _, err := DTMF(c); return err },
		"Clicks":   func(c media.Clip) error { _, err := Clicks(c); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := measure(x); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What it takes to tell that a minute was read by the wrong law.
func BenchmarkDiagnoseMinute(b *testing.B) {
	x := minute(b)
	y := recode(b, x, media.ULaw, media.ALaw)
	for b.Loop() {
		if found := Diagnose(x, y, 20*ms); len(found) != 1 {
			b.Fatal(found)
		}
	}
}
