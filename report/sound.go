package report

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/trace"
)

// Sound is the measurements of one clip, by the names of the checks in the
// language.
type Sound struct {
	Format    string            `json:"format"`
	Version   int               `json:"version"`
	File      string            `json:"file"`
	Rate      media.Rate        `json:"rate"`     // Hz
	Duration  float64           `json:"duration"` // seconds
	Warnings  []string          `json:"warnings,omitempty"`
	Measures  []Measurement     `json:"measures"`
	Reference string            `json:"reference,omitempty"`
	Findings  []measure.Finding `json:"diagnosis,omitempty"` // what is wrong with it, compared with the reference

	clip  media.Clip
	pause time.Duration
}

// Measurement is one figure, or why there is none.
type Measurement struct {
	Name  string `json:"name"`
	Value any    `json:"value,omitempty"` // a number in the unit, or text for digits and polarity
	Unit  string `json:"unit,omitempty"`
	Error string `json:"error,omitempty"`
	At    string `json:"at,omitempty"` // where in the audio the first of the counted things are
}

// SoundOf gives a clip before it is measured. In the drawing, a pause of that
// length separates stretches of speech.
func SoundOf(file string, c media.Clip, pause time.Duration) *Sound {
	return &Sound{Format: "duologue-audio", Version: 1, File: file, Rate: c.Rate, Duration: round(c.Duration().Seconds(), 1e6), clip: c, pause: pause}
}

// Add adds a measurement: a figure, or a word if f is nil. If it could not be
// made, err is the reason and f has only a unit.
func (s *Sound) Add(name string, f *trace.Figure, word, at string, err error) {
	m := Measurement{Name: name, Value: word, At: at}
	if f != nil {
		m.Value, m.Unit = f.Value, f.Unit
	}
	if m.Unit == "ns" {
		m.Value, m.Unit = round(f.Value/float64(time.Millisecond), 100), "ms"
	}
	if err != nil {
		m.Value, m.Error = nil, err.Error()
	}
	s.Measures = append(s.Measures, m)
}

// JSON writes the sound as one object.
func (s *Sound) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(s)
}

// Table writes the sound for a person. It draws the wave on a screen of so many
// columns, and none if that is 0.
func (s *Sound) Table(w io.Writer, p diag.Palette, columns int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s at %d Hz\n", diag.Visible(s.File), s.clip.Duration().Round(time.Millisecond), s.Rate)
	for _, text := range s.Warnings {
		fmt.Fprintf(&b, "%s %s\n", p.Paint(p.Yellow, "warning:"), text)
	}
	if columns > 0 {
		b.WriteString("\n" + s.drawn(p, columns))
	}
	b.WriteByte('\n')
	width := 0
	for _, m := range s.Measures {
		width = max(width, len(m.Name))
	}
	against := false
	for _, m := range s.Measures {
		if !against && strings.HasPrefix(m.Name, "similar_to.") {
			fmt.Fprintf(&b, "\nagainst %s\n", diag.Visible(s.Reference))
			against = true
		}
		fmt.Fprintf(&b, "  %-*s  %s\n", width, m.Name, m.told(p))
	}
	if s.Reference != "" {
		b.WriteString("\n" + s.diagnosis(p))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (s *Sound) diagnosis(p diag.Palette) string {
	if len(s.Findings) == 0 {
		return p.Paint(p.Green, "It is the reference") + ", but for what a codec does and silence around it.\n"
	}
	var b strings.Builder
	for _, f := range s.Findings {
		fmt.Fprintf(&b, "%s: %s\n", p.Paint(p.Red, f.Name), f.Text)
	}
	return b.String()
}

// told gives a figure with its unit, as the language writes it.
func (m Measurement) told(p diag.Palette) string {
	var text string
	switch v := m.Value.(type) {
	case nil:
		return p.Paint(p.Dim, "not measurable: "+m.Error)
	case float64:
		text = strconv.FormatFloat(v, 'f', -1, 64) + m.Unit
	case string:
		text = v
		if m.Name == "dtmf" {
			text = strconv.Quote(v)
		}
	default:
		text = fmt.Sprint(v)
	}
	if m.At != "" {
		text += p.Paint(p.Dim, " at "+m.At)
	}
	return text
}

// round rounds to so many parts of one. It never gives -0.
func round(v, parts float64) float64 {
	if v = math.Round(v*parts) / parts; v == 0 {
		return 0
	}
	return v
}
