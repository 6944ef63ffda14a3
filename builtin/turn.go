package builtin

import (
	"math"
	"time"

	"github.com/duologue/duologue/media"
)

const (
	loud         = -40.0                  // the least level of speech, in dBFS
	enoughSpeech = 200 * time.Millisecond // shorter speech is a click
)

// turn finds out when a caller has spoken: after enough speech and a pause.
type turn struct {
	pause  time.Duration
	speech time.Duration // how much was heard in this turn
	quiet  time.Duration // the time since then
}

// hear listens to the next few milliseconds. It gives true when the turn is
// over; then the next one begins.
func (t *turn) hear(c media.Clip) bool {
	if level(c) >= loud {
		t.speech += c.Duration()
		t.quiet = 0
		return false
	}
	t.quiet += c.Duration()
	return t.quiet >= t.pause && t.end()
}

// end ends the turn, and reports whether anything was said in it.
func (t *turn) end() bool {
	spoken := t.speech >= enoughSpeech
	t.speech, t.quiet = 0, 0
	return spoken
}

// level gives the RMS of a clip in dBFS. A full-scale sine has 0 dB.
func level(c media.Clip) float64 {
	sum := 0.0
	for _, s := range c.Samples {
		sum += float64(s) * float64(s)
	}
	return 10 * math.Log10(2*sum/float64(max(1, len(c.Samples))))
}
