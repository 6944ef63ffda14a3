package network

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// Fate is what becomes of one chunk.
type Fate struct {
	Lost    bool
	Twice   bool // it is sent twice
	Swapped bool // it leaves behind the one after it
}

// Fates decide what becomes of the chunks of one stream. The zero value leaves them alone.
type Fates struct {
	media  Media
	since  time.Duration
	chance *rand.Rand
}

// NewFates decides for a stream from an offset on. Two streams of one seed have different names.
func NewFates(m Media, since time.Duration, seed uint64, stream string) Fates {
	h := fnv.New64a()
	_, _ = h.Write([]byte(stream)) // a hash does not fail
	return Fates{media: m, since: since, chance: rand.New(rand.NewPCG(seed, h.Sum64()))}
}

// Held reports whether chunks are held up at an offset, and until when.
func (f *Fates) Held(at time.Duration) (until time.Duration, held bool) {
	ends, held := f.media.Burst.at(at - f.since)
	return f.since + ends, held
}

// Next decides about the next chunk, which is due at an offset. Each chunk draws as many numbers as any other, so
// whether one is sent twice does not depend on what became of those before it.
func (f *Fates) Next(due time.Duration) Fate {
	if f.chance == nil {
		return Fate{}
	}
	lost, twice, swapped := f.draws(f.media.Loss), f.draws(f.media.Duplicate), f.draws(f.media.Reorder)
	if _, gap := f.media.Gap.at(due - f.since); gap || lost {
		return Fate{Lost: true}
	}
	return Fate{Twice: twice, Swapped: swapped}
}

func (f *Fates) draws(share float64) bool { return f.chance.Float64() < share }

// Clock is a clock that drifts. The zero value does not.
type Clock struct {
	here, there time.Duration // the same moment on a right clock and on this one
	drift       float64       // in parts per million
}

// Drifting gives the clock that shows the same as c at an offset and drifts by so many parts per million from then on.
func (c Clock) Drifting(at time.Duration, drift float64) Clock {
	return Clock{here: at, there: c.shows(at), drift: drift}
}

// shows gives what the clock shows at an offset.
func (c Clock) shows(at time.Duration) time.Duration {
	return c.there + scaled(at-c.here, 1+c.drift/1e6)
}

// When gives the offset at which the clock shows a time.
func (c Clock) When(shows time.Duration) time.Duration {
	return c.here + scaled(shows-c.there, 1/(1+c.drift/1e6))
}

// scaled multiplies without a loss where there is nothing to multiply.
func scaled(d time.Duration, by float64) time.Duration {
	if by == 1 {
		return d
	}
	return time.Duration(float64(d) * by)
}
