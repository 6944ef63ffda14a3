package measure

import (
	"errors"
	"math"
	"slices"
	"time"

	"github.com/duologue/duologue/media"
)

// Why it cannot be told what became of the pieces of a reference.
var (
	ErrUnlike  = errors.New("the audio is too unlike the reference")
	ErrRepeats = errors.New("the reference repeats itself, as a tone does: its pieces cannot be told apart")
	ErrHidden  = errors.New("too much else is in the audio to tell the reference's pieces apart")
)

// Frames is what became of the frames of a reference. Times are offsets from the
// beginning of the reference, except those of Inserted, Repeated and Clicks, which
// are offsets from the beginning of the audio.
type Frames struct {
	Head      []time.Duration // missing at the beginning, from its first sound on
	Lost      []time.Duration // that never came, the audio before and after them joined
	Tail      []time.Duration // missing at the end, up to its last sound
	Blank     []time.Duration // that came as silence
	Damaged   []time.Duration // that came as something else
	Repeated  []time.Duration // that came again
	Reordered []time.Duration // that came after later ones
	Inserted  []time.Duration // what is between frames of the reference, and none of them
	Clicks    []time.Duration // single samples that are far off, in frames that came
	Matched   float64         // the share of the reference's energy that came, 0 to 1
	Gain      float64         // dB of the frames that came over those of the reference: the median
	Softest   float64         // dB: a tenth of the frames that came is as soft as that
	Loudest   float64         // dB: a tenth of them is as loud
	Noise     float64         // dB of what differs under what is the same, in those frames: at most 100

	came        int // frames with sound
	begin, end  int // where in the audio, in samples, the sound of the reference begins and ends
	first, last int // the same places in the reference
}

const (
	matchHere  = 8.0  // dB above its difference a frame is itself, where it is expected
	matchThere = 15.0 // dB, where it is not
	matchSure  = 25.0 // dB, where it is not, and what follows it does not come next
	matchReach = 3 * time.Second
	matchQuiet = 1e-4   // of the loudest frame's energy: softer frames are silence
	matchSoft  = 1.5e-6 // mean square as heard, -55 dBFS: in softer frames A-law's own noise is too loud
	matchAll   = 0.99   // of the energy: nothing else needs to be tried
	matchNone  = 0.02   // of the energy: nothing else is worth trying
	matchLeast = 0.5    // of the energy, so that there is something to tell
	matchSome  = 0.1    // of the energy, where hardly anything else is in the frames that came
	matchPart  = 0.25   // of the energy, where the reference repeats itself: half a period aside nothing comes
	matchMany  = 10     // of which there are so many
	matchClear = 20.0   // dB of noise below them: with more, pieces seem lost that are not
)

// Frames finds each frame of the reference in the audio, a chunk being one. A
// frame matches if it is what the reference has, but for level, polarity and what
// G.711 or resampling does to it: they must agree to 8 dB, to 15 where another was
// expected.
// A frame that came earlier or later than those around it is found within 3 s.
func (c *Comparison) Frames(chunk time.Duration) (Frames, error) {
	f, size, err := c.counted(chunk)
	if err != nil {
		return f, err
	}
	return f, c.doubt(f, size)
}

// counted is the frames, whether they can be told or not, and how many samples
// one has.
func (c *Comparison) counted(chunk time.Duration) (Frames, int, error) {
	size := c.rate.Samples(chunk)
	if size < 8 || len(c.x) < 2*size {
		return Frames{}, size, ErrShort
	}
	f, known := c.frames[size]
	if !known {
		f = c.find(size)
		c.frames = map[int]Frames{size: f}
	}
	return f, size, nil
}

// doubt says why the frames cannot be told; where nothing happened to them, there
// is no doubt.
func (c *Comparison) doubt(f Frames, size int) error {
	switch plain := f.Noise >= noisyBelow && f.came >= matchMany; {
	case f.Matched < matchSome, f.Matched < matchLeast && !plain:
		if f.Matched >= matchPart && c.repeats(size) {
			return ErrRepeats
		}
		return ErrUnlike
	case f.sound():
		return nil
	case c.repeats(size):
		return ErrRepeats
	case f.Noise < matchClear, len(f.Damaged) > f.came:
		return ErrHidden
	}
	return nil
}

// share is how much of the reference came, less what came beside it in the same
// frames.
func (f Frames) share() float64 { return f.Matched * min(max(f.Noise/noisyBelow, 0), 1) }

// sound reports whether no piece was lost, moved or put in.
func (f Frames) sound() bool {
	return len(f.Head)+len(f.Lost)+len(f.Tail)+len(f.Repeated)+len(f.Reordered)+len(f.Inserted) == 0
}

// find matches the frames with the audio as it is and, if not all come, with what
// could be in the way taken out.
func (c *Comparison) find(size int) Frames {
	f := matchFrames(c, size)
	if f.Matched < matchNone {
		return f
	}
	if c.part != 0 {
		// What was lost or put in pulls the peak of the correlation aside.
		whole := *c
		whole.part = 0
		if g := matchFrames(&whole, size); g.Matched*g.Noise > f.Matched*f.Noise {
			f = g
		}
	}
	if f.Matched < matchAll {
		if d := c.undrifted(); d != nil {
			if g := matchFrames(d, size); g.Matched > f.Matched {
				f = g
			}
		}
	}
	return f
}

func matchFrames(c *Comparison, size int) Frames {
	m := newMatcher(c, size)
	m.walk()
	return m.tell()
}

// undrifted is the comparison with the audio's drift taken out, nil where there
// is none that matters: a frame that is off by half a sample is no longer itself.
func (c *Comparison) undrifted() *Comparison {
	ppm, err := c.Drift()
	if err != nil || math.Abs(ppm)*1e-6*float64(len(c.x)) < 0.25 {
		return nil
	}
	d := &Comparison{rate: c.rate, x: c.x, y: stretched(c.y, ppm*1e-6)}
	d.lag, d.part = (&sought{x: d.x}).in(d.y)
	if d.compare() != nil {
		return nil
	}
	return d
}

// matcher goes through the audio slot by slot, a slot being a frame's length of
// it, and finds out which frame of the reference each holds.
type matcher struct {
	x, y   []float64
	size   int
	lag    int
	rate   media.Rate
	energy []float64 // of each frame of x
	quiet  float64
	gain   float64
	slots  []slot
	clicks []int
}

// slot is what a stretch of the audio holds.
type slot struct {
	at       int // in y
	expected int // the frame that would be here if nothing were wrong
	frame    int // the one that is: nothing or unknown where it is none
}

const (
	unknown = math.MinInt
	nothing = math.MinInt + 1 // silence where there should be sound
)

func newMatcher(c *Comparison, size int) *matcher {
	m := &matcher{x: c.x, y: delay(c.y, -c.part), size: size, lag: c.lag, rate: c.rate}
	loudest := 0.0
	for at := 0; at+size <= len(m.x); at += size {
		e := dot(m.x[at:at+size], m.x[at:at+size])
		m.energy = append(m.energy, e)
		loudest = max(loudest, e)
	}
	m.gain = m.usualGain(loudest * matchQuiet)
	if c.Inverted {
		m.gain = -m.gain
	}
	m.quiet = max(loudest*matchQuiet, matchSoft*float64(size)/(m.gain*m.gain))
	return m
}

// usualGain is the median of what frames louder than that are amplified by, as far
// as they stand where they are expected: a burst changes it no more than a gap.
func (m *matcher) usualGain(quiet float64) float64 {
	heard := shift(m.y, m.lag, len(m.x))
	var gains []float64
	for k, e := range m.energy {
		if y := heard[k*m.size : (k+1)*m.size]; e > quiet {
			if yy := dot(y, y); yy > 0 {
				gains = append(gains, math.Sqrt(yy/e))
			}
		}
	}
	if len(gains) == 0 {
		return math.Sqrt(dot(heard, heard) / dot(m.x, m.x))
	}
	slices.Sort(gains)
	return gains[len(gains)/2]
}

// fit is how well frame k matches y at a place, in dB; its level may be off by
// 12 dB.
func (m *matcher) fit(k, at int) float64 {
	if k < 0 || k >= len(m.energy) || at < 0 || at+m.size > len(m.y) {
		return math.Inf(-1)
	}
	y := m.y[at : at+m.size]
	yy, xx := dot(y, y), m.energy[k]
	xy := dot(m.x[k*m.size:(k+1)*m.size], y)
	if expected := xx * m.gain * m.gain; xy*m.gain <= 0 || yy > 16*expected || yy < expected/16 {
		return math.Inf(-1)
	}
	return siSDR(xx, yy, xy)
}

// loud reports whether frame k is sound.
func (m *matcher) loud(k int) bool { return k >= 0 && k < len(m.energy) && m.energy[k] > m.quiet }

func (m *matcher) walk() {
	at := m.lag % m.size
	if at < 0 {
		at += m.size
	}
	next := (at - m.lag) / m.size
	for lost, failed := 0, 0; at+m.size <= len(m.y) && next < len(m.energy)+m.rate.Samples(matchReach)/m.size; {
		s := slot{at: at, expected: next, frame: unknown}
		s.frame, s.at = m.find(next, at)
		m.slots = append(m.slots, s)
		at, next = s.at+m.size, next+1
		switch {
		case s.frame >= 0:
			next = s.frame + 1
			lost, failed = 0, 0
		case s.frame == unknown:
			if lost++; lost == 3 && failed < 3 {
				at, next = m.resync(at, next)
				lost, failed = 0, failed+1
			}
		}
	}
}

// find tells which frame is at a place, a few samples beside it included.
func (m *matcher) find(expected, at int) (frame, place int) {
	y := m.y[at : at+m.size]
	heard := dot(y, y) / (m.gain * m.gain)
	silent := heard <= m.quiet
	switch {
	case silent && m.loud(expected) && heard < m.energy[expected]/10:
		return nothing, at
	case silent:
		return expected, at // hardly softer than what was expected, if that is sound at all
	case !m.loud(expected) && expected >= 0 && expected < len(m.energy) && m.fit(expected, at) > 0:
		return expected, at // soft, and so is this
	}
	best, place := matchHere, -1
	for _, off := range []int{0, -1, 1, -2, 2} {
		if f := m.fit(expected, at+off); f >= best {
			if off == 0 && f >= matchThere {
				m.spike(expected, at)
				return expected, at
			}
			best, place = f, at+off
		}
	}
	if place >= 0 {
		return expected, place
	}
	if m.spike(expected, at) {
		return expected, at
	}
	best, frame = matchThere, unknown
	reach := m.rate.Samples(matchReach) / m.size
	for k := max(expected-reach, 0); k < min(expected+reach, len(m.energy)); k++ {
		if !m.loud(k) {
			continue
		}
		if f := m.fit(k, at); f > best && (f >= matchSure || m.fit(k+1, at+m.size) >= matchHere) {
			best, frame = f, k
		}
	}
	return frame, at
}

// spike reports whether frame k is at a place but for a click, and notes that: a
// sample or two that hold most of the difference.
func (m *matcher) spike(k, at int) bool {
	if !m.loud(k) || at+m.size > len(m.y) {
		return false
	}
	x, y := m.x[k*m.size:(k+1)*m.size], m.y[at:at+m.size]
	gain := math.Copysign(math.Sqrt(dot(y, y)/m.energy[k]), m.gain)
	if ratio := gain / m.gain; ratio > 4 || ratio < 0.25 {
		gain = m.gain
	}
	for range 2 { // the click itself changes the gain
		place, most := 0, 0.0
		for i, v := range y {
			if d := math.Abs(v - gain*x[i]); d > most {
				place, most = i, d
			}
		}
		var xx, xy, all, rest float64
		for i, v := range y {
			d := v - gain*x[i]
			all += d * d
			if i < place-1 || i > place+1 {
				xx, xy, rest = xx+x[i]*x[i], xy+x[i]*v, rest+d*d
			}
		}
		if most >= clickLeast && rest < all/2 && rest*10 < gain*gain*xx {
			m.clicks = append(m.clicks, at+place)
			return true
		}
		if xx > 0 {
			gain = xy / xx
		}
	}
	return false
}

// resync finds out where the reference goes on when three slots in a row were no
// frames: pieces that are not whole frames were lost or put in.
func (m *matcher) resync(at, next int) (int, int) {
	length, reach := 8*m.size, m.rate.Samples(matchReach)/6
	if at+length > len(m.y) {
		return at, next
	}
	from := max(0, next*m.size-reach)
	to := min(len(m.x), next*m.size+length+reach)
	if to-from < length {
		return at, next
	}
	piece := m.y[at : at+length]
	lag, _ := (&sought{x: piece}).in(m.x[from:to])
	if lag < 0 || from+lag+length > len(m.x) {
		return at, next
	}
	x := m.x[from+lag : from+lag+length]
	xx, yy, xy := dot(x, x), dot(piece, piece), dot(x, piece)
	if xx*yy == 0 || xy*xy < 0.85*xx*yy {
		return at, next
	}
	frame := (from + lag + m.size - 1) / m.size // the first whole one
	return at + frame*m.size - from - lag, frame
}

// tell makes the result of the slots.
func (m *matcher) tell() Frames {
	var f Frames
	came := make([]bool, len(m.energy))
	first, last := len(m.energy), -1
	begin, end := len(m.slots), 0 // of the slots with sound of the reference
	for i, s := range m.slots {
		if s.frame < 0 || s.frame >= len(came) {
			continue
		}
		if came[s.frame] = true; m.loud(s.frame) {
			first, last = min(first, s.frame), max(last, s.frame)
			begin, end = min(begin, i), i+1
		}
	}
	if begin >= end {
		return f
	}
	f.begin, f.first = m.slots[begin].at, m.slots[begin].frame*m.size
	f.end, f.last = m.slots[end-1].at+m.size, (m.slots[end-1].frame+1)*m.size
	spoilt := m.tellSlots(&f, m.slots[begin:end], came)
	f.Head = m.edge(&f, came, 0, first, m.slots[begin].at-first*m.size)
	f.Tail = m.edge(&f, came, last+1, len(came), m.slots[end-1].at-last*m.size)
	matched, all := 0.0, 0.0
	for k, e := range m.energy {
		all += e
		switch {
		case came[k]:
			matched += e
			if m.loud(k) {
				f.came++
			}
		case first < k && k < last && !spoilt[k] && m.loud(k):
			f.Lost = append(f.Lost, m.rate.Duration(k*m.size))
		}
	}
	if all > 0 {
		f.Matched = matched / all
	}
	for _, at := range m.clicks {
		f.Clicks = append(f.Clicks, m.rate.Duration(at))
	}
	m.tellLevel(&f)
	return f
}

// tellLevel compares the frames that came with those of the reference.
func (m *matcher) tellLevel(f *Frames) {
	var gains []float64
	signal, noise := 0.0, 0.0
	for _, s := range m.slots {
		if !m.loud(s.frame) {
			continue
		}
		x, y := m.x[s.frame*m.size:(s.frame+1)*m.size], m.y[s.at:s.at+m.size]
		xx, yy, xy := m.energy[s.frame], dot(y, y), dot(x, y)
		gains = append(gains, math.Abs(xy)/xx)
		signal += xy * xy / xx
		noise += max(yy-xy*xy/xx, 0)
	}
	if len(gains) == 0 {
		return
	}
	slices.Sort(gains)
	f.Gain = 20 * math.Log10(gains[len(gains)/2])
	f.Softest, f.Loudest = 20*math.Log10(gains[len(gains)/10]), 20*math.Log10(gains[len(gains)*9/10])
	f.Noise = ratio(signal, noise)
}

// tellSlots tells what is wrong with slots, and gives the frames in whose
// place something else came.
func (m *matcher) tellSlots(f *Frames, slots []slot, came []bool) map[int]bool {
	spoilt := map[int]bool{}
	seen := map[int]bool{}
	highest := -1
	for _, s := range slots {
		at := m.rate.Duration(s.at)
		switch {
		case s.frame >= 0 && !m.loud(s.frame):
		case s.frame >= 0 && seen[s.frame]:
			f.Repeated = append(f.Repeated, at)
		case s.frame >= 0:
			seen[s.frame] = true
			if s.frame < highest {
				f.Reordered = append(f.Reordered, m.rate.Duration(s.frame*m.size))
			}
			highest = max(highest, s.frame)
		case s.expected < 0 || s.expected >= len(came) || came[s.expected] || spoilt[s.expected]:
			f.Inserted = append(f.Inserted, at)
		case s.frame == nothing:
			spoilt[s.expected] = true
			f.Blank = append(f.Blank, m.rate.Duration(s.expected*m.size))
		default:
			spoilt[s.expected] = true
			f.Damaged = append(f.Damaged, m.rate.Duration(s.expected*m.size))
		}
	}
	return spoilt
}

// edge goes through the frames from one to another, which are those before the
// first or after the last that was recognised; at zero the reference begins in
// the audio. It gives those that are missing: where they should be, the audio is over or
// silent. One of which the filter of a codec or resampler left most came.
func (m *matcher) edge(f *Frames, came []bool, from, to, zero int) (missing []time.Duration) {
	for k := from; k < to; k++ {
		if came[k] || !m.loud(k) {
			continue
		}
		at := zero + k*m.size
		begin, end := max(at, 0), min(at+m.size, len(m.y))
		if end-begin < m.size*7/8 {
			missing = append(missing, m.rate.Duration(k*m.size))
			continue
		}
		y, x := m.y[begin:end], m.x[k*m.size+begin-at:k*m.size+end-at]
		xx, yy, xy := dot(x, x), dot(y, y), dot(x, y)
		switch {
		case yy < 0.01*m.energy[k]*m.gain*m.gain:
			missing = append(missing, m.rate.Duration(k*m.size))
		case xy*m.gain > 0 && siSDR(xx, yy, xy) >= matchHere:
			came[k] = true
		default:
			f.Damaged = append(f.Damaged, m.rate.Duration(k*m.size))
		}
	}
	return missing
}
