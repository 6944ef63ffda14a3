package measure

import (
	"fmt"

	"github.com/duologue/duologue/media"
)

// mistake is one that turns audio into something else, and how it is undone;
// undo is false where this audio cannot have suffered it.
type mistake struct {
	name, text string
	undo       func(media.Clip) (media.Clip, bool)
}

// mistakes is the registry of those that are tried.
var mistakes = []mistake{
	misread("wrong companding law", "A-law was read as µ-law", media.ULaw, media.ALaw),
	misread("wrong companding law", "µ-law was read as A-law", media.ALaw, media.ULaw),
	misread("wrong byte order", "the octets of each 16-bit sample are swapped", media.L16LE, media.L16BE),
	misread("wrong encoding", "16-bit linear samples were read as µ-law", media.ULaw, media.L16LE),
	misread("wrong encoding", "16-bit linear samples were read as A-law", media.ALaw, media.L16LE),
	misread("wrong encoding", "16-bit linear samples, the high octet first, were read as µ-law", media.ULaw, media.L16BE),
	misread("wrong encoding", "µ-law was read as 16-bit linear samples", media.L16LE, media.ULaw),
	misread("wrong encoding", "A-law was read as 16-bit linear samples", media.L16LE, media.ALaw),
	misread("wrong encoding", "µ-law was read as 16-bit linear samples, the high octet first", media.L16BE, media.ULaw),
	{"wrong byte order", "the 16-bit samples are off by one octet", shifted},
	wrongRate(2, 1), wrongRate(1, 2), wrongRate(3, 1), wrongRate(1, 3),
	wrongRate(3, 2), wrongRate(2, 3), wrongRate(480, 441), wrongRate(441, 480),
}

// misread is octets of one codec that were decoded as another.
func misread(name, text string, as, was media.Codec) mistake {
	return mistake{name, text, func(c media.Clip) (media.Clip, bool) { return reread(c, as, was, 0) }}
}

func shifted(c media.Clip) (media.Clip, bool) {
	return reread(c, media.L16LE, media.L16LE, 1)
}

// reread encodes a clip as it was decoded, and decodes it as another codec, some
// octets left out.
func reread(c media.Clip, as, was media.Codec, skip int) (media.Clip, bool) {
	octets, err := media.Format{Codec: as, Rate: c.Rate}.Encode(c)
	if err != nil || len(octets) < skip {
		return media.Clip{}, false
	}
	octets = octets[skip:]
	if was == media.L16LE || was == media.L16BE {
		octets = octets[:len(octets)&^1]
	}
	out, err := media.Format{Codec: was, Rate: c.Rate}.Decode(octets)
	return out, err == nil
}

// wrongRate is audio that plays faster by a ratio.
func wrongRate(faster, slower int) mistake {
	text := fmt.Sprintf("the audio plays %.3g times as fast as it should: its sample rate is wrong", float64(faster)/float64(slower))
	return mistake{"wrong rate", text, func(c media.Clip) (media.Clip, bool) {
		c.Rate = c.Rate * media.Rate(slower) / media.Rate(faster)
		return c, c.Rate.Valid()
	}}
}
