package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// ReadWAV reads a WAV file: PCM of 8, 16, 24 or 32 bits, floats of 32 or 64,
// A-law and µ-law, plain or extensible, RIFF or RF64. Several channels are mixed
// down to their mean. What the file got wrong but left readable (a size that was
// never filled in, or was that of the first piece, as of a WAV written to a pipe; a
// missing end) is a warning, one sentence each; what cannot
// be read with certainty is an error. Memory is bounded by the length of data.
func ReadWAV(data []byte) (Clip, []string, error) {
	w, err := walkRIFF(data)
	if err != nil {
		return Clip{}, nil, fmt.Errorf("read WAV: %w", err)
	}
	samples, err := w.samples()
	if err != nil {
		return Clip{}, nil, fmt.Errorf("read WAV: %w", err)
	}
	if w.format.channels > 1 {
		samples = mixDown(samples, w.format.channels)
		w.warn("%d channels were mixed to one", w.format.channels)
	}
	c := Clip{Rate: w.format.rate, Samples: samples}
	for _, f := range Containers(c, Opaque) {
		w.warn("%s is in the audio, at %v: it would be heard", f.Name, f.At.Round(time.Millisecond))
		break // of many, one says enough
	}
	return c, w.warnings, nil
}

// samples are those of the data chunk, channels interleaved, whole frames only.
func (w *wavFile) samples() ([]float32, error) {
	f := w.format
	if rest := len(w.audio) % f.frame(); rest != 0 {
		w.warn("%d octets at the end of the audio are not a whole sample and were left out", rest)
		w.audio = w.audio[:len(w.audio)-rest]
	}
	switch f.code {
	case wavPCM:
		return decodePCM(f, w.audio)
	case wavFloat:
		return decodeFloat(f, w.audio)
	case wavALaw:
		c, err := Format{Codec: ALaw, Rate: f.rate}.Decode(w.audio)
		return c.Samples, err
	default:
		c, err := Format{Codec: ULaw, Rate: f.rate}.Decode(w.audio)
		return c.Samples, err
	}
}

func decodeFloat(f wavFormat, audio []byte) ([]float32, error) {
	size := f.bits / 8
	out := make([]float32, len(audio)/size)
	for i := range out {
		if size == 4 {
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(audio[4*i:]))
		} else {
			out[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(audio[8*i:])))
		}
		if v := float64(out[i]); math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("sample %d is not a finite number", i)
		}
	}
	return out, nil
}

func mixDown(samples []float32, channels int) []float32 {
	out := make([]float32, len(samples)/channels)
	for i := range out {
		var sum float64
		for _, s := range samples[i*channels : (i+1)*channels] {
			sum += float64(s)
		}
		out[i] = float32(sum / float64(channels))
	}
	return out
}

// WriteWAV writes clips as the channels of a WAV file of 16-bit PCM: one is mono, of two the
// first is left. All have one rate, and silence follows the shorter ones. A sample beyond full
// scale is clipped, never wrapped.
func WriteWAV(w io.Writer, channels ...Clip) error {
	if len(channels) == 0 {
		return errors.New("write WAV: there is no audio")
	}
	rate, samples := channels[0].Rate, 0
	for _, c := range channels {
		if c.Rate != rate {
			return fmt.Errorf("write WAV: one channel has %d Hz and another %d", rate, c.Rate)
		}
		samples = max(samples, len(c.Samples))
	}
	if !rate.Valid() {
		return fmt.Errorf("write WAV: a rate of %d Hz cannot be written", rate)
	}
	audio, err := Format{Codec: L16LE, Rate: rate}.Encode(interleave(channels, samples))
	if err != nil {
		return fmt.Errorf("write WAV: %w", err)
	}
	if int64(len(audio)) > math.MaxUint32-wavHeader {
		return errors.New("write WAV: the clip is longer than a WAV file can be")
	}
	f := wavFormat{code: wavPCM, channels: len(channels), rate: rate, bits: 16}
	if _, err := w.Write(append(f.header(len(audio)), audio...)); err != nil {
		return fmt.Errorf("write WAV: %w", err)
	}
	return nil
}

// interleave puts the samples of all channels in the order in which a WAV file has them.
func interleave(channels []Clip, samples int) Clip {
	if len(channels) == 1 {
		return channels[0]
	}
	out := Clip{Rate: channels[0].Rate, Samples: make([]float32, samples*len(channels))}
	for i, c := range channels {
		for k, s := range c.Samples {
			out.Samples[k*len(channels)+i] = s
		}
	}
	return out
}

const wavHeader = 44

// header is the canonical header of a file that holds nothing but this format
// and so many octets of audio.
func (f wavFormat) header(octets int) []byte {
	var b bytes.Buffer
	u32 := func(n int) { b.Write(binary.LittleEndian.AppendUint32(nil, uint32(n))) }
	u16 := func(n int) { b.Write(binary.LittleEndian.AppendUint16(nil, uint16(n))) }
	b.WriteString("RIFF")
	u32(wavHeader - 8 + octets)
	b.WriteString("WAVEfmt ")
	u32(16)
	u16(int(f.code))
	u16(f.channels)
	u32(int(f.rate))
	u32(int(f.rate) * f.frame())
	u16(f.frame())
	u16(f.bits)
	b.WriteString("data")
	u32(octets)
	return b.Bytes()
}
