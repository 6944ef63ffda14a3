package dialect

import (
	"encoding/binary"
	"sync"

	"github.com/duologue/duologue/media"
)

// silence is the mean square below which audio counts as silent: 50 dB below
// that of a full-scale sine, which is 1/2.
const silence = 0.5e-5

// silent reports whether audio of a format is silence. Half a sample at the
// end is left out.
func silent(format media.Format, octets []byte) bool {
	var sum float64
	count := len(octets)
	switch format.Codec {
	case media.ULaw, media.ALaw:
		squares := ulawSquares()
		if format.Codec == media.ALaw {
			squares = alawSquares()
		}
		for _, o := range octets {
			sum += squares[o]
		}
	case media.L16LE, media.L16BE:
		count /= 2
		var order binary.ByteOrder = binary.LittleEndian
		if format.Codec == media.L16BE {
			order = binary.BigEndian
		}
		for i := range count {
			s := float64(int16(order.Uint16(octets[2*i:]))) / 32768
			sum += s * s
		}
	}
	return sum < silence*float64(max(count, 1))
}

// The square of the sample that each octet of G.711 stands for.
var (
	ulawSquares = sync.OnceValue(func() *[256]float64 { return squaresOf(media.ULaw) })
	alawSquares = sync.OnceValue(func() *[256]float64 { return squaresOf(media.ALaw) })
)

func squaresOf(codec media.Codec) *[256]float64 {
	var squares [256]float64
	for o := range squares {
		clip, err := media.Format{Codec: codec, Rate: 8000}.Decode([]byte{byte(o)})
		if err == nil && len(clip.Samples) == 1 { // so it is for G.711
			squares[o] = float64(clip.Samples[0]) * float64(clip.Samples[0])
		}
	}
	return &squares
}
