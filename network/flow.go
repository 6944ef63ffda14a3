package network

import (
	"math/rand/v2"
	"slices"
	"time"
)

// flow is one direction of a connection: the octets that are on their way. They wait for their turn to be sent, and then
// fly for as long as the latency says. Whoever uses a flow has its lock.
type flow struct {
	way     Way
	chance  *rand.Rand // of jitter; nil: there is none
	stalled time.Time  // nothing arrives before
	waiting []piece    // not sent yet; at is when it came
	flying  []piece    // sent; at is when it arrives
	free    time.Time  // when all that was sent before has left
	last    time.Time  // when the last of the flying arrives
	held    int        // octets in both lists
}

// piece is octets that were written or read together, or what follows after all octets.
type piece struct {
	octets []byte
	end    error // the end of the stream; nil: there are octets
	at     time.Time
}

// change makes the flow another one from now on. What is on its way arrives no later than what is sent now would.
func (f *flow) change(now time.Time, to Way) {
	f.advance(now)
	f.way, f.free, f.stalled = to, now, time.Time{}
	if to.Stall > 0 {
		f.stalled = now.Add(to.Stall)
	}
	latest := now.Add(to.Latency + to.Jitter)
	for i := range f.flying {
		f.flying[i].at = earlier(f.flying[i].at, latest)
	}
	f.last = earlier(f.last, latest)
	for i := range f.waiting {
		f.waiting[i].at = now
	}
}

// isGood reports whether octets arrive at once.
func (f *flow) isGood(now time.Time) bool { return !f.way.slow() && !f.isStalled(now) }

func (f *flow) isStalled(now time.Time) bool { return now.Before(f.stalled) }

// add takes octets, which it keeps.
func (f *flow) add(now time.Time, octets []byte) {
	f.waiting = append(f.waiting, piece{octets: octets, at: now})
	f.held += len(octets)
}

// finish takes what follows after all octets.
func (f *flow) finish(now time.Time, end error) {
	f.waiting = append(f.waiting, piece{end: end, at: now})
}

// smooth is in how many parts a second the octets of a limited bandwidth arrive, unless an octet takes longer.
const smooth = 50

// turn says how many octets of a waiting piece are sent next, and when they have been.
func (f *flow) turn(p *piece) (n int, at time.Time) {
	n, at = len(p.octets), later(p.at, f.free)
	if b := f.way.Bandwidth; b > 0 && n > 0 {
		n = min(n, max(1, b/smooth))
		at = at.Add(time.Duration(n) * time.Second / time.Duration(b))
	}
	return n, at
}

// advance sends what has had its turn by now.
func (f *flow) advance(now time.Time) {
	for len(f.waiting) > 0 {
		p := &f.waiting[0]
		n, sent := f.turn(p)
		if sent.After(now) {
			return
		}
		f.free = sent
		f.last = later(f.last, sent.Add(f.delay()))
		f.flying = append(f.flying, piece{octets: p.octets[:n:n], end: p.end, at: f.last})
		if p.octets = p.octets[n:]; len(p.octets) == 0 {
			f.waiting = drop(f.waiting)
		}
	}
}

// delay is how long octets fly that are sent now.
func (f *flow) delay() time.Duration {
	d := f.way.Latency
	if f.way.Jitter > 0 {
		d += time.Duration(f.chance.Float64() * float64(f.way.Jitter))
	}
	return d
}

// arrived gives the first piece, if it has arrived. Otherwise it gives when there is something to do: the zero time if
// nothing is on its way.
func (f *flow) arrived(now time.Time) (p *piece, next time.Time) {
	f.advance(now)
	switch {
	case len(f.flying) > 0:
		next = later(f.flying[0].at, f.stalled)
	case len(f.waiting) > 0:
		_, next = f.turn(&f.waiting[0])
	default:
		return nil, time.Time{}
	}
	if next.After(now) {
		return nil, next
	}
	return &f.flying[0], next
}

// take takes octets of the first piece out of the flow, which have arrived.
func (f *flow) take(n int) {
	f.held -= n
	if p := &f.flying[0]; n < len(p.octets) {
		p.octets = p.octets[n:]
		return
	}
	f.flying = drop(f.flying)
}

// takeBack takes the last n octets out of the flow.
func (f *flow) takeBack(n int) {
	f.held -= n
	for _, list := range []*[]piece{&f.waiting, &f.flying} {
		for i := len(*list) - 1; i >= 0 && n > 0; i-- {
			p := &(*list)[i]
			k := min(n, len(p.octets))
			p.octets = p.octets[:len(p.octets)-k]
			n -= k
			if len(p.octets) == 0 && p.end == nil {
				*list = slices.Delete(*list, i, i+1)
			}
		}
	}
}

// clear loses all that is on its way.
func (f *flow) clear() { f.waiting, f.flying, f.held = nil, nil, 0 }

// lag is how much later than on a good line what comes now arrives, apart from a stall.
func (f *flow) lag() time.Duration {
	lag := f.way.Latency + f.way.Jitter
	if b := f.way.Bandwidth; b > 0 {
		waits := 0
		for _, p := range f.waiting {
			waits += len(p.octets)
		}
		lag += time.Duration(waits) * time.Second / time.Duration(b)
	}
	return lag
}

func drop(list []piece) []piece {
	list[0] = piece{}
	return list[1:]
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
