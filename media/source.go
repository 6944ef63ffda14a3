package media

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// MaxSource is the longest source a scenario should ask for; a caller checks it
// before it calls the functions below, which make whatever they are told.
const MaxSource = time.Hour

// Silence is d of zeros.
func Silence(d time.Duration, rate Rate) Clip {
	return Clip{Rate: rate, Samples: make([]float32, rate.Samples(d))}
}

// Tone is d of a sine of a frequency in Hz and a level in dBFS (0 dB reaches
// full scale), which begins at a zero crossing. A frequency at or above half
// the rate comes out as its alias; a caller who minds checks it first.
func Tone(frequency float64, d time.Duration, level float64, rate Rate) Clip {
	peak := amplitude(level)
	return wave(d, rate, func(t float64) float64 { return peak * math.Sin(2*math.Pi*frequency*t) })
}

// Sweep is d of a sine whose frequency in Hz moves evenly from one to another,
// at a level in dBFS.
func Sweep(from, to float64, d time.Duration, level float64, rate Rate) Clip {
	slope, peak := (to-from)/d.Seconds(), amplitude(level)
	return wave(d, rate, func(t float64) float64 {
		return peak * math.Sin(2*math.Pi*(from+slope*t/2)*t)
	})
}

// Noise is d of white noise, evenly distributed, at a level in dBFS; it stays
// within full scale up to -1.8 dB. The same seed gives the same samples.
func Noise(d time.Duration, level float64, seed uint64, rate Rate) Clip {
	random := rand.New(rand.NewPCG(seed, 0))
	peak := amplitude(level) * math.Sqrt(1.5) // the RMS of a sine is 1/√2 of its peak, of this 1/√3
	return wave(d, rate, func(float64) float64 { return peak * (2*random.Float64() - 1) })
}

// How long DTMF plays a digit, and is silent after it: well above the 40 to
// 45 ms of tone and 23 to 50 ms of pause that receivers need (ITU-T Q.24).
const (
	DTMFTone  = 80 * time.Millisecond
	DTMFPause = 80 * time.Millisecond
)

var (
	dtmfKeys = [4]string{"123A", "456B", "789C", "*0#D"}
	dtmfLow  = [4]float64{697, 770, 852, 941}
	dtmfHigh = [4]float64{1209, 1336, 1477, 1633}
)

// DTMF is the digits 0 to 9, *, # and A to D (or a to d) as pairs of tones
// (ITU-T Q.23), each followed by a pause. The level in dBFS is that of both
// tones together; -13 dB is usual on the telephone, and above -3 dB they clip.
func DTMF(digits string, level float64, rate Rate) (Clip, error) {
	out := Clip{Rate: rate}
	peak := amplitude(level) * math.Sqrt(0.5)
	for _, digit := range digits {
		low, high, ok := dtmfPair(digit)
		if !ok {
			return Clip{}, fmt.Errorf("make dtmf: %q is not one of 0123456789*#ABCD", digit)
		}
		tone := wave(DTMFTone, rate, func(t float64) float64 {
			return peak * (math.Sin(2*math.Pi*low*t) + math.Sin(2*math.Pi*high*t))
		})
		out.Samples = append(out.Samples, tone.Samples...)
		out.Samples = append(out.Samples, Silence(DTMFPause, rate).Samples...)
	}
	return out, nil
}

func dtmfPair(digit rune) (low, high float64, ok bool) {
	if digit >= 'a' && digit <= 'd' {
		digit -= 'a' - 'A'
	}
	for row, keys := range dtmfKeys {
		for column, key := range keys {
			if key == digit {
				return dtmfLow[row], dtmfHigh[column], true
			}
		}
	}
	return 0, 0, false
}

// amplitude is the peak of a sine at a level in dBFS.
func amplitude(level float64) float64 { return math.Pow(10, level/20) }

// wave samples a function of time in seconds.
func wave(d time.Duration, rate Rate, f func(t float64) float64) Clip {
	c := Silence(d, rate)
	for i := range c.Samples {
		c.Samples[i] = float32(f(float64(i) / float64(rate)))
	}
	return c
}
