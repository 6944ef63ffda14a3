package measure

import (
	"errors"
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
	name   string
	exact  bool // it looks at single samples
	pieces bool // it looks at what became of frames
	finds  func(explanation) string
	unless []string // rules before it that tell the cause of what it would find
}

// rules is the table of what is looked for. Its lines stand far enough from what
// codecs do that a correct server raises none.
var rules = []rule{
	{name: "reversed polarity", finds: explanation.reversed},
	{name: "edges of chunks", exact: true, finds: explanation.edges},
	{name: "8 bits", exact: true, finds: explanation.coarse},
	{name: "unsteady level", finds: explanation.unsteady},
	{name: "level", unless: []string{"unsteady level"}, finds: explanation.level},
	{name: "clipping", exact: true, finds: explanation.clipping},
	{name: "DC offset", exact: true, finds: explanation.offset},
	{name: "missing beginning", pieces: true, finds: func(e explanation) string {
		return lasting(e.frames.Head, e.chunk, "the first %v of the reference's sound are missing")
	}},
	{name: "cut short", pieces: true, finds: func(e explanation) string {
		return lasting(e.frames.Tail, e.chunk, "the last %v of the reference's sound are missing")
	}},
	{name: "lost frames", pieces: true, finds: func(e explanation) string { return listed(e.frames.Lost, "never came", "of the reference") }},
	{name: "blank frames", pieces: true, finds: func(e explanation) string {
		return listed(e.frames.Blank, "came as silence", "of the reference")
	}},
	{name: "damaged frames", exact: true, pieces: true, unless: []string{"edges of chunks", "8 bits"}, finds: explanation.damaged},
	{name: "played again", finds: explanation.again},
	{name: "repeated frames", pieces: true, unless: []string{"played again"}, finds: func(e explanation) string {
		return listed(e.frames.Repeated, "came again", "of the audio")
	}},
	{name: "reordered frames", pieces: true, finds: func(e explanation) string {
		return listed(e.frames.Reordered, "came after later ones", "of the reference")
	}},
	{name: "inserted audio", exact: true, pieces: true, finds: explanation.inserted},
	{name: "pieces", finds: explanation.untold},
	{name: "wrong padding", exact: true, finds: explanation.padding},
	{name: "sound in front", exact: true, unless: []string{"wrong padding", "8 bits"}, finds: func(e explanation) string {
		return e.sound(e.around().Before, "in front of the reference")
	}},
	{name: "sound behind", exact: true, unless: []string{"wrong padding", "played again", "pieces", "8 bits"}, finds: func(e explanation) string {
		return e.sound(e.around().After, "behind the reference")
	}},
	{name: "clicks", exact: true, pieces: true, unless: []string{"edges of chunks"}, finds: explanation.clicks},
	{name: "drift", pieces: true, finds: explanation.drifts},
	{name: "narrow band", exact: true, finds: explanation.narrowed},
}

func (e explanation) reversed() string {
	if !e.Inverted || errors.Is(e.err, ErrRepeats) {
		return ""
	}
	return "every sample has the other sign"
}

func (e explanation) level() string {
	gain := e.frames.Gain
	if math.Abs(gain) < 1 || e.clipped() {
		return ""
	}
	return fmt.Sprintf("the audio is %.1f dB %s than the reference", math.Abs(gain), map[bool]string{true: "louder", false: "softer"}[gain > 0])
}

// unsteady finds a level that goes up and down, as of an automatic gain.
func (e explanation) unsteady() string {
	f := e.frames
	if f.Loudest-f.Softest < 3 || f.Noise < noisyBelow || e.clipped() {
		return ""
	}
	return fmt.Sprintf("the level goes up and down, from %+.1f dB to %+.1f dB over the reference", f.Softest, f.Loudest)
}

func (e explanation) offset() string {
	by := e.yOff - e.xOff
	if math.Abs(by) < 0.01 || e.clipped() {
		return ""
	}
	return fmt.Sprintf("the mean is %+.1f %% of full scale off", 100*by)
}

func (e explanation) damaged() string {
	if e.frames.Noise < noisyBelow || e.clipped() {
		return "" // noise damages frames too
	}
	return listed(e.frames.Damaged, "came as something else", "of the reference")
}

func (e explanation) inserted() string {
	if e.frames.Noise < noisyBelow {
		return ""
	}
	return listed(e.frames.Inserted, "are not of the reference", "of the audio")
}

func (e explanation) clicks() string {
	if e.clipped() || e.mixed() {
		return ""
	}
	return listed(e.frames.Clicks, "have a click", "of the audio")
}

func (e explanation) drifts() string {
	ppm, err := e.Drift()
	if err != nil || math.Abs(ppm) < 40 || math.Abs(ppm)*1e-6*float64(len(e.x)) < 1 {
		return ""
	}
	return fmt.Sprintf("the audio's clock is %.0f ppm %s", math.Abs(ppm), map[bool]string{true: "slow", false: "fast"}[ppm > 0])
}

func (e explanation) narrowed() string {
	if !e.narrow() {
		return ""
	}
	return "what the reference has above 4 kHz is missing"
}

// noisyBelow is the ratio in dB below which what differs is no codec's doing.
const noisyBelow = 26.0

// mixed reports whether there is more in the audio than the reference.
func (e explanation) mixed() bool { return e.frames.Noise < noisyBelow && !e.clipped() && !e.narrow() }

func (e explanation) clipping() string {
	if !e.clipped() {
		return ""
	}
	c, _ := Clipping(e.audio)
	return fmt.Sprintf("%.2g %% of the samples are flat at full scale", 100*c.Share)
}

// clips reports whether the audio is clipped where the reference is not.
func (c *Comparison) clips() bool {
	was, _ := Clipping(c.reference)
	is, err := Clipping(c.audio)
	return err == nil && is.Runs >= was.Runs+3
}

// narrows reports whether the audio lacks the upper band that the reference has.
func (c *Comparison) narrows() bool {
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
func (e explanation) residue() Finding {
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
	noun := "frames"
	if len(at) == 1 {
		noun = "frame"
		what = strings.Replace(strings.Replace(what, "are", "is", 1), "have", "has", 1)
	}
	return fmt.Sprintf("%d %s %s: at %s %s", len(at), noun, what, placesOf(at), in)
}

// placesOf tells where the first of some things are.
func placesOf(at []time.Duration) string {
	const most = 5
	var places []string
	for _, d := range at[:min(len(at), most)] {
		places = append(places, d.Round(time.Millisecond).String())
	}
	if len(at) > most {
		return strings.Join(places, ", ") + " and further on"
	}
	return strings.Join(places, ", ")
}
