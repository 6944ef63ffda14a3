package report

import (
	"time"

	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/trace"
)

// pageVoice is the audio of one stream on the clock of the run. Its samples are µ-law at 8 kHz.
type pageVoice struct {
	Connection int                `json:"connection"`
	Stream     int                `json:"stream"`
	Offset     int                `json:"offset"` // of its first sample in the audio of the scenario
	Size       int                `json:"size"`   // samples
	Pieces     []pagePiece        `json:"pieces"`
	Speech     [][2]time.Duration `json:"speech,omitempty"` // from, until
}

// pagePiece is samples that are heard one after the other.
type pagePiece struct {
	At   time.Duration `json:"at"`   // when the first one is heard
	From int           `json:"from"` // its index
	Size int           `json:"size"`
}

// pageRate is the rate of all audio in a page.
const pageRate media.Rate = 8000

// seam is the most time between two chunks that are heard as one piece: our chunks leave a
// little unevenly, and times are rounded.
const seam = 10 * time.Millisecond

// voiceOf gives the audio of a stream and the times at which it is heard: what was sent, from
// when its chunk was ready to be written; what came, on the playback clock, and until it
// was cleared. It gives nothing if there is no audio, or none that can be decoded.
func voiceOf(s *trace.Stream) (pageVoice, []byte) {
	var v pageVoice
	clip, ok := decoded(s)
	if !ok {
		return v, nil
	}
	talk, _ := measure.Talking(clip, 0) // audio that cannot be measured has no speech
	octets, err := media.Format{Codec: media.ULaw, Rate: pageRate}.Render(clip, 0)
	if err != nil {
		return v, nil
	}
	begin := time.Duration(0) // of the chunk, in the audio
	for _, c := range s.Chunks {
		end := begin + s.Format.Duration(c.Size)
		at, until := heardFrom(s, c, end-begin)
		if until > at {
			v.add(at, begin, begin+until-at, len(octets))
			for _, seg := range talk.Spans {
				v.speak(at-begin+max(seg.Start, begin), min(until, at-begin+min(seg.End, end)))
			}
		}
		begin = end
	}
	if len(v.Pieces) == 0 {
		return v, nil
	}
	return v, octets
}

// decoded gives the audio of a stream. A last half of a sample is left out.
func decoded(s *trace.Stream) (media.Clip, bool) {
	octets := s.Octets
	if s.Format.Codec == media.L16LE || s.Format.Codec == media.L16BE {
		octets = octets[:len(octets)&^1]
	}
	if len(octets) == 0 || s.Format.Codec == media.Opaque || !s.Format.Rate.Valid() {
		return media.Clip{}, false
	}
	clip, err := s.Format.Decode(octets)
	return clip, err == nil && len(clip.Samples) > 0
}

// heardFrom gives the time for which a chunk of a length is heard.
func heardFrom(s *trace.Stream, c trace.Chunk, length time.Duration) (from, until time.Duration) {
	from, until = c.Played, min(c.PlayedEnd, c.Played+length)
	if s.Sent {
		from, until = c.At, c.At+length
	}
	for _, at := range s.Cleared {
		if at >= c.At {
			return from, min(until, at)
		}
	}
	return from, until
}

// add appends audio from one point to another, of which the first is heard at a time.
func (v *pageVoice) add(at, from, to time.Duration, all int) {
	first, last := min(pageRate.Samples(from), all), min(pageRate.Samples(to), all)
	if n := len(v.Pieces); n > 0 {
		p := &v.Pieces[n-1]
		off := at - p.At - pageRate.Duration(p.Size)
		if p.From+p.Size == first && off.Abs() <= seam {
			p.Size += last - first
			return
		}
	}
	if first < last {
		v.Pieces = append(v.Pieces, pagePiece{at, first, last - first})
	}
}

// speak appends a stretch of speech, or continues the last one.
func (v *pageVoice) speak(from, until time.Duration) {
	if from >= until {
		return
	}
	if n := len(v.Speech); n > 0 && from-v.Speech[n-1][1] <= seam {
		v.Speech[n-1][1] = max(v.Speech[n-1][1], until)
		return
	}
	v.Speech = append(v.Speech, [2]time.Duration{from, until})
}
