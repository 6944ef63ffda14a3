package media

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// A Codec is how one sample is written as octets.
type Codec int

// The codecs. The octets of Opaque are carried and counted, never decoded.
const (
	Opaque Codec = iota
	ULaw         // G.711 µ-law, one octet a sample
	ALaw         // G.711 A-law, one octet a sample
	L16LE        // 16-bit linear PCM, least significant octet first
	L16BE        // 16-bit linear PCM, most significant octet first (RFC 3551 section 4.5.11)
)

var codecNames = [...]string{Opaque: "opaque", ULaw: "ulaw", ALaw: "alaw", L16LE: "l16le", L16BE: "l16be"}

// String is the codec's name in lower case: "ulaw", "alaw", "l16le", "l16be" or "opaque".
func (c Codec) String() string {
	if c < 0 || int(c) >= len(codecNames) {
		return fmt.Sprintf("codec(%d)", int(c))
	}
	return codecNames[c]
}

// size is the octets of one sample, 0 where that is not known.
func (c Codec) size() int {
	switch c {
	case ULaw, ALaw:
		return 1
	case L16LE, L16BE:
		return 2
	}
	return 0
}

// ErrOpaque is what encoding and decoding say of a format that is only carried.
var ErrOpaque = errors.New("opaque audio can be neither encoded nor decoded")

// A Format is what a stream of mono audio octets is: a codec at a rate.
type Format struct {
	Codec Codec
	Rate  Rate
}

// String reads like "ulaw at 8000 Hz".
func (f Format) String() string { return fmt.Sprintf("%s at %d Hz", f.Codec, f.Rate) }

// Octets is how many octets last d, to the nearest whole sample; 0 for opaque
// audio, whose length octets do not tell.
func (f Format) Octets(d time.Duration) int { return f.Rate.Samples(d) * f.Codec.size() }

// Duration is how long that many octets play, half a sample left out; 0 for
// opaque audio, whose length octets do not tell.
func (f Format) Duration(octets int) time.Duration {
	if f.Codec.size() == 0 {
		return 0
	}
	return f.Rate.Duration(octets / f.Codec.size())
}

// Render gives a clip as octets, resampled to the rate of the format and raised by
// gain, in dB.
func (f Format) Render(c Clip, gain float64) ([]byte, error) {
	c = Resample(c, f.Rate)
	if gain != 0 {
		c = c.Gain(gain)
	}
	return f.Encode(c)
}

// Encode writes a clip as octets. A sample beyond full scale is clipped, never
// wrapped. The clip must have the rate of the format: see [Resample].
func (f Format) Encode(c Clip) ([]byte, error) {
	if f.Codec.size() == 0 {
		return nil, fmt.Errorf("encode %v: %w", f, ErrOpaque)
	}
	if c.Rate != f.Rate {
		return nil, fmt.Errorf("encode %v: the clip is at %d Hz", f, c.Rate)
	}
	out := make([]byte, 0, len(c.Samples)*f.Codec.size())
	for _, s := range c.Samples {
		n := quantize(s)
		switch f.Codec {
		case ULaw:
			out = append(out, ulawEncode(n))
		case ALaw:
			out = append(out, alawEncode(n))
		case L16LE:
			out = binary.LittleEndian.AppendUint16(out, uint16(n))
		case L16BE:
			out = binary.BigEndian.AppendUint16(out, uint16(n))
		}
	}
	return out, nil
}

// Decode reads octets as a clip. Every octet string is valid G.711; linear PCM
// of an odd number of octets is an error.
func (f Format) Decode(octets []byte) (Clip, error) {
	size := f.Codec.size()
	if size == 0 {
		return Clip{}, fmt.Errorf("decode %v: %w", f, ErrOpaque)
	}
	if len(octets)%size != 0 {
		return Clip{}, fmt.Errorf("decode %v: %d octets are not whole samples", f, len(octets))
	}
	out := make([]float32, len(octets)/size)
	switch f.Codec {
	case ULaw:
		for i, o := range octets {
			out[i] = ulawSamples[o]
		}
	case ALaw:
		for i, o := range octets {
			out[i] = alawSamples[o]
		}
	case L16LE:
		for i := range out {
			out[i] = dequantize(int16(binary.LittleEndian.Uint16(octets[2*i:])))
		}
	case L16BE:
		for i := range out {
			out[i] = dequantize(int16(binary.BigEndian.Uint16(octets[2*i:])))
		}
	}
	return Clip{Rate: f.Rate, Samples: out}, nil
}
