package measure

import (
	"math"
	"math/cmplx"
	"time"

	"github.com/duologue/duologue/media"
)

// Digit is one DTMF digit that was heard.
type Digit struct {
	Key  rune // 0 to 9, *, #, A to D
	Span Span
}

// What a digit must be. ITU-T Q.24 and AT&T ask receivers to take a tone of 40 ms
// and 1.5 % beside its frequency, twist of 8 dB and 4 dB reversed, noise 15 dB
// below; and not to take 23 ms or 3.5 %. The lines here lie between.
const (
	dtmfShortest = 32 * time.Millisecond
	dtmfPause    = 25 * time.Millisecond // shorter: the same digit goes on
	dtmfOff      = 0.025                 // of the nominal frequency
	dtmfTwist    = 9.0                   // dB by which the low tone may be louder
	dtmfReverse  = 5.0                   // dB by which the high tone may be louder
	dtmfPure     = 0.85                  // of the power is the two tones: 15 dB of noise leave 0.97
	dtmfSoftest  = -55.0                 // dBFS

	dtmfRate   = media.Rate(8000)
	dtmfWindow = 160 // samples: 20 ms
	dtmfHop    = 80
	dtmfFine   = 16
	dtmfLikely = 0.25 // of the power at the nominal frequencies; the window loses some of a tone beside them
)

var (
	dtmfTones = [8]float64{697, 770, 852, 941, 1209, 1336, 1477, 1633} // Hz, ITU-T Q.23
	dtmfKeys  = [4]string{"123A", "456B", "789C", "*0#D"}
)

// DTMF finds the digits of a clip. A silent clip has none, and that is no error.
func DTMF(c media.Clip) ([]Digit, error) {
	if err := usable(c); err != nil {
		return nil, err
	}
	d := newDigits(media.Resample(c, dtmfRate).Samples)
	var out []Digit
	for at := 0; at < len(d.samples); {
		low, high, ok := d.likely(at)
		if !ok {
			at += dtmfHop
			continue
		}
		from, to := d.extent(at, low, high)
		at = max(to, at+dtmfHop)
		if !d.holds(from, to, low, high) {
			continue
		}
		digit := Digit{rune(dtmfKeys[low][high]), Span{dtmfRate.Duration(from), dtmfRate.Duration(to)}}
		if last := len(out) - 1; last >= 0 && out[last].Key == digit.Key && digit.Span.Start-out[last].Span.End < dtmfPause {
			out[last].Span.End = digit.Span.End
			continue
		}
		out = append(out, digit)
	}
	return longEnough(out), nil
}

func longEnough(all []Digit) []Digit {
	var out []Digit
	for _, d := range all {
		if d.Span.End-d.Span.Start >= dtmfShortest {
			out = append(out, d)
		}
	}
	return out
}

// digits looks for DTMF in samples at 8 kHz.
type digits struct {
	samples []float32
	window  [dtmfWindow]float64
	waves   [8][dtmfWindow]complex128 // the window times each tone
	weight  float64                   // of a tone's squared amplitude in its wave's square
}

func newDigits(samples []float32) *digits {
	d := &digits{samples: samples}
	sum := 0.0
	for i := range d.window {
		d.window[i] = 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/dtmfWindow)
		sum += d.window[i]
	}
	for k, f := range dtmfTones {
		d.waves[k] = d.wave(f)
	}
	d.weight = sum * sum / 4
	return d
}

func (d *digits) wave(frequency float64) (out [dtmfWindow]complex128) {
	turn, step := complex(1, 0), cmplx.Rect(1, 2*math.Pi*frequency/float64(dtmfRate))
	for i, w := range d.window {
		out[i] = complex(w, 0) * turn
		turn *= step
	}
	return out
}

// sample is 0 beyond the ends.
func (d *digits) sample(i int) float64 {
	if i < 0 || i >= len(d.samples) {
		return 0
	}
	return float64(d.samples[i])
}

// power is the mean square, under the window around a sample.
func (d *digits) power(at int) float64 {
	sum, weight := 0.0, 0.0
	for i, w := range d.window {
		v := w * d.sample(at-dtmfWindow/2+i)
		sum += v * v
		weight += w * w
	}
	return sum / weight
}

// amplitude is that of one tone around a sample.
func (d *digits) amplitude(wave *[dtmfWindow]complex128, at int) float64 {
	re, im := 0.0, 0.0
	first := at - dtmfWindow/2
	for i := max(0, -first); i < min(dtmfWindow, len(d.samples)-first); i++ {
		v := float64(d.samples[first+i])
		re += v * real(wave[i])
		im += v * imag(wave[i])
	}
	return math.Sqrt((re*re + im*im) / d.weight)
}

// likely tells the pair of tones that may sound around a sample.
func (d *digits) likely(at int) (low, high int, ok bool) {
	power := d.power(at)
	if 10*math.Log10(2*power) < dtmfSoftest {
		return 0, 0, false
	}
	var a [8]float64
	for k := range a {
		a[k] = d.amplitude(&d.waves[k], at)
	}
	for k := range 4 {
		if a[k] > a[low] {
			low = k
		}
		if a[4+k] > a[4+high] {
			high = k
		}
	}
	tones := (a[low]*a[low] + a[4+high]*a[4+high]) / 2
	return low, high, tones > dtmfLikely*power
}

// extent is from where to where the louder of two tones has at least half its
// amplitude: then an end of it is in the middle of the window.
func (d *digits) extent(at, low, high int) (from, to int) {
	louder := &d.waves[low]
	if d.amplitude(&d.waves[4+high], at) > d.amplitude(louder, at) {
		louder = &d.waves[4+high]
	}
	most := 0.0
	for i := at - dtmfHop; i <= at+dtmfHop; i += dtmfFine {
		if a := d.amplitude(louder, i); a > most {
			most, from, to = a, i, i
		}
	}
	for from-dtmfFine >= 0 && d.amplitude(louder, from-dtmfFine) >= most/2 {
		from -= dtmfFine
	}
	for to+dtmfFine <= len(d.samples) && d.amplitude(louder, to+dtmfFine) >= most/2 {
		to += dtmfFine
	}
	return max(from, 0), min(to, len(d.samples))
}

// holds reports whether a stretch is two tones near enough to the nominal ones,
// neither much louder than the other, and little else, in its middle.
func (d *digits) holds(from, to, low, high int) bool {
	middle := (from + to) / 2
	f, a := d.tune(dtmfTones[low], middle)
	g, b := d.tune(dtmfTones[4+high], middle)
	if math.Abs(f/dtmfTones[low]-1) > dtmfOff || math.Abs(g/dtmfTones[4+high]-1) > dtmfOff || a == 0 || b == 0 {
		return false
	}
	twist := 20 * math.Log10(a/b)
	if twist > dtmfTwist || -twist > dtmfReverse {
		return false
	}
	return (a*a+b*b)/2 >= dtmfPure*d.power(middle)
}

// tune finds the frequency near a nominal one at which the tone is loudest, to
// within 6 %, and its amplitude.
func (d *digits) tune(nominal float64, at int) (frequency, amplitude float64) {
	low, high := nominal*0.94, nominal*1.06
	for high-low > 0.5 { // the amplitude has one peak in there: its lobe is wider
		a, b := low+(high-low)/3, high-(high-low)/3
		wa, wb := d.wave(a), d.wave(b)
		if d.amplitude(&wa, at) < d.amplitude(&wb, at) {
			low = a
		} else {
			high = b
		}
	}
	w := d.wave((low + high) / 2)
	return (low + high) / 2, d.amplitude(&w, at)
}
