package media

import (
	"hash/crc32"
	"testing"
)

// The CRC-32 of what the reference software of ITU-T G.191 makes of all 65,536
// linear samples from -32768 up, as 16-bit words, least significant octet first.
func TestG711AgreesWithTheReference(t *testing.T) {
	tests := []struct {
		name string
		f    func(int16) uint16
		want uint32
	}{
		{"the samples", func(n int16) uint16 { return uint16(n) }, 0xC8BA7682},
		{"A-law codes", func(n int16) uint16 { return uint16(alawEncode(n)) }, 0x74719FE4},
		{"µ-law codes", func(n int16) uint16 { return uint16(ulawEncode(n)) }, 0xCD170E15},
		{"A-law samples", func(n int16) uint16 { return uint16(alawDecode(alawEncode(n))) }, 0xABCEAA69},
		{"µ-law samples", func(n int16) uint16 { return uint16(ulawDecode(ulawEncode(n))) }, 0x63641C01},
	}
	for _, tt := range tests {
		words := make([]byte, 0, 2*65536)
		for n := -32768; n <= 32767; n++ {
			w := tt.f(int16(n))
			words = append(words, byte(w), byte(w>>8))
		}
		if got := crc32.ChecksumIEEE(words); got != tt.want {
			t.Errorf("CRC-32 of the %s = %08X, want %08X", tt.name, got, tt.want)
		}
	}
}

// Every code stands for a sample that is encoded as that code again, but for
// the µ-law code of -0, which becomes that of +0.
func TestG711CodesAreStable(t *testing.T) {
	for i := range 256 {
		code := byte(i)
		if got := alawEncode(alawDecode(code)); got != code {
			t.Errorf("A-law code %02X became %02X", code, got)
		}
		want := code
		if code == 0x7F {
			want = 0xFF
		}
		if got := ulawEncode(ulawDecode(code)); got != want {
			t.Errorf("µ-law code %02X became %02X, want %02X", code, got, want)
		}
	}
}
