package session

import (
	"fmt"
	"slices"
	"time"
	"unsafe"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/trace"
)

// hearing is the media that comes: its streams, and the bridges that pass them on.
// talk.mu guards it.
type hearing struct {
	journal *journal
	each    bool // log every chunk
	keep    bool // keep the chunks and their octets
	kept    int  // octets of memory that these take
	streams []*incoming
	bridges []*bridge
}

// chunkWeight is about how many octets of memory a chunk takes beside its own.
const chunkWeight = int(unsafe.Sizeof(trace.Chunk{}))

// noteHeld logs what the dialect saw, and keeps the streams.
func (h *hearing) noteHeld(ev dialect.Event, at time.Duration) {
	switch ev := ev.(type) {
	case *dialect.MediaStarted:
		h.startHeld(ev, at)
	case *dialect.Chunk:
		h.chunkHeld(ev, at)
		if h.each {
			h.journal.came(at, &trace.Media{Tag: ev.Tag, Size: len(ev.Data), Sequence: ev.Sequence, Timestamp: ev.Timestamp})
		}
	case *dialect.Announcement:
		if s := h.latestHeld(ev.Tag); s != nil {
			s.Announced = &trace.Announced{Octets: ev.Octets, Duration: ev.Duration, Came: trace.Amount(ev.Came)}
		}
	case *dialect.MediaEnded:
		h.endHeld(ev, at)
	case *dialect.Mark:
		h.journal.came(at, &trace.Mark{Name: ev.Name})
	case *dialect.Clear:
		h.clearHeld(ev.Tag, at)
		h.journal.came(at, &trace.Clear{Tag: ev.Tag})
	case *dialect.DTMF:
		h.journal.came(at, &trace.DTMF{Digit: ev.Digit})
	case *dialect.Violation:
		h.journal.came(at, &trace.Error{Problem: "dialect", Rule: ev.Rule, Text: ev.Text})
	}
}

// startHeld begins a stream. After an end by silence the chunks go on belonging to
// the stream that ended, because a chunk can arrive long before it plays. A stream
// that begins again takes over those of them that belong to it.
func (h *hearing) startHeld(ev *dialect.MediaStarted, at time.Duration) {
	fresh := &incoming{Stream: trace.Stream{Tag: ev.Tag, Encoding: ev.Encoding, Format: ev.Format, Custom: ev.Custom, Start: at, End: at}, first: ev.First}
	if before := h.latestHeld(ev.Tag); ev.Again && before != nil {
		stays := before.untilHeld(ev.First)
		fresh.Chunks, fresh.Octets = slices.Clone(before.Chunks[len(stays.Chunks):]), slices.Clone(before.Octets[len(stays.Octets):])
		before.Stream = stays
	}
	h.streams = append(h.streams, fresh)
	h.journal.came(at, &trace.MediaStarted{Tag: ev.Tag, Encoding: ev.Encoding, Custom: ev.Custom, Stream: len(h.streams) - 1})
}

// chunkHeld passes a chunk on, and adds it to the latest stream of its tag if
// somebody can ask for it.
func (h *hearing) chunkHeld(ev *dialect.Chunk, at time.Duration) {
	s := h.latestHeld(ev.Tag)
	if s == nil {
		return // it belongs to no stream; the dialect has reported that as a violation
	}
	s.End = at
	for _, b := range h.bridges {
		if b.tag == ev.Tag {
			b.passHeld(ev.Format, ev.Data)
		}
	}
	if !h.keep || h.journal.log.account.Over() {
		return
	}
	s.Chunks = append(s.Chunks, trace.Chunk{
		At: at, Size: len(ev.Data), Sequence: ev.Sequence, Number: ev.Number, Timestamp: ev.Timestamp,
		Played: ev.PlayedStart, PlayedEnd: ev.PlayedEnd,
	})
	s.Octets = append(s.Octets, ev.Data...)
	weight := chunkWeight + len(ev.Data)
	h.kept += weight
	h.journal.log.account.Hold(weight)
}

// clearHeld notes for the streams of a tag, or all if that is "", that the peer cleared what
// had not played. A clear that no chunk came before changes nothing, so a peer cannot make
// the notes longer than the stream.
func (h *hearing) clearHeld(tag string, at time.Duration) {
	for _, s := range h.streams {
		k, n := len(s.Chunks), len(s.Cleared)
		if k > 0 && (tag == "" || tag == s.Tag) && s.Chunks[k-1].PlayedEnd > at && (n == 0 || s.Cleared[n-1] < s.Chunks[k-1].At) {
			s.Cleared = append(s.Cleared, at)
		}
	}
}

// endHeld ends the latest stream of a tag. After an end by silence it still gets
// the chunks that come, until a stream begins again.
func (h *hearing) endHeld(ev *dialect.MediaEnded, at time.Duration) {
	i := h.lastHeld(ev.Tag)
	if i < 0 {
		return
	}
	s := h.streams[i]
	s.Ended, s.By, s.EndedAt = true, string(ev.By), at
	if ev.By == dialect.BySilence {
		s.Quiet = ev.PlayedEnd
	}
	for _, b := range h.bridges {
		if b.tag == ev.Tag {
			b.flushHeld()
		}
	}
	h.journal.came(at, &trace.MediaEnded{Tag: ev.Tag, Duration: ev.Duration, By: string(ev.By), Announced: s.Announced, Stream: i})
}

// bridgeHeld adds a bridge. It fails if the stream that comes cannot be converted.
func (h *hearing) bridgeHeld(b *bridge) error {
	for _, s := range h.streams {
		if s.Tag == b.tag && !s.Ended && !joins(s.Format, b.format) {
			return fmt.Errorf("a bridge cannot convert %s to %s: opaque audio can only be passed on as it is", s.Format, b.format)
		}
	}
	h.bridges = append(h.bridges, b)
	return nil
}

// shownHeld returns the streams as they are now, in the order of their start. Chunks
// that already came for a stream that plays later are left out.
func (h *hearing) shownHeld(flow *dialect.Flow) []trace.Stream {
	shown := make([]trace.Stream, 0, len(h.streams))
	for _, s := range h.streams {
		stream := s.Stream
		if flow != nil && s == h.latestHeld(s.Tag) {
			if chunk, waits := flow.Waiting(s.Tag); waits {
				stream = s.untilHeld(chunk)
			}
		}
		shown = append(shown, stream)
	}
	return shown
}

// dropHeld lets go of the chunks that are kept, and keeps no more.
func (h *hearing) dropHeld() {
	h.keep = false
	for _, s := range h.streams {
		s.Chunks, s.Octets = nil, nil
	}
	h.journal.log.account.Hold(-h.kept)
	h.kept = 0
}

// latestHeld returns the latest stream of a tag, or nil.
func (h *hearing) latestHeld(tag string) *incoming {
	if i := h.lastHeld(tag); i >= 0 {
		return h.streams[i]
	}
	return nil
}

// lastHeld returns the index of the latest stream of a tag, or -1.
func (h *hearing) lastHeld(tag string) int {
	for i, s := range slices.Backward(h.streams) {
		if s.Tag == tag {
			return i
		}
	}
	return -1
}
