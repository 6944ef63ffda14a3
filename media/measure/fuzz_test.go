package measure

import (
	"testing"
	"time"

	"github.com/duologue/duologue/media"
)

// Whatever two clips hold, nothing panics, and a share is a share.
func FuzzDiagnose(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4}, []byte{5, 6, 7, 8}, uint8(0), uint8(0), uint8(20))
	speech := fixture(f, "question-8k")
	octets, err := media.Format{Codec: media.ULaw, Rate: 8000}.Encode(speech)
	if err != nil {
		f.Fatal(err)
	}
	octets = octets[4000:5600] // 200 ms: an exec costs more than in proportion
	f.Add(octets, octets, uint8(0), uint8(1), uint8(20))
	f.Add(octets, octets[333:], uint8(0), uint8(0), uint8(10))
	f.Add(octets[:600], octets[:1400], uint8(1), uint8(2), uint8(1))
	f.Add(octets, []byte{}, uint8(0), uint8(3), uint8(0))
	f.Fuzz(func(t *testing.T, reference, audio []byte, a, b, chunk uint8) {
		if len(reference) > 4000 || len(audio) > 4000 {
			return
		}
		rates := []media.Rate{8000, 16000, 24000, 0}
		decode := func(octets []byte, rate uint8) media.Clip {
			c, err := media.Format{Codec: media.ULaw, Rate: rates[rate%4]}.Decode(octets)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		x, y := decode(reference, a), decode(audio, b)
		Diagnose(x, y, time.Duration(chunk)*time.Millisecond)
		if c, err := Compare(x, y); err == nil {
			if f, err := c.Frames(20 * time.Millisecond); err == nil && !(f.Matched >= 0 && f.Matched <= 1.000001) {
				t.Errorf("Frames() = %+v, want a share", f)
			}
		}
		if tone, err := Tone(y); err == nil && !(tone.Share >= 0 && tone.Share <= 1) {
			t.Errorf("Tone() = %+v, want a share", tone)
		}
		for _, err := range []error{
			errorOf(DTMF(y)), errorOf(Clicks(y)), errorOf(Loudness(y)), errorOf(Talking(y, 0)), errorOf(Clipping(y)), errorOf(Silence(y, -50)),
		} {
			if err != nil && y.Rate.Valid() && y.Duration() > time.Second && err != ErrSilent {
				t.Errorf("a measure of %v says %v", y.Duration(), err)
			}
		}
	})
}

func errorOf[T any](_ T, err error) error { return err }
