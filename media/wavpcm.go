package media

import (
	"bytes"
	"fmt"
	"io"

	"github.com/go-audio/audio"
	"github.com/go-audio/wav"
)

// decodePCM has go-audio/wav read integer samples. That package trusts the sizes
// in a file, so it is only ever shown a header of ours in front of audio of
// exactly that length, a block at a time.
func decodePCM(f wavFormat, octets []byte) ([]float32, error) {
	const block = 1 << 16 // samples
	size := f.bits / 8
	out := make([]float32, 0, len(octets)/size)
	buffer := audio.IntBuffer{Data: make([]int, block)}
	mono := wavFormat{code: f.code, channels: 1, rate: f.rate, bits: f.bits}
	for len(octets) > 0 {
		n := min(len(octets), block*size)
		file := append(mono.header(n), octets[:n]...)
		d := wav.NewDecoder(bytes.NewReader(file))
		got, err := d.PCMBuffer(&buffer)
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("decode PCM: %w", err)
		}
		if got != n/size {
			return nil, fmt.Errorf("decode PCM: %d samples came out of %d", got, n/size)
		}
		for _, v := range buffer.Data[:got] {
			out = append(out, scalePCM(v, f.bits))
		}
		octets = octets[n:]
	}
	return out, nil
}

// scalePCM is an integer sample as a share of full scale. Samples of 8 bits are
// unsigned in a WAV file, with silence at 128.
func scalePCM(v, bits int) float32 {
	if bits == 8 {
		v -= 128
	}
	return float32(float64(v) / float64(int64(1)<<(bits-1)))
}
