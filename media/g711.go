package media

import "math/bits"

// G.711 as ITU-T publishes it: the codes of all 65,536 linear samples and the
// samples of all 256 codes are those of the reference software (G.191). What
// many programs copy from an old public file differs from it in 508 codes:
// there, negative samples are negated; here, as in G.191, complemented.

const (
	ulawBias = 33     // in 14-bit steps, G.711 table 2
	ulawClip = 0x1FFF // largest biased magnitude
)

func ulawEncode(n int16) byte {
	sign := byte(0x80)
	if n < 0 {
		n, sign = ^n, 0
	}
	m := min(uint(n)>>2+ulawBias, ulawClip)
	segment := bits.Len(m) - 6 // 0 to 7
	step := m >> (segment + 1) & 0x0F
	return sign | ^byte(segment<<4|int(step))&0x7F
}

func ulawDecode(code byte) int16 {
	c := ^code
	segment, step := c>>4&7, int(c&0x0F)
	m := (2*step+33)<<segment - ulawBias // in 14-bit steps
	if code < 0x80 {
		m = -m
	}
	return int16(m << 2)
}

func alawEncode(n int16) byte {
	sign := byte(0x80)
	if n < 0 {
		n, sign = ^n, 0
	}
	m := uint(n) >> 4 // 0 to 2047
	segment := max(bits.Len(m)-4, 0)
	code := m
	if segment > 0 {
		code = uint(segment)<<4 | m>>(segment-1)&0x0F
	}
	return (sign | byte(code)) ^ 0x55
}

func alawDecode(code byte) int16 {
	c := code ^ 0x55
	segment, step := c>>4&7, int(c&0x0F)
	m := 2*step + 1
	if segment > 0 {
		m = (m + 32) << (segment - 1)
	}
	if code < 0x80 {
		m = -m
	}
	return int16(m << 3)
}

var ulawSamples, alawSamples = samplesOf(ulawDecode), samplesOf(alawDecode)

// samplesOf tabulates a decoder as samples of a clip.
func samplesOf(decode func(byte) int16) (table [256]float32) {
	for i := range table {
		table[i] = dequantize(decode(byte(i)))
	}
	return table
}
