package media

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func oggPage() []byte {
	page := append([]byte("OggS\x00\x02"), make([]byte, 20)...)
	return append(append(page, 1, 20), "OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00\x00"...)
}

// mp3Stream is frames of MPEG-1 layer III, 64 kbit/s at 44.1 kHz, of random octets.
func mp3Stream(frames int) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	var out []byte
	for range frames {
		frame := make([]byte, 208)
		for i := range frame {
			frame[i] = byte(random.Uint32())
		}
		copy(frame, []byte{0xff, 0xfb, 0x50, 0xc4})
		out = append(out, frame...)
	}
	return out
}

func chunkOf(id string, octets ...byte) []byte {
	return append(binary.LittleEndian.AppendUint32([]byte(id), uint32(len(octets))), octets...)
}

// Octets of each kind of file are found amid speech, where they are, in each codec,
// and what is left without them is the speech.
func TestContainers(t *testing.T) {
	wav, err := os.ReadFile(filepath.Join("..", "fixtures", "greeting-8k.wav"))
	if err != nil {
		t.Fatal(err)
	}
	speech, _, err := ReadWAV(wav)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		octets []byte
	}{
		{"a WAV header (RIFF)", wav[:44]},
		{"a LIST chunk of a WAV file", chunkOf("LIST", append([]byte("INFOISFT"), bytes.Repeat([]byte("x1"), 40)...)...)},
		{"an Ogg page (OggS)", oggPage()},
		{"MP3 frames", mp3Stream(8)},
		{"an ID3 tag of an MP3 file", append([]byte("ID3\x04\x00\x00\x00\x00\x00\x14"), make([]byte, 20)...)},
		{"base64 text", []byte(base64.StdEncoding.EncodeToString(wav[20000:20600]))},
		{"an AMR header", []byte("#!AMR\n")},
	}
	for _, tt := range tests {
		for _, codec := range []Codec{ULaw, ALaw, L16LE, L16BE} {
			t.Run(fmt.Sprint(tt.name, " in ", codec), func(t *testing.T) {
				f := Format{codec, 8000}
				before, err := f.Encode(speech)
				if err != nil {
					t.Fatal(err)
				}
				at := f.Octets(1400 * time.Millisecond)
				got, err := f.Decode(append(append(bytes.Clone(before[:at]), tt.octets...), before[at:]...))
				if err != nil {
					t.Fatal(err)
				}
				found := Containers(got, codec)
				if len(found) != 1 || found[0].Name != tt.name || (found[0].At-1400*time.Millisecond).Abs() > 2*time.Millisecond {
					t.Fatalf("Containers() = %+v, want %q at 1.4s", found, tt.name)
				}
				if unknown := Containers(got, Opaque); len(unknown) != 1 || unknown[0].Name != tt.name || unknown[0].At != found[0].At {
					t.Errorf("Containers(of an unknown codec) = %+v, want %+v", unknown, found)
				}
				rest, ok := WithoutContainers(got, found)
				after, err := f.Encode(rest)
				if err != nil || !ok || tt.name != "base64 text" && len(before)-len(after) > 4 {
					t.Errorf("without it %d octets are left, want %d", len(after), len(before))
				}
			})
		}
	}
}

// At the beginning shorter signatures are enough.
func TestContainersInFront(t *testing.T) {
	for name, octets := range map[string]string{"a FLAC header": "fLaC\x00\x00\x00\x22", "an AU header": ".snd\x00\x00\x00\x18", "a WebM header": "\x1a\x45\xdf\xa3\x93\x42\x82\x88"} {
		c, err := Format{L16LE, 8000}.Decode([]byte(octets + strings.Repeat("\x00", 400)))
		if err != nil {
			t.Fatal(err)
		}
		if found := Containers(c, Opaque); len(found) != 1 || found[0].Name != name || found[0].At != 0 {
			t.Errorf("Containers() = %+v, want %q at 0s", found, name)
		}
	}
}

// No audio is taken for a file: speech, tones, digits and noise of any level and
// offset, and random octets.
func TestAudioIsNoContainer(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "fixtures", "*.wav"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	clips := map[string]Clip{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c, _, err := ReadWAV(data)
		if err != nil {
			t.Fatal(err)
		}
		clips[name] = c
	}
	random := rand.New(rand.NewPCG(3, 4))
	for i := range 100 {
		level := -3 - 60*random.Float64()
		clips[fmt.Sprint("tone ", i)] = Tone(50+3000*random.Float64(), 500*time.Millisecond, level, 8000)
		hum := Tone(20+130*random.Float64(), 200*time.Millisecond, level, 48000) // whose octets have one sign for long
		hiss := Noise(200*time.Millisecond, level-25-20*random.Float64(), uint64(i), 48000)
		for k := range hum.Samples {
			hum.Samples[k] += hiss.Samples[k]
		}
		clips[fmt.Sprint("hum ", i)] = hum
		noise := Noise(500*time.Millisecond, level, uint64(i), 8000)
		offset := float32(random.Float64() - 0.5)
		for k := range noise.Samples {
			noise.Samples[k] += offset
		}
		clips[fmt.Sprint("noise ", i)] = noise
	}
	for name, c := range clips {
		for _, codec := range []Codec{ULaw, ALaw, L16LE} {
			f := Format{codec, c.Rate}
			octets, err := f.Encode(c)
			if err != nil {
				t.Fatal(err)
			}
			coded, err := f.Decode(octets)
			if err != nil {
				t.Fatal(err)
			}
			if found := Containers(coded, Opaque); len(found) > 0 {
				t.Errorf("Containers(%s as %v) = %+v, want none", name, codec, found)
			}
		}
	}
}

// A WAV file with another file's octets in its audio says so.
func TestWAVInWAV(t *testing.T) {
	inner := new(bytes.Buffer)
	if err := WriteWAV(inner, Tone(440, 100*time.Millisecond, -20, 8000)); err != nil {
		t.Fatal(err)
	}
	c, err := Format{L16LE, 8000}.Decode(inner.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	outer := new(bytes.Buffer)
	if err := WriteWAV(outer, c); err != nil {
		t.Fatal(err)
	}
	_, warnings, err := ReadWAV(outer.Bytes())
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "a WAV header (RIFF) is in the audio, at 0s") {
		t.Errorf("ReadWAV() warns %q, %v", warnings, err)
	}
	if _, warnings, err := ReadWAV(inner.Bytes()); err != nil || len(warnings) > 0 {
		t.Errorf("ReadWAV(the inner one) warns %q, %v", warnings, err)
	}
}
