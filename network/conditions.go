package network

import "time"

// Conditions say what a line is like. The zero value is a good line.
type Conditions struct {
	Up, Down Way           // what we send, and what comes
	Idle     time.Duration // the line is cut after so long without an octet in either direction; 0: never
	HalfOpen bool          // octets go nowhere and none come, and neither side is told
	Media    Media
}

// Way is one direction of a line. The zero value is a good one.
type Way struct {
	Latency   time.Duration // until an octet has arrived
	Jitter    time.Duration // at most so much longer, by chance
	Bandwidth int           // octets a second; 0: no limit
	Stall     time.Duration // nothing arrives for so long, from now on
}

// The most of it. With more a suite would wait for nothing.
const (
	MaxDelay     = time.Minute // of a latency and of a jitter
	MaxBandwidth = 1 << 30
)

// slow reports whether octets arrive later than on a good line, apart from a stall.
func (w Way) slow() bool { return w.Latency > 0 || w.Jitter > 0 || w.Bandwidth > 0 }

// Media says what becomes of the chunks of media that we send. The zero value leaves them alone.
type Media struct {
	Gap       Spell   // chunks are lost
	Burst     Spell   // chunks are held up, and leave together at its end
	Loss      float64 // the share of chunks that are lost, 0 to 1
	Duplicate float64 // the share of chunks that are sent twice
	Reorder   float64 // the share of chunks that leave behind the one after them
	Drift     float64 // of our clock, in parts per million; above 0 it is fast
}

// MaxDrift is the greatest drift of a clock, in either direction.
const MaxDrift = 100_000

// Spell is a stretch of time that begins now. The zero value is none.
type Spell struct {
	Length time.Duration
	Every  time.Duration // from one beginning to the next; 0: there is only one
}

// at reports whether a time after the beginning lies in the spell, and when that ends.
func (s Spell) at(since time.Duration) (ends time.Duration, in bool) {
	if s.Length <= 0 || since < 0 {
		return 0, false
	}
	begin := time.Duration(0)
	if s.Every > 0 {
		begin = since - since%s.Every
	}
	return begin + s.Length, since < begin+s.Length
}
