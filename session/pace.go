package session

import (
	"time"

	"github.com/duologue/duologue/media"
)

// pace is when the chunks of a lane are due, and how that was kept. Times are
// offsets from the start of the log.
type pace struct {
	schedule *media.Schedule
	chunks   int           // that were due before this one
	due      time.Duration // of this chunk
	woke     time.Duration // when we came to send this chunk
	free     time.Duration // when the last write was done
}

// next is when the next chunk is due.
func (p *pace) next() time.Duration { return p.schedule.Due(p.chunks) }

// wake says that we come to send the next chunk now. Our lateness moves the
// schedule. While a slow peer held up the last write we could not come, so that
// lateness is not ours.
func (p *pace) wake(now time.Duration) {
	p.due, p.woke = p.next(), now
	if p.free <= p.due {
		p.schedule.Woken(p.chunks, now)
	}
}

// skip says that the chunk was not sent, because there is none yet.
func (p *pace) skip() { p.chunks++ }

// sent says when the chunk was written.
func (p *pace) sent(after time.Duration) {
	p.chunks++
	p.free = after
}

// departure is how a chunk of so many octets left that has just been sent.
func (p *pace) departure(octets int) departure {
	return departure{due: p.due, woke: p.woke, after: p.free, size: octets}
}
