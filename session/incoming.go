package session

import (
	"slices"
	"time"
	"unsafe"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/trace"
)

// incoming is a stream that comes.
type incoming struct {
	trace.Stream
	first int // the number of its first chunk, as the dialect counts them
}

// noteMedia logs what the dialect saw and keeps the incoming streams. The
// caller holds mu.
func (c *Conn) noteMedia(ev dialect.Event, at time.Duration) {
	switch ev := ev.(type) {
	case *dialect.MediaStarted:
		c.noteStart(ev, at)
	case *dialect.Chunk:
		c.noteChunk(ev, at)
		if c.each {
			c.journal.came(at, &trace.Media{Tag: ev.Tag, Size: len(ev.Data), Sequence: ev.Sequence, Timestamp: ev.Timestamp})
		}
	case *dialect.Announcement:
		if s := c.latest(ev.Tag); s != nil {
			s.Announced = &trace.Announced{Octets: ev.Octets, Duration: ev.Duration, Came: trace.Amount(ev.Came)}
		}
	case *dialect.MediaEnded:
		c.noteEnd(ev, at)
	case *dialect.Mark:
		c.journal.came(at, &trace.Mark{Name: ev.Name})
	case *dialect.Clear:
		c.journal.came(at, &trace.Clear{Tag: ev.Tag})
	case *dialect.DTMF:
		c.journal.came(at, &trace.DTMF{Digit: ev.Digit})
	case *dialect.Violation:
		c.journal.came(at, &trace.Error{Problem: "dialect", Rule: ev.Rule, Text: ev.Text})
	}
}

// chunkWeight is about what a chunk takes beside its octets.
const chunkWeight = int(unsafe.Sizeof(trace.Chunk{}))

// noteStart begins a stream. One that is heard again takes over what came for it
// while the one before was still heard, or silent: a chunk can arrive long before
// it plays.
func (c *Conn) noteStart(ev *dialect.MediaStarted, at time.Duration) {
	fresh := &incoming{Stream: trace.Stream{Tag: ev.Tag, Encoding: ev.Encoding, Format: ev.Format, Custom: ev.Custom, Start: at, End: at}, first: ev.First}
	if before := c.latest(ev.Tag); ev.Again && before != nil {
		stays := before.until(ev.First)
		fresh.Chunks, fresh.Octets = slices.Clone(before.Chunks[len(stays.Chunks):]), slices.Clone(before.Octets[len(stays.Octets):])
		before.Stream = stays
	}
	c.incoming = append(c.incoming, fresh)
	c.journal.came(at, &trace.MediaStarted{Tag: ev.Tag, Encoding: ev.Encoding, Custom: ev.Custom, Stream: len(c.incoming) - 1})
}

// noteEnd notes that a stream has ended. One that ended by silence still has what
// comes after, until it is heard again.
func (c *Conn) noteEnd(ev *dialect.MediaEnded, at time.Duration) {
	i := c.last(ev.Tag)
	if i < 0 {
		return
	}
	s := c.incoming[i]
	s.Ended, s.By, s.EndedAt = true, string(ev.By), at
	if ev.By == dialect.BySilence {
		s.Quiet = ev.PlayedEnd
	}
	c.feedEnd(ev.Tag)
	c.journal.came(at, &trace.MediaEnded{Tag: ev.Tag, Duration: ev.Duration, By: string(ev.By), Announced: s.Announced, Stream: i})
}

// noteChunk keeps a chunk with the latest stream under its tag, if anybody can
// ask for it.
func (c *Conn) noteChunk(ev *dialect.Chunk, at time.Duration) {
	s := c.latest(ev.Tag)
	if s == nil {
		return // it belongs to no stream, which the dialect has said
	}
	s.End = at
	c.feed(ev.Tag, ev.Format, ev.Data)
	if !c.media || c.journal.log.account.Over() {
		return
	}
	s.Chunks = append(s.Chunks, trace.Chunk{
		At: at, Size: len(ev.Data), Sequence: ev.Sequence, Number: ev.Number, Timestamp: ev.Timestamp,
		Played: ev.PlayedStart, PlayedEnd: ev.PlayedEnd,
	})
	s.Octets = append(s.Octets, ev.Data...)
	c.hold(1, len(ev.Data))
}

// hold counts chunks and octets of media that are kept.
func (c *Conn) hold(chunks, octets int) {
	weight := chunks*chunkWeight + octets
	c.kept += weight
	c.journal.log.account.Hold(weight)
}

// shown is a stream as it is now: without what has come for the next one, which
// is not heard yet. The caller holds mu.
func (c *Conn) shown(s *incoming) trace.Stream {
	if c.flow == nil || s != c.latest(s.Tag) {
		return s.Stream
	}
	if chunk, waits := c.flow.Waiting(s.Tag); waits {
		return s.until(chunk)
	}
	return s.Stream
}

// until is a stream up to a chunk, by its number. Snapshots share the slices, so
// these are cut and never written over.
func (s *incoming) until(number int) trace.Stream {
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

// latest gives the last stream that came under a tag, or nil.
func (c *Conn) latest(tag string) *incoming {
	if i := c.last(tag); i >= 0 {
		return c.incoming[i]
	}
	return nil
}

// last gives the number of the last stream that came under a tag, or -1.
func (c *Conn) last(tag string) int {
	for i, s := range slices.Backward(c.incoming) {
		if s.Tag == tag {
			return i
		}
	}
	return -1
}
