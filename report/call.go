package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/trace"
)

// Call is what both sides of a connection said, on one clock. Both clips have the same rate
// and begin at From. What was lost, or thrown away before it played, is silence.
type Call struct {
	From   time.Duration // an offset from the start of the run
	Caller media.Clip    // what the platform sent
	App    media.Clip    // what the app sent: the bot
}

// CallOf puts the streams of a connection beside one another. It reports false if there is
// no audio that can be decoded, or its octets were not kept.
func CallOf(c *trace.Connection) (Call, bool) {
	var caller, app []passage
	rate := media.Rate(0)
	for _, s := range c.Streams {
		if _, err := s.Format.Decode(nil); err != nil || len(s.Octets) == 0 {
			continue // opaque audio cannot be heard
		}
		rate = max(rate, s.Format.Rate)
		if s.Sent == (c.Role == "platform") {
			caller = append(caller, passages(&s)...)
		} else {
			app = append(app, passages(&s)...)
		}
	}
	all := slices.Concat(caller, app)
	if len(all) == 0 {
		return Call{}, false
	}
	from := slices.MinFunc(all, func(a, b passage) int { return cmp.Compare(a.at, b.at) }).at
	return Call{From: from, Caller: laid(caller, from, rate), App: laid(app, from, rate)}, true
}

// passage is audio that is heard without a pause.
type passage struct {
	at     time.Duration
	format media.Format
	octets []byte
}

// passages gives what is heard of a stream.
func passages(s *trace.Stream) []passage {
	var out []passage
	var end time.Duration
	rest := s.Octets
	for _, c := range s.Chunks {
		octets := rest[:min(c.Size, len(rest))]
		rest = rest[len(octets):]
		at := c.Played
		if s.Sent {
			at = c.Due
		}
		for _, cleared := range s.Cleared {
			if cleared >= c.At { // the first clear that came after it
				octets = begun(s.Format, octets, cleared-at)
				break
			}
		}
		if !s.Sent {
			octets = begun(s.Format, octets, c.PlayedEnd-at)
		}
		if len(octets) == 0 {
			continue
		}
		if n := len(out); n > 0 && at-end <= seam {
			out[n-1].octets = append(out[n-1].octets, octets...)
		} else {
			out = append(out, passage{at: at, format: s.Format, octets: slices.Clone(octets)})
			end = at
		}
		end += s.Format.Duration(len(octets))
	}
	return out
}

// begun gives the octets that are heard in a time. Times of chunks are rounded, so what lacks
// less than a millisecond is whole.
func begun(f media.Format, octets []byte, heard time.Duration) []byte {
	if heard > f.Duration(len(octets))-time.Millisecond {
		return octets
	}
	return octets[:min(len(octets), f.Octets(max(0, heard)))]
}

// laid puts passages on one clip that begins at an offset. Where two are heard at once, they
// are added.
func laid(all []passage, from time.Duration, rate media.Rate) media.Clip {
	out := media.Clip{Rate: rate}
	for _, p := range all {
		clip, err := p.format.Decode(p.octets)
		if err != nil {
			continue // half a sample at its end
		}
		samples := media.Resample(clip, rate).Samples
		first := rate.Samples(p.at - from)
		if need := first + len(samples); need > len(out.Samples) {
			out.Samples = append(out.Samples, make([]float32, need-len(out.Samples))...)
		}
		for k, v := range samples {
			out.Samples[first+k] += v
		}
	}
	return out
}
