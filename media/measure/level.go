package measure

import (
	"errors"
	"math"

	"github.com/duologue/duologue/media"
)

// Why a measurement cannot be made.
var (
	ErrEmpty   = errors.New("there is no audio")
	ErrShort   = errors.New("the audio is too short to measure")
	ErrLong    = errors.New("the audio is too long to measure")
	ErrSilent  = errors.New("the audio is silent throughout")
	ErrInvalid = errors.New("the audio has no usable rate, or no usable samples")
)

// usable tells whether anything can be measured on a clip.
func usable(c media.Clip) error {
	if len(c.Samples) == 0 {
		return ErrEmpty
	}
	if !c.Rate.Valid() {
		return ErrInvalid
	}
	for _, s := range c.Samples {
		if s-s != 0 { // NaN or infinite
			return ErrInvalid
		}
	}
	return nil
}

// Level is the RMS level of a clip in dBFS. Digital silence has none: ErrSilent.
func Level(c media.Clip) (float64, error) {
	if err := usable(c); err != nil {
		return 0, err
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

// Peak is the largest sample of a clip in dB, full scale being 0 dB. Digital
// silence has none: ErrSilent.
func Peak(c media.Clip) (float64, error) {
	if err := usable(c); err != nil {
		return 0, err
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
