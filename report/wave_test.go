package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/media"
)

func TestTableDrawsTheWave(t *testing.T) {
	c := media.Concat(8000, media.Silence(time.Second, 8000), media.Tone(440, time.Second, -6, 8000), media.Silence(2*time.Second, 8000))
	s := SoundOf("tone.wav", c, 200*time.Millisecond)
	var b bytes.Buffer
	if err := s.Table(&b, diag.Palette{}, 44); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"            ▅▅▅▅▅▅▅▅▅▅",
		"            ██████████",
		"            ██████████",
		"           ────────────",
		"  0                  2s                 4s",
	}
	lines := strings.Split(b.String(), "\n")
	if got := lines[2:7]; strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the wave is drawn as\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, columns := range []int{0, 5, 13} {
		b.Reset()
		if err := s.Table(&b, diag.Palette{}, columns); err != nil || strings.ContainsRune(b.String(), '█') {
			t.Errorf("Table(%d columns) = %v, draws:\n%s", columns, err, b.String())
		}
	}
	for _, samples := range []int{0, 1, 50} {
		s := SoundOf("short.wav", media.Clip{Rate: 8000, Samples: make([]float32, samples)}, time.Second)
		if err := s.Table(&b, diag.Palette{}, 80); err != nil {
			t.Errorf("Table(%d samples) = %v", samples, err)
		}
	}
}
