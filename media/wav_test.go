package media

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWAVRoundTrip(t *testing.T) {
	c := Tone(440, 500*time.Millisecond, -6, 8000)
	var b bytes.Buffer
	if err := WriteWAV(&b, c); err != nil {
		t.Fatal(err)
	}
	got, warnings, err := ReadWAV(b.Bytes())
	if err != nil || len(warnings) > 0 {
		t.Fatalf("ReadWAV() = %v, %v", warnings, err)
	}
	want := Clip{Rate: 8000}
	for _, s := range c.Samples {
		want.Samples = append(want.Samples, dequantize(quantize(s)))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ReadWAV(), -want +got:\n%s", diff)
	}
}

func TestEncodeClips(t *testing.T) {
	loud := Clip{Rate: 8000, Samples: []float32{2, -2, 1, -1, float32(math.NaN())}}
	octets, err := Format{Codec: L16BE, Rate: 8000}.Encode(loud)
	want := []byte{0x7F, 0xFF, 0x80, 0, 0x7F, 0xFF, 0x80, 0, 0, 0}
	if err != nil || !bytes.Equal(octets, want) {
		t.Errorf("Encode() = %x, %v, want %x", octets, err, want)
	}
}
