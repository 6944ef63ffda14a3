package builtin

import (
	"math"
	"time"

	"github.com/duologue/duologue/media"
)

const (
	loud         = -40.0                  // dBFS from which on audio is speech
	enoughSpeech = 200 * time.Millisecond // shorter is a click
)

// A turn finds out when a caller has spoken: enough speech, then a pause.
type turn struct {
	pause  time.Duration
	speech time.Duration // heard in this turn
	quiet  time.Duration // since the last of it
}

// hear takes the next few milliseconds. It is true once the turn is over, and
// then the next one begins.
func (t *turn) hear(c media.Clip) bool {
	if level(c) >= loud {
		t.speech += c.Duration()
		t.quiet = 0
		return false
	}
	t.quiet += c.Duration()
	return t.quiet >= t.pause && t.end()
}

// end ends the turn, and says whether anything was said in it.
func (t *turn) end() bool {
	spoken := t.speech >= enoughSpeech
	t.speech, t.quiet = 0, 0
	return spoken
}

// level is the RMS of a clip in dBFS; a full-scale sine has 0 dB.
func level(c media.Clip) float64 {
	sum := 0.0
	for _, s := range c.Samples {
		sum += float64(s) * float64(s)
	}
	return 10 * math.Log10(2*sum/float64(max(1, len(c.Samples))))
}
