package measure

import (
	"fmt"
	"time"
)

const (
	midwayFrames = 5   // with sound that are needed to tell a stretch
	midwayShare  = 0.8 // of its frames that are as the rest
)

// byMistakeMidway explains audio that is the reference up to a place, and from there
// on, perhaps not to its end, with a mistake made: an octet was lost, or the order
// of the octets changed.
func (e explanation) byMistakeMidway() []Finding {
	from, to, ok := e.astray()
	if !ok {
		return nil
	}
	behind := e.rate.Duration(max(e.lag, 0))
	m := mistaken(e.reference.Slice(from, to), e.audio.Slice(from+behind, to+behind), 0, e.chunk)
	if m == nil || !m.midway {
		return nil
	}
	where := fmt.Sprintf("from %v to %v", from.Round(time.Millisecond), to.Round(time.Millisecond))
	if to == e.reference.Duration() {
		where = fmt.Sprintf("from %v on", from.Round(time.Millisecond))
	}
	return []Finding{{m.name, m.text + ", " + where}}
}

// astray is the first stretch of the reference that is not in the audio where it
// should be, after one that is.
func (e explanation) astray() (from, to time.Duration, ok bool) {
	size := e.rate.Samples(e.chunk)
	m := newMatcher(e.Comparison, size)
	var right []bool // of the frames with sound
	var at []int     // where they begin
	for k := range m.energy {
		if m.loud(k) {
			right, at = append(right, m.alike(k, e.lag+k*size)), append(at, k*size)
		}
	}
	begin := steadily(right, false)
	if begin < midwayFrames || begin == len(right) || float64(count(right[:begin], true)) < midwayShare*float64(begin) {
		return 0, 0, false
	}
	to = e.reference.Duration()
	if n := steadily(right[begin:], true); begin+n < len(at) {
		to = e.rate.Duration(at[begin+n])
	}
	return e.rate.Duration(at[begin]), to, true
}

// steadily is from which on most of the next few are so, and the first is; all of
// them where that is nowhere.
func steadily(all []bool, so bool) int {
	for i := range all {
		next := all[i:min(i+2*midwayFrames, len(all))]
		if all[i] == so && len(next) >= midwayFrames && float64(count(next, so)) >= midwayShare*float64(len(next)) {
			return i
		}
	}
	return len(all)
}

func count(all []bool, what bool) int {
	n := 0
	for _, v := range all {
		if v == what {
			n++
		}
	}
	return n
}

// alike reports whether frame k is at a place, or two samples beside it, whatever
// its level.
func (m *matcher) alike(k, at int) bool {
	for off := -2; off <= 2; off++ {
		if from := at + off; from >= 0 && from+m.size <= len(m.y) {
			y := m.y[from : from+m.size]
			if xy := dot(m.x[k*m.size:(k+1)*m.size], y); xy*m.gain > 0 && siSDR(m.energy[k], dot(y, y), xy) >= matchHere {
				return true
			}
		}
	}
	return false
}
