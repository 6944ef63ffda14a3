package session

import "github.com/duologue/duologue/trace"

// incoming is a stream that comes. talk.mu guards it.
type incoming struct {
	trace.Stream
	first int // the number of its first chunk, as the dialect counts them
}

// untilHeld returns the stream with its chunks before a number. Snapshots share the
// slices, so these are cut and never written over.
func (s *incoming) untilHeld(number int) trace.Stream {
	k := min(number-s.first, len(s.Chunks))
	octets := len(s.Octets)
	for _, chunk := range s.Chunks[k:] {
		octets -= chunk.Size
	}
	stays := s.Stream
	stays.Chunks, stays.Octets = s.Chunks[:k:k], s.Octets[:octets:octets]
	if k > 0 {
		stays.End = s.Chunks[k-1].At
	}
	return stays
}
