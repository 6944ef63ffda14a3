package dialect

import (
	"sync"
	"time"

	"github.com/duologue/duologue/media"
)

// window is the length of the pieces whose loudness is looked at.
const window = 20 * time.Millisecond

// silence is the mean square of 16-bit samples below which audio is silent: 50
// dB below that of a full-scale sine, which is half of 2^30.
const silence = 1 << 29 / 100_000

// silent reports whether audio is silence. It ignores half a sample at the end.
func silent(format media.Format, octets []byte) bool {
	switch format.Codec {
	case media.ULaw:
		return silentG711(ulawSquares(), octets)
	case media.ALaw:
		return silentG711(alawSquares(), octets)
	}
	high, low := 1, 0
	if format.Codec == media.L16BE {
		high, low = 0, 1
	}
	sum, limit := int64(0), int64(len(octets)/2)*silence
	for i := 0; i+1 < len(octets); i += 2 {
		s := int64(int16(uint16(octets[i+high])<<8 | uint16(octets[i+low])))
		if sum += s * s; sum > limit {
			return false
		}
	}
	return true
}

func silentG711(squares *[256]int64, octets []byte) bool {
	sum, limit := int64(0), int64(len(octets))*silence
	for _, o := range octets {
		if sum += squares[o]; sum > limit {
			return false
		}
	}
	return true
}

// The squares of the 16-bit samples that the octets of G.711 stand for.
var (
	ulawSquares = sync.OnceValue(func() *[256]int64 { return squaresOf(media.ULaw) })
	alawSquares = sync.OnceValue(func() *[256]int64 { return squaresOf(media.ALaw) })
)

func squaresOf(codec media.Codec) *[256]int64 {
	var squares [256]int64
	for o := range squares {
		clip, err := media.Format{Codec: codec, Rate: 8000}.Decode([]byte{byte(o)})
		if err == nil && len(clip.Samples) == 1 { // always so for G.711
			s := int64(clip.Samples[0] * 32768)
			squares[o] = s * s
		}
	}
	return &squares
}
