package session

import (
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/trace"
)

// noteMedia logs what the dialect saw and keeps the incoming streams. The
// caller holds mu.
func (c *Conn) noteMedia(ev dialect.Event, at time.Duration) {
	switch ev := ev.(type) {
	case *dialect.MediaStarted:
		c.incoming = append(c.incoming, &trace.Stream{
			Tag: ev.Tag, Encoding: ev.Encoding, Format: ev.Format, Custom: ev.Custom, Start: at, End: at,
		})
		c.log.Append(c.name, false, at, &trace.MediaStarted{Tag: ev.Tag, Encoding: ev.Encoding, Custom: ev.Custom, Stream: len(c.incoming) - 1})
	case *dialect.Chunk:
		if s, _ := c.open(ev.Tag); s != nil && c.keep(len(ev.Data), at) {
			s.Chunks = append(s.Chunks, trace.Chunk{
				At: at, Size: len(ev.Data), Sequence: ev.Sequence, Number: ev.Number, Timestamp: ev.Timestamp,
				Played: ev.PlayedStart, PlayedEnd: ev.PlayedEnd, Discarded: ev.Discarded,
			})
			s.Octets = append(s.Octets, ev.Data...)
			s.End = at
			c.feed(ev.Tag, ev.Format, ev.Data)
		}
	case *dialect.MediaEnded:
		s, i := c.open(ev.Tag)
		if s == nil {
			return
		}
		s.Ended, s.By = true, string(ev.By)
		c.log.Append(c.name, false, at, &trace.MediaEnded{Tag: ev.Tag, Duration: ev.Duration, By: string(ev.By), Stream: i})
	case *dialect.Mark:
		c.log.Append(c.name, false, at, &trace.Mark{Name: ev.Name})
	case *dialect.Clear:
		c.log.Append(c.name, false, at, &trace.Clear{Tag: ev.Tag})
	case *dialect.DTMF:
		c.log.Append(c.name, false, at, &trace.DTMF{Digit: ev.Digit})
	case *dialect.Violation:
		c.log.Append(c.name, false, at, &trace.Error{Problem: "dialect", Rule: ev.Rule, Text: ev.Text})
	}
}

// MaxMedia is how many octets of received media a connection keeps. A peer that
// sends more ends the scenario in an error.
const MaxMedia = 256 << 20

// keep counts received media and reports whether it is to be kept.
func (c *Conn) keep(octets int, at time.Duration) bool {
	if c.heard > MaxMedia {
		return false
	}
	if c.heard += octets; c.heard > MaxMedia {
		c.log.Append(c.name, false, at, &trace.Error{Problem: "limit", Rule: "media",
			Text: fmt.Sprintf("more than %d MiB of media came", MaxMedia>>20)})
	}
	return true
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
