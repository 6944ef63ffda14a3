package media

import (
	"bytes"
	"errors"
	"math"
	"testing"
	"time"
)

func TestFormatLengths(t *testing.T) {
	tests := []struct {
		format Format
		d      time.Duration
		octets int
	}{
		{Format{ULaw, 8000}, 20 * ms, 160},
		{Format{ALaw, 8000}, time.Second, 8000},
		{Format{L16LE, 8000}, 20 * ms, 320},
		{Format{L16BE, 16000}, 20 * ms, 640},
		{Format{L16LE, 24000}, 60 * ms, 2880},
		{Format{L16LE, 44100}, 20 * ms, 1764},
		{Format{ULaw, 8000}, 0, 0},
		{Format{ULaw, 8000}, 50 * time.Hour, 8000 * 3600 * 50},
	}
	for _, tt := range tests {
		if got := tt.format.Octets(tt.d); got != tt.octets {
			t.Errorf("%v.Octets(%v) = %d, want %d", tt.format, tt.d, got, tt.octets)
		}
		if got := tt.format.Duration(tt.octets); got != tt.d {
			t.Errorf("%v.Duration(%d) = %v, want %v", tt.format, tt.octets, got, tt.d)
		}
	}
	for _, f := range []Format{{Opaque, 48000}, {ULaw, 0}, {ULaw, -1}, {}, {Codec(99), 8000}} {
		if o, d := f.Octets(time.Second), f.Duration(1000); o != 0 || d != 0 {
			t.Errorf("%v: Octets() = %d, Duration() = %v, want 0 and 0s", f, o, d)
		}
	}
	if got := (Format{ULaw, 8000}).Octets(-time.Second); got != 0 {
		t.Errorf("Octets(-1s) = %d, want 0", got)
	}
}

// What octets last, they are again, at any rate: no rounding adds up.
func TestDurationsAndSamplesAgree(t *testing.T) {
	for _, rate := range []Rate{1, 7999, 8000, 11025, 22050, 44100, 48000, 384000} {
		for _, n := range []int{1, 2, 3, 160, 441, 12345, 1 << 30} {
			if got := rate.Samples(rate.Duration(n)); got != n {
				t.Errorf("Rate(%d).Samples(Duration(%d)) = %d", rate, n, got)
			}
		}
	}
	if got := Rate(48000).Duration(math.MaxInt); got <= 0 {
		t.Errorf("Duration(MaxInt) = %v, want the longest", got)
	}
	if got := Rate(math.MaxInt).Samples(math.MaxInt64); got <= 0 {
		t.Errorf("Samples(MaxInt64) = %v, want the most", got)
	}
}

func TestEncodeClips(t *testing.T) {
	inf := float32(math.Inf(1))
	loud := Clip{Rate: 8000, Samples: []float32{2, -2, 1, -1, inf, -inf, float32(math.NaN())}}
	tests := []struct {
		codec Codec
		want  []byte
	}{
		{L16BE, []byte{0x7F, 0xFF, 0x80, 0, 0x7F, 0xFF, 0x80, 0, 0x7F, 0xFF, 0x80, 0, 0, 0}},
		{L16LE, []byte{0xFF, 0x7F, 0, 0x80, 0xFF, 0x7F, 0, 0x80, 0xFF, 0x7F, 0, 0x80, 0, 0}},
		{ULaw, []byte{0x80, 0x00, 0x80, 0x00, 0x80, 0x00, 0xFF}},
		{ALaw, []byte{0xAA, 0x2A, 0xAA, 0x2A, 0xAA, 0x2A, 0xD5}},
	}
	for _, tt := range tests {
		if got, err := (Format{tt.codec, 8000}).Encode(loud); err != nil || !bytes.Equal(got, tt.want) {
			t.Errorf("%v.Encode() = %X, %v, want %X", tt.codec, got, err, tt.want)
		}
	}
}

func TestLinearRoundTripIsExact(t *testing.T) {
	var octets []byte
	for i := range 65536 {
		octets = append(octets, byte(i), byte(i>>8))
	}
	for _, codec := range []Codec{L16LE, L16BE} {
		f := Format{codec, 8000}
		c, err := f.Decode(octets)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.Encode(c); err != nil || !bytes.Equal(got, octets) {
			t.Errorf("%v: what was decoded is encoded differently, %v", codec, err)
		}
	}
	c, err := (Format{L16BE, 8000}).Decode([]byte{0x40, 0x00, 0xFF, 0xFF})
	if err != nil || c.Samples[0] != 0.5 || c.Samples[1] != -1.0/32768 {
		t.Errorf("Decode(4000FFFF) = %v, %v, want 0.5 and -1/32768", c.Samples, err)
	}
}

func TestFormatErrors(t *testing.T) {
	c := Tone(440, 20*ms, -6, 16000)
	if got, err := (Format{ULaw, 8000}).Encode(c); err == nil {
		t.Errorf("Encode(a clip at 16 kHz) = %d octets, want an error", len(got))
	}
	if got, err := (Format{L16LE, 8000}).Decode(make([]byte, 3)); err == nil {
		t.Errorf("Decode(3 octets) = %v, want an error", got)
	}
	for _, f := range []Format{{Opaque, 16000}, {Codec(-1), 16000}} {
		if _, err := f.Encode(c); !errors.Is(err, ErrOpaque) {
			t.Errorf("%v.Encode() = %v, want %v", f, err, ErrOpaque)
		}
		if _, err := f.Decode([]byte{1, 2}); !errors.Is(err, ErrOpaque) {
			t.Errorf("%v.Decode() = %v, want %v", f, err, ErrOpaque)
		}
	}
}

// The least signal-to-noise ratio of a round trip, in dB, for a sine of 1020 Hz:
// the mask of ITU-T G.712 for total distortion, and the peak of what G.711 can do.
func TestG711KeepsTheMaskOfG712(t *testing.T) {
	mask := []struct{ level, least float64 }{{-3, 33}, {-10, 33}, {-20, 33}, {-30, 33}, {-40, 27}, {-45, 22}}
	for _, codec := range []Codec{ULaw, ALaw} {
		for _, m := range mask {
			x := Tone(1020, time.Second, m.level, 8000)
			f := Format{codec, 8000}
			octets, err := f.Encode(x)
			if err != nil {
				t.Fatal(err)
			}
			y, err := f.Decode(octets)
			if err != nil {
				t.Fatal(err)
			}
			if got := snr(x, y); got < m.least || got > 40 {
				t.Errorf("%v at %v dBFS: SNR = %.1f dB, want %v to 40", codec, m.level, got, m.least)
			}
		}
	}
}

// snr compares a clip with what it should be, in dB.
func snr(want, got Clip) float64 {
	var signal, noise float64
	for i, s := range want.Samples {
		d := float64(got.Samples[i]) - float64(s)
		signal += float64(s) * float64(s)
		noise += d * d
	}
	return 10 * math.Log10(signal/noise)
}

func BenchmarkEncodeSecond(b *testing.B) {
	c := Noise(time.Second, -20, 1, 8000)
	for _, codec := range []Codec{ULaw, ALaw, L16LE} {
		b.Run(codec.String(), func(b *testing.B) {
			for b.Loop() {
				if _, err := (Format{codec, 8000}).Encode(c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
