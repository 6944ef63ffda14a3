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

// A part is as much of one segment of speech as one chunk holds, and when that
// plays.
type part struct {
	chunk int
	measure.Span
}

// spoken gives the parts of a stream in which there is speech, in order.
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

// voice gives the stretches of time in which the speech of a stream that has
// ended is heard, in order, without what was thrown away before it played.
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

// silencedAt is until when chunk k is heard at most: its end, unless the limit
// of the playback buffer or a clear that came after it made that earlier.
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

// seam is how far apart two parts of one segment may play: times of chunks are
// rounded, and ours are sent a little unevenly.
const seam = 10 * time.Millisecond

// extend adds a stretch behind others; one that goes on where the last ended
// makes it longer.
func extend(heard []measure.Span, next measure.Span) []measure.Span {
	if n := len(heard); n > 0 && next.Start-heard[n-1].End <= seam {
		heard[n-1].End = max(heard[n-1].End, next.End)
		return heard
	}
	return append(heard, next)
}

// goneFor is how long nothing is heard after a clear if that ended what the bot
// was saying. What it says later in the same stream is something else.
const goneFor = 300 * time.Millisecond

// ofInterruption makes a measure of how the bot falls silent. Each tells all four
// figures: together they say where the time went.
func ofInterruption(by func(interruption) (time.Duration, error)) func(*exchange) span {
	return func(e *exchange) span {
		i, err := e.interrupted.or(e.interruption)
		if err != nil {
			return span{err: err}
		}
		d, err := by(i)
		return span{d, " (" + i.String() + ")", err}
	}
}

// interruption is how a bot fell silent; times count from the begin of the
// caller's speech.
type interruption struct {
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
	onset := caller[0].Start
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

// cutShort is when a clear ended what the bot was saying, after which nothing is
// heard for a while; else it is never.
func (t Talk) cutShort(bot []measure.Span, onset time.Duration) time.Duration {
	for _, at := range t.Cleared {
		goesOn := slices.ContainsFunc(bot, func(s measure.Span) bool { return s.End > at && s.Start < at+goneFor })
		if at >= onset && !goesOn {
			return at
		}
	}
	return math.MaxInt64
}

// told is how long after the onset the bot's side said that it stops.
func (t Talk) told(onset time.Duration) (time.Duration, error) {
	for _, at := range slices.Sorted(slices.Values(slices.Concat(t.Cleared, t.Stopped))) {
		if at >= onset {
			return at - onset, nil
		}
	}
	return 0, errNeverTold
}

// lastSent is how long after the onset the last chunk with speech came, of those
// before over, and how long it takes from then until it has played. A chunk that
// came before the onset took no time after it.
func (t Talk) lastSent(onset, over time.Duration) (came, ahead time.Duration) {
	parts, _ := spoken(t.Bot) // it could be heard
	for _, p := range parts {
		if at := t.Bot.Chunks[p.chunk].At; at < over {
			came = max(0, at-onset)
			ahead = p.End - onset - came
		}
	}
	return came, max(0, ahead)
}
