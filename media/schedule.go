package media

import "time"

// A Schedule says when each chunk of a stream is due. It is absolute: chunk k is
// due at start + k × interval, however late the one before it was sent, so
// errors do not add up.
//
// What is less than [CatchUp] late leaves the schedule as it stands: what follows makes up
// for it. Lateness of ours that is greater moves all that follows, so that no longer burst
// is sent.
type Schedule struct {
	start    time.Duration
	interval time.Duration
}

// CatchUp is the lateness of a stream that it makes up for. A segment that TCP has to send
// again holds up a stream for as long, and what is due then comes at once too: 200 ms is
// the least retransmission timeout of Linux.
const CatchUp = 200 * time.Millisecond

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
// If that is too late to be made up for, Woken reports true: chunk k is due now, and those
// after it follow from there.
func (s *Schedule) Woken(k int, at time.Duration) (moved bool) {
	late := at - s.Due(k)
	if s.interval <= 0 || late < max(s.interval, CatchUp) {
		return false
	}
	s.start += late
	return true
}
