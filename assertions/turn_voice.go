package assertions

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/trace"
)

// part is the piece of a segment of speech that one chunk holds, and the time in
// which it plays.
type part struct {
	chunk int
	measure.Span
}

// spoken gives the parts of a stream in which there is speech, in order. It is
// an error if there are none, and if the stream has not ended.
func spoken(s trace.Stream) ([]part, error) {
	switch {
	case len(s.Chunks) == 0:
		return nil, errNoAudio
	case !s.Ended:
		return nil, errNotEnded
	case s.Format.Codec == media.Opaque:
		return nil, errUnknownSound
	}
	clip, err := s.Format.Decode(s.Octets)
	if err != nil {
		return nil, err
	}
	talk, err := measure.Talking(clip, 0)
	if err != nil {
		return nil, err
	}
	if len(talk.Spans) == 0 {
		return nil, measure.ErrSilent
	}
	segments := talk.Spans
	var parts []part
	begin := time.Duration(0)
	for k, c := range s.Chunks {
		end, move := begin+s.Format.Duration(c.Size), playedAt(s, k)-begin
		for _, seg := range segments {
			if seg.Start >= end {
				break
			}
			parts = append(parts, part{k, measure.Span{Start: move + max(seg.Start, begin), End: move + min(seg.End, end)}})
		}
		for len(segments) > 0 && segments[0].End <= end {
			segments = segments[1:]
		}
		begin = end
	}
	return parts, nil
}

// voice gives the times in which the speech of a stream that has ended is heard,
// in order. Audio that was thrown away before it played is not heard.
func voice(s trace.Stream, cleared []time.Duration) ([]measure.Span, error) {
	parts, err := spoken(s)
	if err != nil {
		return nil, err
	}
	var heard []measure.Span
	for _, p := range parts {
		p.End = min(p.End, silencedAt(s, p.chunk, cleared))
		if p.Start < p.End {
			heard = extend(heard, p.Span)
		}
	}
	if heard == nil {
		return nil, errNothing
	}
	return heard, nil
}

// silencedAt gives the time until which chunk k is heard at most. That is its
// end, or earlier if the playback buffer had no room for all of it, or if a
// clear came after it.
func silencedAt(s trace.Stream, k int, cleared []time.Duration) time.Duration {
	c := s.Chunks[k]
	end := c.PlayedEnd
	if s.Sent {
		end = c.At + s.Format.Duration(c.Size)
	}
	for _, at := range cleared {
		if at >= c.At {
			end = min(end, at)
		}
	}
	return end
}

// seam is the most time between two parts that are heard as one: times of chunks
// are rounded, and our chunks leave a little unevenly.
const seam = 10 * time.Millisecond

// extend appends a stretch. If it continues the last stretch, it makes that
// longer.
func extend(heard []measure.Span, next measure.Span) []measure.Span {
	if n := len(heard); n > 0 && next.Start-heard[n-1].End <= seam {
		heard[n-1].End = max(heard[n-1].End, next.End)
		return heard
	}
	return append(heard, next)
}

// goneFor is how long the bot must be silent after a clear that ended what it
// was saying. What it says later is something else.
const goneFor = 300 * time.Millisecond

// ofInterruption makes a measure of how the bot falls silent. Each measure tells
// all four figures: together they say where the time went.
func ofInterruption(by func(interruption) span) func(*exchange) span {
	return func(e *exchange) span {
		i, err := e.interrupted.or(e.interruption)
		if err != nil {
			return span{err: err}
		}
		s := by(i)
		s.note = " (" + i.String() + ")"
		return s
	}
}

// interruption says how a bot fell silent. Times count from the onset, the beginning of the
// caller's speech.
type interruption struct {
	onset                         time.Duration
	heard, told, lastChunk, ahead time.Duration
	notTold                       error
}

func (i interruption) String() string {
	told := "told " + diag.Round(i.told)
	if i.notTold != nil {
		told = "never told: " + i.notTold.Error()
	}
	return fmt.Sprintf("heard %s, %s, last chunk %s, ahead %s",
		diag.Round(i.heard), told, diag.Round(i.lastChunk), diag.Round(i.ahead))
}

func (t Talk) interruption() (i interruption, err error) {
	caller, err := voice(t.Caller, nil)
	if err != nil {
		return i, side("the caller", err)
	}
	i.onset = caller[0].Start
	onset := i.onset
	bot, err := voice(t.Bot, t.Cleared)
	if err != nil {
		return i, side("the bot", err)
	}
	over := t.cutShort(bot, onset)
	last := time.Duration(0)
	for _, s := range bot {
		if s.Start < over {
			last = max(last, s.End)
		}
	}
	if bot[0].Start >= onset || last <= onset {
		return i, errNotTalking
	}
	i.heard = last - onset
	i.told, i.notTold = t.told(onset)
	i.lastChunk, i.ahead = t.lastSent(onset, over)
	return i, nil
}

// cutShort gives the time of the clear that ended what the bot was saying:
// nothing is heard for [goneFor] after it. If there is none, it gives the
// largest time.
func (t Talk) cutShort(bot []measure.Span, onset time.Duration) time.Duration {
	for _, at := range t.Cleared {
		goesOn := slices.ContainsFunc(bot, func(s measure.Span) bool { return s.End > at && s.Start < at+goneFor })
		if at >= onset && !goesOn {
			return at
		}
	}
	return math.MaxInt64
}

// told gives how long after the onset the bot's side said that it stops.
func (t Talk) told(onset time.Duration) (time.Duration, error) {
	for _, at := range slices.Sorted(slices.Values(slices.Concat(t.Cleared, t.Stopped))) {
		if at >= onset {
			return at - onset, nil
		}
	}
	return 0, errNeverTold
}

// lastSent looks at the last chunk with speech that came before over. came is
// how long after the onset it came, and 0 if that was earlier; ahead is how long
// it takes from then until it has played.
func (t Talk) lastSent(onset, over time.Duration) (came, ahead time.Duration) {
	parts, _ := spoken(t.Bot) // the caller has decoded this stream before, without an error
	for _, p := range parts {
		if at := t.Bot.Chunks[p.chunk].At; at < over {
			came = max(0, at-onset)
			ahead = p.End - onset - came
		}
	}
	return came, max(0, ahead)
}
