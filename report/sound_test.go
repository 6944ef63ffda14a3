package report

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/trace"
)

// table gives the table of a sound.
func table(t *testing.T, s *Sound) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Table(&b, diag.Palette{}, 0); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Each measurement is a line in the language's words: durations in ms, figures
// with their units, digits in quotes, counts with their places, and reasons.
func TestTableTellsMeasurements(t *testing.T) {
	s := SoundOf("a.wav", media.Silence(time.Second, 8000), time.Second)
	s.Warnings = []string{"no header"}
	s.Add("level", &trace.Figure{Value: -20.3, Unit: "dB"}, "", "", nil)
	s.Add("silence.longest", &trace.Figure{Value: 375e3, Unit: "ns"}, "", "", nil)
	s.Add("speech.start", &trace.Figure{Unit: "ns"}, "", "", errors.New("there is no speech"))
	s.Add("speech.longest_pause", &trace.Figure{Value: -1, Unit: "ns"}, "", "", nil)
	s.Add("clicks", &trace.Figure{Value: 2}, "", "1s, 1.2s", nil)
	s.Add("dtmf", nil, "12#", "", nil)
	plain := `a.wav: 1s at 8000 Hz
warning: no header

  level                 -20.3dB
  silence.longest       0.38ms
  speech.start          not measurable: there is no speech
  speech.longest_pause  0ms
  clicks                2 at 1s, 1.2s
  dtmf                  "12#"
`
	if got := table(t, s); got != plain {
		t.Errorf("the table is\n%s\nwant\n%s", got, plain)
	}
	s.Reference = "b.wav"
	s.Add("similar_to.polarity", nil, "same", "", nil)
	s.Add("similar_to.score", &trace.Figure{Value: 100, Unit: "%"}, "", "", nil)
	beside := plain + `
against b.wav
  similar_to.polarity   same
  similar_to.score      100%

`
	if got, want := table(t, s), beside+"It is the reference, but for what a codec does and silence around it.\n"; got != want {
		t.Errorf("the table is\n%s\nwant\n%s", got, want)
	}
	s.Findings = []measure.Finding{{Name: "level", Text: "it is softer"}}
	if got, want := table(t, s), beside+"level: it is softer\n"; got != want {
		t.Errorf("the table is\n%s\nwant\n%s", got, want)
	}
}

// A measurement in JSON has its value and unit, or its unit and the reason.
func TestSoundAsJSON(t *testing.T) {
	s := &Sound{Format: "duologue-audio", Version: 1, File: "a&b.wav", Rate: 8000}
	s.Add("speech.start", &trace.Figure{Unit: "ns"}, "", "", errors.New("there is no speech"))
	s.Add("clicks", &trace.Figure{Value: 2}, "", "1s, 1.2s", nil)
	var b bytes.Buffer
	if err := s.JSON(&b); err != nil {
		t.Fatal(err)
	}
	want := `{
  "format": "duologue-audio",
  "version": 1,
  "file": "a&b.wav",
  "rate": 8000,
  "duration": 0,
  "measures": [
    {
      "name": "speech.start",
      "unit": "ms",
      "error": "there is no speech"
    },
    {
      "name": "clicks",
      "value": 2,
      "at": "1s, 1.2s"
    }
  ]
}
`
	if b.String() != want {
		t.Errorf("the JSON is\n%s\nwant\n%s", b.String(), want)
	}
}

// A failing write is an error.
func TestSoundIsNotWritten(t *testing.T) {
	s := SoundOf("a.wav", media.Silence(time.Second, 8000), time.Second)
	if s.JSON(noWriter{}) == nil || s.Table(noWriter{}, diag.Palette{}, 0) == nil {
		t.Error("what was not written is no error")
	}
}

// noWriter fails every write.
type noWriter struct{}

func (noWriter) Write([]byte) (int, error) { return 0, errors.New("no room") }
