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
)

// Sound is all that can be measured of one clip, by the names that the checks of
// the language have.
type Sound struct {
	Format    string            `json:"format"`
	Version   int               `json:"version"`
	File      string            `json:"file"`
	Rate      media.Rate        `json:"rate"`     // Hz
	Duration  float64           `json:"duration"` // seconds
	Warnings  []string          `json:"warnings,omitempty"`
	Measures  []Measurement     `json:"measures"`
	Reference string            `json:"reference,omitempty"`
	Findings  []measure.Finding `json:"diagnosis,omitempty"` // what is wrong with it, held against the reference

	clip  media.Clip
	spans []measure.Span
}

// Measurement is one figure, or why there is none.
type Measurement struct {
	Name  string `json:"name"`
	Value any    `json:"value,omitempty"` // a number, in the unit; text of digits and polarity
	Unit  string `json:"unit,omitempty"`
	Error string `json:"error,omitempty"`
	At    string `json:"at,omitempty"` // where in the audio the first of what was counted are
}

// SoundOf measures a clip. What is below the threshold, in dBFS, is silence; a
// pause of that length parts speech.
func SoundOf(file string, c media.Clip, threshold float64, pause time.Duration) *Sound {
	s := &Sound{Format: "duologue-audio", Version: 1, File: file, Rate: c.Rate, Duration: round(c.Duration().Seconds(), 1e6), clip: c}
	level, err := measure.Level(c)
	s.add("level", "dB", level, err)
	peak, err := measure.Peak(c)
	s.add("peak", "dB", peak, err)
	loud, err := measure.Loudness(c)
	s.add("loudness", "LUFS", loud.Integrated, err)
	clipped, err := measure.Clipping(c)
	s.add("clipping.share", "%", 100*clipped.Share, err)
	s.add("clipping.longest", "ms", milliseconds(clipped.Longest), err)
	offset, err := measure.DCOffset(c)
	s.add("dc_offset", "%", 100*offset, err)
	clicks, err := measure.Clicks(c)
	s.count("clicks", clicks, err)
	quiet, err := measure.Silence(c, threshold)
	s.add("silence.share", "%", 100*quiet.Ratio, err)
	s.add("silence.longest", "ms", milliseconds(quiet.Longest), err)
	s.talk(pause)
	tone, err := measure.Tone(c)
	s.add("tone.frequency", "Hz", tone.Frequency, err)
	s.add("tone.share", "%", 100*tone.Share, err)
	s.add("tone.level", "dB", tone.Level, err)
	s.digits()
	return s
}

func (s *Sound) talk(pause time.Duration) {
	talk, err := measure.Talking(s.clip, pause)
	s.spans = talk.Spans
	starts := make([]time.Duration, len(talk.Spans))
	for i, span := range talk.Spans {
		starts[i] = span.Start
	}
	first, missing := 0.0, err
	if len(starts) > 0 {
		first = milliseconds(starts[0])
	} else if err == nil {
		missing = fmt.Errorf("there is no speech")
	}
	s.add("speech.start", "ms", first, missing)
	s.add("speech.share", "%", 100*talk.Share, err)
	s.count("speech.segments", starts, err)
	s.add("speech.longest_pause", "ms", milliseconds(talk.LongestPause), missing)
}

func (s *Sound) digits() {
	digits, err := measure.DTMF(s.clip)
	var keys strings.Builder
	var at []time.Duration
	for _, d := range digits {
		keys.WriteRune(d.Key)
		at = append(at, d.Span.Start)
	}
	m := Measurement{Name: "dtmf", Value: keys.String(), At: places(at)}
	if err != nil {
		m.Value, m.Error = nil, err.Error()
	}
	s.Measures = append(s.Measures, m)
}

// Against holds the clip against a reference; a chunk is the length of the pieces
// in which it may have been lost.
func (s *Sound) Against(file string, reference media.Clip, chunk time.Duration) {
	s.Reference = file
	c, err := measure.Compare(reference, s.clip)
	var like measure.Similarity
	if err == nil {
		like = c.Similarity
	}
	s.add("similar_to.score", "%", 100*like.Score, err)
	s.add("similar_to.delay", "ms", milliseconds(like.Delay), err)
	s.add("similar_to.gain", "dB", like.Gain, err)
	s.word("similar_to.polarity", map[bool]string{false: "same", true: "reversed"}[like.Inverted], err)
	s.add("similar_to.snr", "dB", like.SNR, err)
	s.add("similar_to.si_sdr", "dB", like.SISDR, err)
	s.add("similar_to.segmental_snr", "dB", like.SegmentalSNR, err)
	s.add("similar_to.spectral_distance", "dB", like.SpectralDistance, err)
	var drift float64
	var f measure.Frames
	driftErr, framesErr := err, err
	if err == nil {
		drift, driftErr = c.Drift()
		f, framesErr = c.Frames(chunk)
	}
	s.add("similar_to.drift", "ppm", drift, driftErr)
	s.count("similar_to.lost", f.Lost, framesErr)
	s.count("similar_to.damaged", append(f.Blank, f.Damaged...), framesErr)
	s.count("similar_to.repeated", f.Repeated, framesErr)
	s.count("similar_to.reordered", f.Reordered, framesErr)
	s.count("similar_to.inserted", f.Inserted, framesErr)
	s.Findings = measure.Diagnose(reference, s.clip, chunk)
}

func (s *Sound) add(name, unit string, value float64, err error) {
	m := Measurement{Name: name, Unit: unit, Value: round(value, 100)}
	if err != nil {
		m.Value, m.Error = nil, err.Error()
	}
	s.Measures = append(s.Measures, m)
}

func (s *Sound) word(name, value string, err error) {
	m := Measurement{Name: name, Value: value}
	if err != nil {
		m.Value, m.Error = nil, err.Error()
	}
	s.Measures = append(s.Measures, m)
}

func (s *Sound) count(name string, at []time.Duration, err error) {
	m := Measurement{Name: name, Value: len(at), At: places(at)}
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

// Table writes the sound for a person; on a screen of so many columns it draws
// the wave, else (0) there is none.
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
	against := s.Reference != ""
	for _, m := range s.Measures {
		if against && strings.HasPrefix(m.Name, "similar_to.") {
			fmt.Fprintf(&b, "\nagainst %s\n", diag.Visible(s.Reference))
			against = false
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
		return p.Paint(p.Green, "It is the reference") + ", but for what a codec does and what is around it.\n"
	}
	var b strings.Builder
	for _, f := range s.Findings {
		fmt.Fprintf(&b, "%s: %s\n", p.Paint(p.Red, f.Name), f.Text)
	}
	return b.String()
}

// told is a figure with its unit, as the language writes it.
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

func places(at []time.Duration) string {
	const most = 5
	var out []string
	for _, d := range at[:min(len(at), most)] {
		out = append(out, d.Round(time.Millisecond).String())
	}
	if len(at) > most {
		out = append(out, "…")
	}
	return strings.Join(out, ", ")
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// round keeps so many parts of one; never -0.
func round(v, parts float64) float64 {
	if v = math.Round(v*parts) / parts; v == 0 {
		return 0
	}
	return v
}
