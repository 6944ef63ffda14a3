package assertions

import (
	"errors"
	"time"

	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/trace"
)

// Heard is what the audio checks of one assert look at.
type Heard struct {
	Stream    trace.Stream
	Window    Window
	Reference Reference // of similar_to
}

// Window is a stretch of time, From included, To not, as offsets from the
// start of the run. Audio is in it when it is heard in it, a chunk when it came
// in it. The zero window holds everything.
type Window struct{ From, To time.Duration }

func (w Window) open() bool { return w == Window{} }

func (w Window) holds(at time.Duration) bool { return w.open() || at >= w.From && at < w.To }

// Reference is what audio is compared with: a clip, and when it began, from
// which the delay counts. For the label of a sent stream that is when its first
// chunk was sent; for that of a received one when its first sample was heard;
// for a file the start of the stream that is judged.
type Reference struct {
	Clip  media.Clip
	Start time.Duration
	Err   error // why there is none
}

// ReferenceTo makes a reference of a stream.
func ReferenceTo(s trace.Stream) Reference {
	if len(s.Chunks) == 0 {
		return Reference{Err: measure.ErrEmpty}
	}
	r := Reference{Start: s.Chunks[0].Played}
	if s.Sent {
		r.Start = s.Chunks[0].At
	}
	r.Clip, r.Err = s.Format.Decode(s.Octets)
	return r
}

var (
	errUnnumbered    = errors.New("the chunks carry no number of their stream")
	errSent          = errors.New("the numbers of what was sent are not kept")
	errSpeechless    = errors.New("there is no speech")
	errUnknownLength = errors.New("the duration of opaque audio is unknown")
)

// piece is a stretch of octets and when its first sample is heard.
type piece struct {
	at     time.Duration
	octets []byte
}

// pieces gives the audio of the window, in the order in which it came.
func (h Heard) pieces() []piece {
	var out []piece
	rest := h.Stream.Octets
	for _, c := range h.Stream.Chunks {
		p := piece{at: c.Played, octets: rest[:min(c.Size, len(rest))]}
		rest = rest[len(p.octets):]
		if h.Stream.Sent {
			p.at = c.Due
		}
		if p = h.cut(p); len(p.octets) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// cut leaves of a piece what is heard in the window, in whole samples; nothing
// of opaque audio, which no check of what is heard can read.
func (h Heard) cut(p piece) piece {
	if h.Window.open() {
		return p
	}
	format := h.Stream.Format
	from := min(format.Octets(h.Window.From-p.at), len(p.octets))
	to := min(format.Octets(h.Window.To-p.at), len(p.octets))
	return piece{at: p.at + format.Duration(from), octets: p.octets[from:max(from, to)]}
}

// arrived gives the chunks that came in the window.
func (h Heard) arrived() []trace.Chunk {
	var out []trace.Chunk
	for _, c := range h.Stream.Chunks {
		if h.Window.holds(c.At) {
			out = append(out, c)
		}
	}
	return out
}

// afterEnd reports whether a chunk came after its stream had ended by silence.
func (h Heard) afterEnd(c trace.Chunk) bool {
	return h.Stream.By == "silence" && c.At > h.Stream.EndedAt
}

// endsAt reports whether chunk k is the last, or the last before the end of the
// stream.
func (h Heard) endsAt(chunks []trace.Chunk, k int) bool {
	return k == len(chunks)-1 || h.afterEnd(chunks[k+1]) && !h.afterEnd(chunks[k])
}

func (h Heard) octets() []byte {
	var out []byte
	for _, p := range h.pieces() {
		out = append(out, p.octets...)
	}
	return out
}

func (h Heard) clip() (media.Clip, error) { return h.Stream.Format.Decode(h.octets()) }

// opaque reports whether the audio is carried and not decoded.
func (h Heard) opaque() bool { return h.Stream.Format.Codec == media.Opaque }

// heardAt is when the audio at a position of the clip is heard. Before its
// begin and after its end time goes on as if there were more.
func (h Heard) heardAt(position time.Duration) time.Duration {
	pieces := h.pieces()
	for i, p := range pieces {
		length := h.Stream.Format.Duration(len(p.octets))
		if position < length || i == len(pieces)-1 {
			return p.at + position
		}
		position -= length
	}
	return position
}

// order looks at the numbers of the stream's chunks.
func (h Heard) order() (measure.Order, error) {
	if h.Stream.Sent {
		return measure.Order{}, errSent
	}
	chunks := h.arrived()
	numbers := make([]uint64, len(chunks))
	for k, c := range chunks {
		if c.Number < 0 {
			return measure.Order{}, errUnnumbered
		}
		numbers[k] = uint64(c.Number)
	}
	return measure.Sequence(numbers)
}

// timed gives when the chunks came and how long each plays; opaque ones play as
// long as agreed. The pause before what came after the end of the stream is no
// pause in it.
func (h Heard) timed(agreed time.Duration) []measure.Chunk {
	var out []measure.Chunk
	for _, c := range h.arrived() {
		if h.afterEnd(c) {
			break
		}
		length := agreed
		if !h.opaque() {
			length = h.Stream.Format.Duration(c.Size)
		}
		out = append(out, measure.Chunk{At: c.At, Length: length})
	}
	return out
}
