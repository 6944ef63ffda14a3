package dialect

import (
	"testing"
	"time"

	"github.com/duologue/duologue/media"
)

// Audio below -50 dBFS is silence, in every codec.
func TestSilent(t *testing.T) {
	tests := []struct {
		name  string
		level float64
		want  bool
	}{
		{"full scale", 0, false},
		{"speech", -30, false},
		{"just heard", -49, false},
		{"just not", -51, true},
		{"nothing", -120, true},
	}
	for _, codec := range []media.Codec{media.ULaw, media.ALaw, media.L16LE, media.L16BE} {
		for _, tt := range tests {
			t.Run(codec.String()+" "+tt.name, func(t *testing.T) {
				format := media.Format{Codec: codec, Rate: 8000}
				octets, err := format.Encode(media.Tone(400, 20*time.Millisecond, tt.level, 8000))
				if err != nil {
					t.Fatal(err)
				}
				if got := silent(format, octets); got != tt.want {
					t.Errorf("silent(%v at %v dB) = %v, want %v", codec, tt.level, got, tt.want)
				}
			})
		}
	}
	if !silent(media.Format{Codec: media.L16LE, Rate: 8000}, []byte{1}) {
		t.Error("silent(half a sample) = false, want true")
	}
}
