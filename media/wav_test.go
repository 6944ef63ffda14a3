package media

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func le(values ...any) []byte {
	var b bytes.Buffer
	for _, v := range values {
		if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
			panic(err)
		}
	}
	return b.Bytes()
}

func chunk(id string, body []byte) []byte {
	out := append([]byte(id), le(uint32(len(body)))...)
	out = append(out, body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

func riff(chunks ...[]byte) []byte {
	body := append([]byte("WAVE"), bytes.Join(chunks, nil)...)
	return append(append([]byte("RIFF"), le(uint32(len(body)))...), body...)
}

func format(code, channels uint16, rate uint32, bits uint16) []byte {
	align := channels * bits / 8
	return chunk("fmt ", le(code, channels, rate, rate*uint32(align), align, bits))
}

func extensible(code, channels uint16, rate uint32, bits uint16) []byte {
	align := channels * bits / 8
	body := le(uint16(0xFFFE), channels, rate, rate*uint32(align), align, bits, uint16(22), bits, uint32(4), code)
	return chunk("fmt ", append(body, guidTail...))
}

// ramp is what the files below hold: samples that all codecs but G.711 carry
// exactly, and G.711 nearly.
var ramp = []float32{0, 0.5, -0.5, 0.25, -1, 0.75}

// in writes the ramp as integers or floats of a size.
func in(code, bits int) []byte {
	var out []byte
	for _, s := range ramp {
		full := math.Ldexp(float64(s), bits-1)
		switch {
		case code == wavALaw:
			out = append(out, alawEncode(quantize(s)))
		case code == wavULaw:
			out = append(out, ulawEncode(quantize(s)))
		case code == wavFloat && bits == 32:
			out = append(out, le(s)...)
		case code == wavFloat:
			out = append(out, le(float64(s))...)
		case bits == 8:
			out = append(out, byte(full+128))
		default:
			out = append(out, le(int64(full))[:bits/8]...)
		}
	}
	return out
}

func TestReadWAVFormats(t *testing.T) {
	tests := []struct {
		name       string
		code, bits int
		tolerance  float64
	}{
		{"PCM of 8 bits", wavPCM, 8, 0},
		{"PCM of 16 bits", wavPCM, 16, 0},
		{"PCM of 24 bits", wavPCM, 24, 0},
		{"PCM of 32 bits", wavPCM, 32, 0},
		{"floats of 32 bits", wavFloat, 32, 0},
		{"floats of 64 bits", wavFloat, 64, 0},
		{"A-law", wavALaw, 8, 0.02},
		{"µ-law", wavULaw, 8, 0.025},
	}
	for _, tt := range tests {
		code, bits := uint16(tt.code), uint16(tt.bits)
		headers := map[string][]byte{"plain": format(code, 1, 11025, bits), "extensible": extensible(code, 1, 11025, bits)}
		for kind, header := range headers {
			t.Run(tt.name+", "+kind, func(t *testing.T) {
				got, warnings, err := ReadWAV(riff(header, chunk("data", in(tt.code, tt.bits))))
				if err != nil || len(warnings) > 0 || got.Rate != 11025 || len(got.Samples) != len(ramp) {
					t.Fatalf("ReadWAV() = %v, %v, %v, want %v", got, warnings, err, ramp)
				}
				for i, want := range ramp {
					if math.Abs(float64(got.Samples[i]-want)) > tt.tolerance {
						t.Errorf("ReadWAV() sample %d = %v, want %v", i, got.Samples[i], want)
					}
				}
			})
		}
	}
}

func TestReadWAVLayouts(t *testing.T) {
	pcm := format(wavPCM, 1, 8000, 16)
	data := in(wavPCM, 16)
	audio := chunk("data", data)
	streamed := func(whole, size uint32) []byte {
		file := riff(pcm, []byte("data"), le(size), data)
		binary.LittleEndian.PutUint32(file[4:], whole)
		return file
	}
	rf64 := func(size uint64) []byte {
		ds64 := chunk("ds64", le(uint64(100), size, uint64(len(ramp)), uint32(0)))
		file := riff(ds64, pcm, []byte("data"), le(uint32(unknownSize)), data, chunk("LIST", []byte("INFO")))
		copy(file, "RF64")
		binary.LittleEndian.PutUint32(file[4:], unknownSize)
		return file
	}
	odd := chunk("LIST", []byte("INFOx"))
	trailed := riff(pcm, audio)
	trailed = append(trailed, "ID3"...)
	tests := []struct {
		name     string
		file     []byte
		want     []float32
		warnings []string // what each must contain
	}{
		{"plain", riff(pcm, audio), ramp, nil},
		{"chunks before, between and after", riff(chunk("JUNK", make([]byte, 28)), pcm, chunk("bext", make([]byte, 602)), audio, chunk("LIST", []byte("INFO"))), ramp, nil},
		{"format after the audio", riff(audio, pcm), ramp, nil},
		{"odd chunk", riff(odd, pcm, audio), ramp, nil},
		{"odd chunk without its pad", riff(odd[:len(odd)-1], pcm, audio), ramp, []string{"pad"}},
		{"odd chunk padded with a letter", riff(append(odd[:len(odd)-1:len(odd)-1], 'x'), pcm, audio), ramp, nil},
		{"no pad before a length that looks like a letter", riff(pcm, odd[:len(odd)-1], chunk("data", bytes.Repeat(data, 3))), slices.Repeat(ramp, 3), []string{"pad"}},
		{"empty", riff(pcm, chunk("data", nil)), nil, nil},
		{"empty, and more chunks", riff(pcm, chunk("data", nil), chunk("LIST", []byte("INFO"))), nil, nil},
		{"streamed, sizes 0xFFFFFFFF", streamed(unknownSize, unknownSize), ramp, []string{"never filled in"}},
		{"streamed, sizes 0", streamed(0, 0), ramp, []string{"never filled in"}},
		{"opusdec to a pipe", streamed(0x7FFFFFFF, 0x7FFFFFFF), ramp, []string{"never filled in"}},
		{"SoX or espeak-ng to a pipe", streamed(0x7FFFF024, 0x7FFFF000), ramp, []string{"never filled in"}},
		{"SoX to a pipe, 24 bits", streamed(0x7FFFF047, 0x7FFFEFFF), ramp, []string{"never filled in"}},
		{"arecord to a pipe", streamed(0x80000024, 0x80000000), ramp, []string{"never filled in"}},
		{"all less the header", streamed(unknownSize, unknownSize-36), ramp, []string{"never filled in"}},
		{"half of a large file", streamed(0x60000024, 0x60000000), ramp, []string{"ends within the \"data\" chunk"}},
		{"RF64", rf64(uint64(len(data))), ramp, nil},
		{"RF64 that lies", rf64(1 << 60), append(ramp[:len(ramp):len(ramp)], decoded(chunk("LIST", []byte("INFO")))...), []string{"ends within", "LIST"}},
		{"RF64 without its size", rf64(0), ramp, []string{"to the empty LIST chunk"}},
		{"from GStreamer's wavenc into a pipe", append(streamed(0x7FFF0000, 0x7FFF0024), chunk("LIST", []byte("INFO"))...), ramp, []string{"to the empty LIST chunk"}},
		{"streamed, and a LIST that holds something", append(streamed(0x7FFF0000, 0x7FFF0024), chunk("LIST", []byte("INFOx "))...), append(ramp[:len(ramp):len(ramp)], decoded(chunk("LIST", []byte("INFOx ")))...), []string{"never filled in", "LIST"}},
		{"truncated within a sample", riff(pcm, audio)[:44+7], ramp[:3], []string{"has 7 octets of the 12", "1 octets at the end"}},
		{"octets after the last chunk", trailed, ramp, nil},
		{"Python's wave to a pipe", append(riff(pcm, audio), bytes.Repeat(data, 7)...), slices.Repeat(ramp, 8), []string{"of its first piece, as in a WAV written to a pipe"}},
		{"the same, and half a sample", append(append(riff(pcm, audio), data...), 1), slices.Repeat(ramp, 2), []string{"of its first piece", "1 octets at the end"}},
		{"the same, silent at first", append(append(riff(pcm, audio), make([]byte, 100)...), data...),
			slices.Concat(ramp, make([]float32, 50), ramp), []string{"of its first piece"}},
		{"zeros behind the file", append(riff(pcm, audio), make([]byte, 100)...), ramp, []string{"100 octets behind the audio"}},
		{"zeros in the file", riff(pcm, audio, make([]byte, 100)), ramp, []string{"100 octets behind the audio"}},
		{"an ID3v1 tag behind the file", append(riff(pcm, audio), "TAGGreeting, a title of four words that is long"...), ramp, []string{"47 octets behind the audio"}},
		{"an ID3v2 tag in the file", riff(pcm, audio, []byte("ID3\x03\x00\x00\x00\x00\x00\x00")), ramp, []string{"10 octets behind the audio"}},
		{"two files, one after the other", append(riff(pcm, audio), riff(pcm, audio)...), ramp, []string{"another RIFF file"}},
		{"two files, of which the second is cut", append(riff(pcm, audio), riff(pcm, audio)[:50]...), ramp, []string{"50 octets behind the audio"}},
		{"a chunk behind the size of the whole", append(riff(pcm, audio), odd...), ramp, nil},
		{"a last chunk that is cut", riff(pcm, audio, append([]byte("LIST"), le(uint32(99))...)), ramp, []string{"LIST"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, warnings, err := ReadWAV(tt.file)
			if err != nil || got.Rate != 8000 {
				t.Fatalf("ReadWAV() = %d Hz, %v, want 8000 Hz", got.Rate, err)
			}
			if diff := cmp.Diff(tt.want, got.Samples[:len(got.Samples):len(got.Samples)], cmp.Transformer("nil", func(s []float32) []float32 { return append([]float32{}, s...) })); diff != "" {
				t.Errorf("ReadWAV(), -want +got:\n%s", diff)
			}
			if len(warnings) != len(tt.warnings) {
				t.Fatalf("ReadWAV() warnings = %q, want %d", warnings, len(tt.warnings))
			}
			for i, want := range tt.warnings {
				if !strings.Contains(warnings[i], want) {
					t.Errorf("ReadWAV() warning = %q, want one with %q", warnings[i], want)
				}
			}
		})
	}
}

func decoded(octets []byte) []float32 {
	c, err := Format{Codec: L16LE, Rate: 8000}.Decode(octets)
	if err != nil {
		panic(err)
	}
	return c.Samples
}

func TestReadWAVMixesDown(t *testing.T) {
	file := riff(format(wavPCM, 2, 8000, 16), chunk("data", le([]int16{16384, 0, -16384, 16384, 32767, 32767})))
	got, warnings, err := ReadWAV(file)
	if want := []float32{0.25, 0, 32767.0 / 32768}; err != nil || !cmp.Equal(got.Samples, want) {
		t.Errorf("ReadWAV() = %v, %v, want %v", got.Samples, err, want)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "2 channels") {
		t.Errorf("ReadWAV() warnings = %q, want one about 2 channels", warnings)
	}
}

func TestReadWAVRefuses(t *testing.T) {
	pcm, data := format(wavPCM, 1, 8000, 16), in(wavPCM, 16)
	audio := chunk("data", data)
	aligned := format(wavPCM, 1, 8000, 16)
	aligned[8+12] = 4
	other := extensible(wavPCM, 1, 8000, 16)
	other[8+30] ^= 1
	big := riff(pcm, audio)
	copy(big, "RIFX")
	nan := le(float32(math.NaN()))
	tests := []struct {
		name string
		file []byte
		want string
	}{
		{"nothing", nil, "0 octets are too few"},
		{"text", []byte("this is no audio at all"), "not a WAV file"},
		{"big-endian", big, "RIFX"},
		{"another RIFF", append([]byte("RIFF\x04\x00\x00\x00"), "AVI "...), `of the kind "AVI "`},
		{"no format", riff(audio), "no fmt chunk"},
		{"no audio", riff(pcm), "no data chunk"},
		{"two formats", riff(pcm, pcm, audio), "two fmt chunks"},
		{"two stretches of audio", riff(pcm, audio, audio), "two data chunks"},
		{"audio behind a size that was not filled in", append(riff(pcm, audio, data), data...), "either the audio has more than the 12 octets in its header, or the 24 octets after it are not audio"},
		{"audio in the file behind the data chunk", riff(pcm, audio, data), "what follows the audio is not a chunk"},
		{"text behind the file", append(riff(pcm, audio), "made by hand, in a hurry"...), "the 24 octets after it are not audio"},
		{"short format", riff(chunk("fmt ", make([]byte, 14)), audio), "14 octets of at least 16"},
		{"format cut off", riff(pcm)[:30], "ends within the fmt chunk"},
		{"MP3", riff(format(0x55, 1, 8000, 16), audio), "format 0x0055"},
		{"ADPCM", riff(format(2, 1, 8000, 4), audio), "format 0x0002 of 4 bits"},
		{"PCM of 12 bits", riff(format(wavPCM, 1, 8000, 12), audio), "12 bits"},
		{"floats of 16 bits", riff(format(wavFloat, 1, 8000, 16), audio), "16 bits"},
		{"no channels", riff(format(wavPCM, 0, 8000, 16), audio), "0 channels"},
		{"65535 channels", riff(format(wavPCM, 65535, 8000, 8), audio), "65535 channels"},
		{"no rate", riff(format(wavPCM, 1, 0, 16), audio), "rate of 0 Hz"},
		{"an absurd rate", riff(format(wavPCM, 1, 4000000000, 16), audio), "rate of 4000000000 Hz"},
		{"contradiction", riff(aligned, audio), "contradicts itself"},
		{"extensible without its end", riff(chunk("fmt ", other[8:30]), audio), "extensible"},
		{"extensible of another family", riff(other, audio), "extensible"},
		{"not a number", riff(format(wavFloat, 1, 8000, 32), chunk("data", nan)), "sample 0 is not a finite number"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := ReadWAV(tt.file)
			if err == nil || !strings.HasPrefix(err.Error(), "read WAV: ") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("ReadWAV() = %v, want %q", err, tt.want)
			}
		})
	}
}

// The files in testdata were made by SoX and by Python: 100 ms of a sine of
// 440 Hz that is 6.02 dB below full scale, whatever the format.
func TestReadWAVOfOtherPrograms(t *testing.T) {
	files, err := filepath.Glob("testdata/*.wav")
	if err != nil || len(files) == 0 {
		t.Fatalf("Glob() = %v, %v, want files", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c, _, err := ReadWAV(data)
			if err != nil {
				t.Fatalf("ReadWAV() = %v", err)
			}
			want := Tone(440, c.Duration(), -6.0206, c.Rate)
			if c.Duration() < 99*time.Millisecond || c.Duration() > 101*time.Millisecond {
				t.Errorf("ReadWAV() lasts %v, want 100ms", c.Duration())
			}
			for i, s := range c.Samples {
				if math.Abs(float64(s-want.Samples[i])) > 0.02 {
					t.Fatalf("ReadWAV() sample %d = %v, want %v", i, s, want.Samples[i])
				}
			}
		})
	}
}

func TestWAVRoundTrip(t *testing.T) {
	c := Tone(440, 500*time.Millisecond, -6, 8000)
	c.Samples = append(c.Samples, 2, -2)
	var b bytes.Buffer
	if err := WriteWAV(&b, c); err != nil {
		t.Fatal(err)
	}
	got, warnings, err := ReadWAV(b.Bytes())
	if err != nil || len(warnings) > 0 {
		t.Fatalf("ReadWAV() = %v, %v, want no warnings and no error", warnings, err)
	}
	want := Clip{Rate: 8000}
	for _, s := range c.Samples {
		want.Samples = append(want.Samples, dequantize(quantize(s)))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ReadWAV(), -want +got:\n%s", diff)
	}
	if err := WriteWAV(&b, Clip{}); err == nil {
		t.Error("WriteWAV() without a rate = nil, want an error")
	}
}

// More than one block of what go-audio/wav is shown at a time.
func TestReadWAVOfManySamples(t *testing.T) {
	for _, bits := range []int{8, 16, 24, 32} {
		var data []byte
		for len(data) < 200_000*bits/8 {
			data = append(data, in(wavPCM, bits)...)
		}
		c, _, err := ReadWAV(riff(format(wavPCM, 1, 8000, uint16(bits)), chunk("data", data)))
		if err != nil || len(c.Samples) != len(data)/(bits/8) {
			t.Fatalf("ReadWAV(%d bits) = %d samples, %v, want %d", bits, len(c.Samples), err, len(data)/(bits/8))
		}
		for i, s := range c.Samples {
			if s != ramp[i%len(ramp)] {
				t.Fatalf("ReadWAV(%d bits) sample %d = %v, want %v", bits, i, s, ramp[i%len(ramp)])
			}
		}
	}
}

func FuzzReadWAV(f *testing.F) {
	pcm := format(wavPCM, 1, 8000, 16)
	f.Add(riff(pcm, chunk("data", in(wavPCM, 16))))
	f.Add(riff(chunk("LIST", []byte("INFOx")), extensible(wavFloat, 2, 48000, 32), chunk("data", in(wavFloat, 32))))
	f.Add(riff(chunk("ds64", make([]byte, 28)), format(wavULaw, 1, 8000, 8), []byte("data\xFF\xFF\xFF\xFF"), in(wavULaw, 8)))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, warnings, err := ReadWAV(data)
		if err != nil {
			return
		}
		if len(c.Samples) > len(data) {
			t.Errorf("ReadWAV() made %d samples of %d octets", len(c.Samples), len(data))
		}
		if !c.Rate.Valid() {
			t.Errorf("ReadWAV() = %d Hz", c.Rate)
		}
		if len(warnings) > 8 {
			t.Errorf("ReadWAV() warns %d times", len(warnings))
		}
		for i, s := range c.Samples {
			if s-s != 0 {
				t.Fatalf("ReadWAV() sample %d = %v", i, s)
			}
		}
	})
}
