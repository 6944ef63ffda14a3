package media

import "time"

// An Overflow says what goes when a playback buffer is full.
type Overflow int

// What goes is either what just came or what has waited longest.
const (
	DiscardNew Overflow = iota
	DiscardOld
)

// A Limit is how much a playback buffer holds; a zero field is no limit. Audio
// beyond Duration is cut off to the sample; beyond Messages it goes by whole
// messages. The message that is playing counts.
type Limit struct {
	Duration time.Duration
	Messages int
	Overflow Overflow
}

// A Gap is a stretch of time in which nothing played though the stream ran.
type Gap struct {
	Chunk  int           // the first chunk after the gap
	At     time.Duration // where the gap begins
	Length time.Duration
}

// A Playout is the playback clock of one stream, as the platform of a telephone
// call keeps it: audio that is pushed plays in real time, one piece after the
// other, from the moment it came or from the end of what still plays; a mark is
// reached when all that was pushed before it has played or was discarded.
//
// It has no clock of its own. Times are offsets from the caller's origin, and
// each call says when it happens; a time before that of an earlier call counts
// as that one. The zero value is a playout without a limit.
type Playout struct {
	Limit Limit

	now time.Duration // of the latest call
	end time.Duration // when all that is held will have played; at or before now when idle

	// Positions count accepted audio from the first push on. What is held is
	// contiguous, so position p plays out at end - (tail - p).
	tail     time.Duration
	messages []time.Duration // where each message ends that has not played out
	marks    []mark
	passed   []Passed // not yet handed out

	started   bool
	start     time.Duration
	cleared   bool // nothing was pushed since the last clear
	played    time.Duration
	discarded time.Duration
	gaps      []Gap
	pushes    int
}

type mark struct {
	name     string
	position time.Duration
}

// Passed is a mark that was reached, or that a clear took out of the buffer.
type Passed struct {
	Name    string
	At      time.Duration
	Cleared bool
}

// Pushed is what became of a piece of audio. The times may yet move forward:
// a later clear or discard takes audio out.
type Pushed struct {
	Start, End time.Duration // when what was accepted plays; equal when nothing was
	Discarded  time.Duration // how much was thrown away, of this piece or of older ones
}

// Push adds audio of a length, as one message.
func (p *Playout) Push(at, length time.Duration) Pushed {
	p.settle(at)
	length = max(length, 0)
	kept, dropped := p.fit(length)
	p.drop(dropped)
	lost := length - kept + dropped
	p.discarded += lost
	from := max(p.end, p.now)
	if kept > 0 {
		from = p.begin()
		p.end = from + kept
		p.tail += kept
		p.messages = append(p.messages, p.tail)
	}
	p.pushes++
	return Pushed{Start: from, End: from + kept, Discarded: lost}
}

// begin is when audio pushed now starts to play; silence before it is a gap,
// unless the stream had not begun or was cleared.
func (p *Playout) begin() time.Duration {
	if p.end > p.now {
		return p.end
	}
	if !p.started {
		p.started, p.start = true, p.now
	} else if p.now > p.end && !p.cleared {
		p.gaps = append(p.gaps, Gap{Chunk: p.pushes, At: p.end, Length: p.now - p.end})
	}
	p.cleared = false
	return p.now
}

// fit applies the limit to a piece about to be accepted: how much of it is kept,
// and how much of the oldest audio that is held must be dropped for it.
func (p *Playout) fit(length time.Duration) (kept, dropped time.Duration) {
	var over time.Duration
	if p.Limit.Duration > 0 {
		over = max(p.Buffered()+length-p.Limit.Duration, 0)
	}
	full := p.Limit.Messages > 0 && len(p.messages) >= p.Limit.Messages
	switch {
	case length == 0, full && p.Limit.Overflow == DiscardNew:
		return 0, 0
	case p.Limit.Overflow == DiscardNew:
		return length - over, 0
	case full: // the oldest message goes, as far as it has not played
		over = max(over, p.messages[len(p.messages)-p.Limit.Messages]-p.head())
	}
	dropped = min(over, p.Buffered())
	return length - (over - dropped), dropped
}

// drop takes the oldest audio out, with the marks behind it.
func (p *Playout) drop(length time.Duration) {
	p.end -= length
	for len(p.marks) > 0 && p.marks[0].position <= p.head() {
		p.popMark(p.now)
	}
	p.popMessages()
}

// head is the position that plays now.
func (p *Playout) head() time.Duration { return p.tail - p.Buffered() }

// Buffered is how much audio is held, as of the latest call.
func (p *Playout) Buffered() time.Duration { return max(p.end-p.now, 0) }

// Mark puts a mark behind all that was pushed. On an empty buffer it is reached
// at once.
func (p *Playout) Mark(at time.Duration, name string) {
	p.settle(at)
	if p.Buffered() == 0 {
		p.passed = append(p.passed, Passed{Name: name, At: p.now})
		return
	}
	p.marks = append(p.marks, mark{name: name, position: p.tail})
}

// Clear empties the buffer. It returns how much audio that was, and the marks
// that were still to be reached, in order; what was reached before is left for
// Advance.
func (p *Playout) Clear(at time.Duration) (time.Duration, []Passed) {
	p.settle(at)
	lost := p.Buffered()
	var marks []Passed
	for _, m := range p.marks {
		marks = append(marks, Passed{Name: m.name, At: p.now, Cleared: true})
	}
	p.marks = nil
	p.messages = nil
	p.end = min(p.end, p.now)
	p.discarded += lost
	p.cleared = true
	return lost, marks
}

// Advance moves the clock and returns the marks reached up to and at that time
// that were not returned before, in the order in which they were set.
func (p *Playout) Advance(at time.Duration) []Passed {
	p.settle(at)
	passed := p.passed
	p.passed = nil
	return passed
}

// Next is when the next mark will be reached if nothing else happens; the time
// has passed already where Advance was not called since. False means that no
// mark waits.
func (p *Playout) Next() (time.Duration, bool) {
	if len(p.passed) > 0 {
		return p.passed[0].At, true
	}
	if len(p.marks) > 0 {
		return p.when(p.marks[0].position), true
	}
	return 0, false
}

// PlayedStart is when the first audio began to play; false where none came.
func (p *Playout) PlayedStart() (time.Duration, bool) { return p.start, p.started }

// PlayedEnd is when the last audio will have played, or did; false where none
// came.
func (p *Playout) PlayedEnd() (time.Duration, bool) { return p.end, p.started }

// Played is how much audio has played, as of the latest call.
func (p *Playout) Played() time.Duration { return p.played }

// Discarded is how much audio the limit or a clear threw away.
func (p *Playout) Discarded() time.Duration { return p.discarded }

// Underruns are the times the buffer ran dry between two pushes, a pause of the
// speaker included: which is which, their length tells. Silence after a clear is
// not among them. Chunk counts pushes from 0.
func (p *Playout) Underruns() []Gap { return p.gaps }

// when is the time at which a position that is still held plays out.
func (p *Playout) when(position time.Duration) time.Duration {
	return p.end - (p.tail - position)
}

// settle moves the clock and takes out what has played by then.
func (p *Playout) settle(at time.Duration) {
	if at > p.now {
		p.played += max(min(at, p.end)-p.now, 0)
		p.now = at
	}
	for len(p.marks) > 0 && p.marks[0].position <= p.head() {
		p.popMark(p.when(p.marks[0].position))
	}
	p.popMessages()
}

func (p *Playout) popMark(at time.Duration) {
	p.passed = append(p.passed, Passed{Name: p.marks[0].name, At: at})
	p.marks = p.marks[1:]
}

func (p *Playout) popMessages() {
	for len(p.messages) > 0 && p.messages[0] <= p.head() {
		p.messages = p.messages[1:]
	}
}
