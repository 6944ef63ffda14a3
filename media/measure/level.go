package measure

import (
	"errors"
	"math"

	"github.com/duologue/duologue/media"
)

// Why a measurement cannot be made.
var (
	ErrEmpty  = errors.New("there is no audio")
	ErrShort  = errors.New("the audio is too short to measure")
	ErrSilent = errors.New("the audio is silent throughout")
)

// Level is the RMS level of a clip in dBFS. Digital silence has none: ErrSilent.
func Level(c media.Clip) (float64, error) {
	if len(c.Samples) == 0 {
		return 0, ErrEmpty
	}
	var sum float64
	for _, s := range c.Samples {
		sum += float64(s) * float64(s)
	}
	if sum == 0 {
		return 0, ErrSilent
	}
	return 10 * math.Log10(2*sum/float64(len(c.Samples))), nil
}

// Peak is the largest sample of a clip in dB below full scale, which is 0 dB.
// Digital silence has none: ErrSilent.
func Peak(c media.Clip) (float64, error) {
	if len(c.Samples) == 0 {
		return 0, ErrEmpty
	}
	var peak float64
	for _, s := range c.Samples {
		peak = max(peak, math.Abs(float64(s)))
	}
	if peak == 0 {
		return 0, ErrSilent
	}
	return 20 * math.Log10(peak), nil
}
