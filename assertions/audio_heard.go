package assertions

import (
	"errors"
	"time"

	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/trace"
)

// Heard is the audio that the checks of one assert look at.
type Heard struct {
	Stream    trace.Stream
	Window    Window
	Reference Reference // of similar_to
}

// Window is a stretch of time, including From and without To, as offsets from
// the start of the run. Audio is in it if it is heard in it, and a chunk if it
// came in it. The zero window holds everything.
type Window struct{ From, To time.Duration }

func (w Window) open() bool { return w == Window{} }

func (w Window) holds(at time.Duration) bool { return w.open() || at >= w.From && at < w.To }

// Reference is the clip that audio is compared with, and the time from which the
// delay counts. That is, for the label of a sent stream, when its first chunk
// was sent; for the label of a received one, when its first sample was heard;
// for a file, the start of the stream that is judged.
type Reference struct {
	Clip  media.Clip
	Start time.Duration
	Err   error // why there is no clip
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

// piece is a stretch of octets, and the time at which its first sample is heard.
type piece struct {
	at     time.Duration
	octets []byte
}

// pieces gives the audio of the window in the order in which it came.
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

// cut gives the part of a piece that is heard in the window, in whole samples.
// It gives nothing of opaque audio, which no check of sound can read.
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

// endsAt reports whether chunk k is the last chunk, or the last before the end
// of the stream.
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

// opaque reports whether the audio cannot be decoded.
func (h Heard) opaque() bool { return h.Stream.Format.Codec == media.Opaque }

// heardAt gives the time at which a position of the clip is heard. Positions
// before the beginning and after the end are counted on from there.
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

// order measures the numbers of the stream's chunks.
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

// timed gives when the chunks came and how long each plays. Opaque chunks play
// as long as agreed. Chunks that came after the end of the stream are left out,
// so that the time before them counts as no pause.
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
