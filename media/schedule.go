package media

import "time"

// A Schedule says when each chunk of a stream is due. It is absolute: chunk k is
// due at start + k × interval, however late the one before it was sent, so
// errors do not add up.
//
// What is late by less than an interval leaves the schedule as it stands. What
// is late by an interval or more through our own doing moves all that follows
// by that gap: the gap is recorded, and nothing is sent in a burst.
type Schedule struct {
	start    time.Duration
	interval time.Duration
	gaps     []Gap
}

// A Gap is a stretch of time in which nothing was sent or played though
// something was due.
type Gap struct {
	Chunk  int           // the first chunk after the gap
	At     time.Duration // where the gap begins
	Length time.Duration
}

// NewSchedule begins with chunk 0 at start. The interval is the time from one
// chunk to the next: the chunk's own length in real time, a quarter of it at 4x,
// 0 where there is no pace to keep.
func NewSchedule(start, interval time.Duration) *Schedule {
	return &Schedule{start: start, interval: interval}
}

// Due is when chunk k is to be sent.
func (s *Schedule) Due(k int) time.Duration {
	return s.start + time.Duration(k)*s.interval
}

// Woken tells the schedule that we came to send chunk k at that time, through
// our own doing; time that the peer or the network took must not be told here.
// Where that is a whole interval late or more, chunk k is due now, those after
// it follow from there, and the gap is returned; otherwise it returns 0.
func (s *Schedule) Woken(k int, at time.Duration) time.Duration {
	due := s.Due(k)
	late := at - due
	if s.interval <= 0 || late < s.interval {
		return 0
	}
	s.start += late
	s.gaps = append(s.gaps, Gap{Chunk: k, At: due, Length: late})
	return late
}

// Gaps are those that were recorded, in order.
func (s *Schedule) Gaps() []Gap { return s.gaps }
