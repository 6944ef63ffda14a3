package session

import (
	"slices"
	"time"
	"unsafe"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/trace"
)

// noteMedia logs what the dialect saw and keeps the incoming streams. The
// caller holds mu.
func (c *Conn) noteMedia(ev dialect.Event, at time.Duration) {
	switch ev := ev.(type) {
	case *dialect.MediaStarted:
		fresh := &trace.Stream{Tag: ev.Tag, Encoding: ev.Encoding, Format: ev.Format, Custom: ev.Custom, Start: at, End: at}
		c.inherit(fresh, at)
		c.incoming = append(c.incoming, fresh)
		c.came(at, &trace.MediaStarted{Tag: ev.Tag, Encoding: ev.Encoding, Custom: ev.Custom, Stream: len(c.incoming) - 1})
	case *dialect.Chunk:
		c.noteChunk(ev, at)
		if c.each {
			c.came(at, &trace.Media{Tag: ev.Tag, Size: len(ev.Data), Sequence: ev.Sequence, Timestamp: ev.Timestamp})
		}
	case *dialect.MediaEnded:
		s, i := c.open(ev.Tag)
		if s == nil {
			return
		}
		s.Ended, s.By = true, string(ev.By)
		c.feedEnd(ev.Tag)
		if ev.By == dialect.BySilence {
			c.pending[ev.Tag] = cut(s, func(ch trace.Chunk) bool { return ch.Played < ev.PlayedEnd })
		}
		c.came(at, &trace.MediaEnded{Tag: ev.Tag, Duration: ev.Duration, By: string(ev.By), Stream: i})
	case *dialect.Mark:
		c.came(at, &trace.Mark{Name: ev.Name})
	case *dialect.Clear:
		c.came(at, &trace.Clear{Tag: ev.Tag})
	case *dialect.DTMF:
		c.came(at, &trace.DTMF{Digit: ev.Digit})
	case *dialect.Violation:
		c.came(at, &trace.Error{Problem: "dialect", Rule: ev.Rule, Text: ev.Text})
	}
}

// chunkWeight is about what a chunk takes beside its octets.
const chunkWeight = int(unsafe.Sizeof(trace.Chunk{}))

// noteChunk keeps a chunk with the stream that is open under its tag, if anybody
// can ask for it. Between streams it waits: it may be heard as the beginning of
// the next one.
func (c *Conn) noteChunk(ev *dialect.Chunk, at time.Duration) {
	s, _ := c.open(ev.Tag)
	if s == nil {
		s = c.pending[ev.Tag]
		if s == nil {
			return // it belongs to no stream, which the dialect has said
		}
		tail := cut(s, hasPlayed(at))
		c.hold(-len(s.Chunks), -len(s.Octets)) // what has played by now was silence
		s, c.pending[ev.Tag] = tail, tail
	}
	s.End = at
	c.feed(ev.Tag, ev.Format, ev.Data)
	if !c.media || c.log.account.Over() {
		return
	}
	s.Chunks = append(s.Chunks, trace.Chunk{
		At: at, Size: len(ev.Data), Sequence: ev.Sequence, Number: ev.Number, Timestamp: ev.Timestamp,
		Played: ev.PlayedStart, PlayedEnd: ev.PlayedEnd,
	})
	s.Octets = append(s.Octets, ev.Data...)
	c.hold(1, len(ev.Data))
}

// hold counts chunks and octets of media that are kept, or, negative, let go of.
func (c *Conn) hold(chunks, octets int) {
	weight := chunks*chunkWeight + octets
	c.kept += weight
	c.log.account.Hold(weight)
}

// inherit gives a stream that begins the chunks that came before it was heard:
// a chunk can arrive long before it plays.
func (c *Conn) inherit(fresh *trace.Stream, at time.Duration) {
	if s := c.pending[fresh.Tag]; s != nil {
		tail := cut(s, hasPlayed(at))
		c.hold(-len(s.Chunks), -len(s.Octets))
		fresh.Chunks, fresh.Octets = tail.Chunks, tail.Octets
		delete(c.pending, fresh.Tag)
	}
}

func hasPlayed(at time.Duration) func(trace.Chunk) bool {
	return func(ch trace.Chunk) bool { return ch.PlayedEnd <= at }
}

// cut leaves a stream the chunks at its beginning that stay, and gives the rest.
func cut(s *trace.Stream, stays func(trace.Chunk) bool) *trace.Stream {
	k, octets := 0, 0
	for k < len(s.Chunks) && stays(s.Chunks[k]) {
		octets += s.Chunks[k].Size
		k++
	}
	tail := &trace.Stream{Chunks: slices.Clone(s.Chunks[k:]), Octets: slices.Clone(s.Octets[octets:])}
	// Snapshots share the slices, so these are cut and never written over.
	s.Chunks, s.Octets = s.Chunks[:k:k], s.Octets[:octets:octets]
	if k > 0 {
		s.End = s.Chunks[k-1].At
	}
	return tail
}

// open gives the incoming stream of a tag that has not ended, and its number.
func (c *Conn) open(tag string) (*trace.Stream, int) {
	for i, s := range slices.Backward(c.incoming) {
		if s.Tag == tag && !s.Ended {
			return s, i
		}
	}
	return nil, 0
}
