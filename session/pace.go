package session

import (
	"time"

	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/network"
)

// pace is when the chunks of a lane are due, and how that was kept. Times are
// offsets from the start of the log.
type pace struct {
	begin    time.Duration
	pause    time.Duration // from one chunk to the next; 0: there is no pace to keep
	schedule *media.Schedule
	clock    network.Clock // by which the schedule is kept
	chunks   int           // that were due before this one
	not      time.Duration // no chunk is due before: they were held up until then
	due      time.Duration // of this chunk
	woke     time.Duration // when we came to send this chunk
	late     time.Duration // how much earlier we would have come if we were never late
	free     time.Duration // when the last write was done
	waited   time.Duration // for how long the line held that up
}

func newPace(begin, pause time.Duration) pace {
	return pace{begin: begin, pause: pause, schedule: media.NewSchedule(begin, pause)}
}

// drift has the clock drift from an offset on.
func (p *pace) drift(since time.Duration, drift float64) {
	p.clock = p.clock.Drifting(max(since, p.begin), drift)
}

// next is when the next chunk is due.
func (p *pace) next() time.Duration { return max(p.scheduled(), p.not) }

// scheduled is when the next chunk is due if it is not held up.
func (p *pace) scheduled() time.Duration { return p.clock.When(p.schedule.Due(p.chunks)) }

// isHeld reports whether the next chunk was held up.
func (p *pace) isHeld() bool { return p.not > p.scheduled() }

// wake says that we come to send the next chunk now. Our lateness may move the
// schedule. While a slow peer held up the last write we could not come, so that
// lateness is not ours.
func (p *pace) wake(now time.Duration) {
	p.due, p.woke = p.next(), now
	p.late = now - max(p.due, p.free-p.late)
	if p.schedule.Woken(p.chunks, p.schedule.Due(p.chunks)+p.late) {
		p.late = 0
	}
}

// holds reports whether chunks are held up that are due now. If they are, the next is due
// once that may be over. A step can end it at any time, so it is looked at for each chunk.
func (p *pace) holds(f *network.Fates) bool {
	until, held := f.Held(p.due)
	if !held || p.pause == 0 {
		return false
	}
	p.not = min(until, p.due+p.pause)
	return true
}

// taken says that the next chunk is another one.
func (p *pace) taken() { p.chunks++ }

// sent says when the chunk was written, and for how long the line held that up.
func (p *pace) sent(after, waited time.Duration) {
	p.due = max(p.due, p.letGo())
	p.free, p.waited = after, min(waited, after-p.woke)
}

// letGo is when the line let go of the chunk before. What it held up is not due before.
func (p *pace) letGo() time.Duration {
	if p.waited <= 0 {
		return 0
	}
	return p.free
}

// departure is how a chunk of so many octets left that has just been sent.
func (p *pace) departure(octets int) departure {
	return departure{due: p.due, woke: p.woke, after: p.free - p.waited, size: octets}
}

// lost is how a chunk of so many octets would have left.
func (p *pace) lost(octets int) departure {
	return departure{due: p.due, woke: p.woke, after: p.woke, size: octets}
}
