package measure

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/media"
)

// rule finds one thing that is wrong with audio that is the reference; it gives
// "" where it is not.
type rule struct {
	name  string
	exact bool // it looks at single samples
	finds func(evidence) string
}

// rules is the table of what is looked for. Its lines stand far enough from what
// codecs do that a correct server raises none.
var rules = []rule{
	{"reversed polarity", false, func(e evidence) string {
		if !e.Inverted {
			return ""
		}
		return "every sample has the other sign"
	}},
	{"level", false, func(e evidence) string {
		gain := e.frames.Gain
		if math.Abs(gain) < 1 || e.clipped() {
			return ""
		}
		return fmt.Sprintf("the audio is %.1f dB %s than the reference", math.Abs(gain), map[bool]string{true: "louder", false: "softer"}[gain > 0])
	}},
	{"clipping", true, evidence.clipping},
	{"DC offset", true, func(e evidence) string {
		was, _ := DCOffset(e.reference)
		is, _ := DCOffset(e.audio)
		if math.Abs(is-was) < 0.01 || e.clipped() {
			return ""
		}
		return fmt.Sprintf("the mean is %+.1f %% of full scale off", 100*(is-was))
	}},
	{"missing beginning", false, func(e evidence) string {
		return lasting(e.frames.Head, e.chunk, "the first %v of the reference's sound are missing")
	}},
	{"cut short", false, func(e evidence) string {
		return lasting(e.frames.Tail, e.chunk, "the last %v of the reference's sound are missing")
	}},
	{"lost frames", false, func(e evidence) string { return listed(e.frames.Lost, "never came", "of the reference") }},
	{"blank frames", false, func(e evidence) string { return listed(e.frames.Blank, "came as silence", "of the reference") }},
	{"damaged frames", true, func(e evidence) string {
		if e.frames.Noise < noisyBelow || e.clipped() {
			return "" // noise damages frames too
		}
		return listed(e.frames.Damaged, "came as something else", "of the reference")
	}},
	{"repeated frames", false, func(e evidence) string { return listed(e.frames.Repeated, "came again", "of the audio") }},
	{"reordered frames", false, func(e evidence) string {
		return listed(e.frames.Reordered, "came after later ones", "of the reference")
	}},
	{"inserted audio", true, func(e evidence) string {
		if e.frames.Noise < noisyBelow {
			return ""
		}
		return listed(e.frames.Inserted, "are not of the reference", "of the audio")
	}},
	{"clicks", true, func(e evidence) string {
		if e.clipped() || e.mixed() {
			return ""
		}
		return listed(e.frames.Clicks, "have a click", "of the audio")
	}},
	{"drift", false, func(e evidence) string {
		ppm, err := e.Drift()
		if err != nil || math.Abs(ppm) < 40 || math.Abs(ppm)*1e-6*float64(len(e.x)) < 1 {
			return ""
		}
		return fmt.Sprintf("the audio's clock is %.0f ppm %s", math.Abs(ppm), map[bool]string{true: "slow", false: "fast"}[ppm > 0])
	}},
	{"narrow band", true, func(e evidence) string {
		if !e.narrow() {
			return ""
		}
		return "what the reference has above 4 kHz is missing"
	}},
}

// noisyBelow is the ratio in dB below which what differs is no codec's doing.
const noisyBelow = 26.0

// mixed reports whether there is more in the audio than the reference.
func (e evidence) mixed() bool { return e.frames.Noise < noisyBelow && !e.clipped() && !e.narrow() }

func (e evidence) clipping() string {
	if !e.clipped() {
		return ""
	}
	c, _ := Clipping(e.audio)
	return fmt.Sprintf("%.2g %% of the samples are flat at full scale", 100*c.Share)
}

func (e evidence) clipped() bool {
	was, _ := Clipping(e.reference)
	is, err := Clipping(e.audio)
	return err == nil && is.Runs >= was.Runs+3
}

// narrow reports whether the audio lacks the upper band that the reference has.
func (e evidence) narrow() bool {
	c := e.Comparison
	if c.rate < 12000 {
		return false
	}
	y := shift(c.y, c.lag, len(c.x))
	x, all := upperBand(c.x, c.rate)
	heard, heardAll := upperBand(y, c.rate)
	return x > 1e-4*all && heard*all < 0.01*x*heardAll
}

// upperBand is the power above 4 kHz, and all of it.
func upperBand(x []float64, rate media.Rate) (upper, all float64) {
	const from = 4000
	size := rate.Samples(frameLength)
	s := newSpectrum(size)
	lines := make([]float64, size/2+1)
	for at := 0; at+size <= len(x); at += size {
		s.power(lines, x[at:at+size], 1)
		for k, p := range lines {
			all += p
			if float64(k)*float64(rate)/float64(size) > from {
				upper += p
			}
		}
	}
	return upper, all
}

// residue says what is in the audio besides the reference.
func (e evidence) residue() Finding {
	c := e.Comparison
	y := delay(shift(c.y, c.lag, len(c.x)), -c.part)
	gain := dot(c.x, y) / dot(c.x, c.x)
	rest := media.Clip{Rate: c.rate, Samples: make([]float32, len(y))}
	for i, v := range y {
		rest.Samples[i] = float32(v - gain*c.x[i])
	}
	level, err := Level(rest)
	if err != nil {
		return Finding{}
	}
	below := fmt.Sprintf("%.0f dB below the reference", c.SISDR)
	if c.SISDR < 0 {
		below = fmt.Sprintf("%.0f dB above the reference", -c.SISDR)
	}
	if tone, err := Tone(rest); err == nil && tone.Share > 0.8 {
		return Finding{"added tone", fmt.Sprintf("a tone of %.0f Hz at %.0f dB is mixed in", tone.Frequency, tone.Level)}
	}
	if even(rest) {
		return Finding{"noise", fmt.Sprintf("noise at %.0f dB is mixed in, %s", level, below)}
	}
	return Finding{"other sound mixed in", fmt.Sprintf("other sound at %.0f dB is mixed in, %s", level, below)}
}

// even reports whether a clip is as loud all the time, as noise is and speech
// is not.
func even(c media.Clip) bool {
	size := c.Rate.Samples(segment)
	var powers []float64
	for at := 0; at+size <= len(c.Samples); at += size {
		sum := 0.0
		for _, s := range c.Samples[at : at+size] {
			sum += float64(s) * float64(s)
		}
		powers = append(powers, sum)
	}
	if len(powers) < 10 {
		return true
	}
	slices.Sort(powers)
	return powers[len(powers)*9/10] < 8*powers[len(powers)/10]
}

func lasting(at []time.Duration, chunk time.Duration, text string) string {
	if len(at) == 0 {
		return ""
	}
	return fmt.Sprintf(text, (time.Duration(len(at)) * chunk).Round(time.Millisecond))
}

// listed tells how many frames something happened to, and where the first are.
func listed(at []time.Duration, what, in string) string {
	if len(at) == 0 {
		return ""
	}
	const most = 5
	var places []string
	for _, d := range at[:min(len(at), most)] {
		places = append(places, d.Round(time.Millisecond).String())
	}
	more := ""
	if len(at) > most {
		more = " and further on"
	}
	noun := "frames"
	if len(at) == 1 {
		noun = "frame"
		what = strings.Replace(strings.Replace(what, "are", "is", 1), "have", "has", 1)
	}
	return fmt.Sprintf("%d %s %s: at %s%s %s", len(at), noun, what, strings.Join(places, ", "), more, in)
}
