package assertions_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// asksFor writes a row with a value in its unit.
func asksFor(row spec.AudioRow) string {
	value := map[string]string{"duration": "5ms", "duration, may be below zero": "-5ms", "dB": "-6dB", "LUFS": "-23LUFS", "%": "95%",
		"Hz": "440Hz", "ppm": "50ppm", "number": "7", "text": "a", "digits": "'12#'", "`same` or `reversed`": "same"}[row.Unit()]
	group, key, inner := strings.Cut(row.Path, ".")
	switch {
	case group == "similar_to":
		return "similar_to: {source: x, " + key + ": " + value + "}"
	case inner:
		return group + ": {" + key + ": " + value + "}"
	}
	return row.Path + ": " + value
}

// The aspect of a row says what it needs. Checks of sound fail for opaque audio,
// checks of numbers for a stream without numbers, and checks of likeness without
// a reference. Only checks of times may be excused by our own lateness.
func TestAspects(t *testing.T) {
	greeting := clip(t, "greeting-8k.wav")
	good := received(t, greeting, media.ULaw, "ULAW")
	reference := assertions.Reference{Clip: greeting, Start: time.Second}
	unnumbered := good
	unnumbered.Chunks = slices.Clone(good.Chunks)
	for k := range unnumbered.Chunks {
		unnumbered.Chunks[k].Number = -1
	}
	heard := func(of spec.Aspect) bool { return of == spec.OfSound || of.Compares() }
	for name, tt := range map[string]struct {
		heard  assertions.Heard
		cannot func(row spec.AudioRow) bool
	}{
		"a good stream": {assertions.Heard{Stream: good, Reference: reference}, func(spec.AudioRow) bool { return false }},
		"opaque audio": {assertions.Heard{Stream: relabel(good, media.Opaque), Reference: reference}, func(row spec.AudioRow) bool {
			return heard(row.Of) || row.Path == "duration" || row.Path == "pacing.chunk" || row.Of == spec.OfTimes
		}},
		"no numbers":   {assertions.Heard{Stream: unnumbered, Reference: reference}, func(row spec.AudioRow) bool { return row.Of == spec.OfNumbers }},
		"no reference": {assertions.Heard{Stream: good, Reference: assertions.Reference{Err: errors.New("none")}}, func(row spec.AudioRow) bool { return row.Of.Compares() }},
		"no audio": {assertions.Heard{Stream: trace.Stream{Format: good.Format}, Reference: reference}, func(row spec.AudioRow) bool {
			return heard(row.Of) || row.Of == spec.OfTimes || row.Path == "chunks.size" || row.Path == "pacing.chunk" || row.Of == spec.OfNumbers
		}},
	} {
		for _, row := range spec.AudioRows() {
			if row.Of == spec.Setting {
				continue
			}
			checks := assertions.Audio(audio(t, asksFor(row)), tt.heard)
			if len(checks) != 1 || checks[0].Subject != row.Path {
				t.Errorf("%s, %s: the checks are %+v", name, row.Path, checks)
				continue
			}
			c := checks[0]
			if cannot := strings.HasPrefix(c.Actual, "not measurable: "); cannot != tt.cannot(row) || cannot && c.Verdict != trace.Failed {
				t.Errorf("%s, %s: %s, %s", name, row.Path, c.Verdict, c.Actual)
			}
			if want := row.Of.Timed() && !tt.cannot(row); c.Timing != want {
				t.Errorf("%s, %s: lateness may excuse it: %v, want %v", name, row.Path, c.Timing, want)
			}
		}
	}
}

// Each figure of a clip is that of a stream that carries it. Only an offset has
// a sign for clips alone.
func TestMeasure(t *testing.T) {
	c := clip(t, "greeting-8k.wav")
	softer := c.Gain(-6)
	for i := range softer.Samples {
		softer.Samples[i] -= 0.01
	}
	stream := received(t, softer, media.L16LE, "PCM8")
	decoded, err := stream.Format.Decode(stream.Octets)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Concat(assertions.Measure(decoded), assertions.MeasureAgainst(c, decoded, 20*ms))
	found := map[string]assertions.Measurement{}
	for _, m := range all {
		found[m.Name] = m
	}
	heard := assertions.Heard{Stream: stream, Reference: assertions.Reference{Clip: c, Start: time.Second}}
	for _, row := range spec.AudioRows() {
		if row.Of != spec.OfSound && !row.Of.Compares() {
			continue
		}
		asks := strings.Replace(asksFor(row), ": 7", ": {$gt: 7}", 1) // a number that only has to equal another is not compared between runs
		check := assertions.Audio(audio(t, asks), heard)[0]
		m, ok := found[row.Path]
		delete(found, row.Path)
		switch {
		case !ok || m.Err != nil:
			t.Errorf("%s is not measured: %v", row.Path, m.Err)
		case row.Path == "dc_offset":
			if m.Figure.Value != -1 || check.Figure.Value != 1 {
				t.Errorf("an offset of -1 %% is %v, and %v to a check", m.Figure.Value, check.Figure.Value)
			}
		case m.Figure == nil:
			if m.Word != map[string]string{"dtmf": "", "similar_to.polarity": "same"}[row.Path] {
				t.Errorf("%s is %q", row.Path, m.Word)
			}
		case check.Figure == nil || m.Figure.Value != check.Figure.Value || m.Figure.Unit != check.Figure.Unit:
			t.Errorf("%s is %+v, and %+v to a check", row.Path, m.Figure, check.Figure)
		}
	}
	if len(found) > 0 {
		t.Errorf("measured is also %v", found)
	}
}

// What cannot be measured of a clip has its unit and the reason. Counted things
// have their places, and pieces may have any length.
func TestMeasureTells(t *testing.T) {
	for _, m := range assertions.Measure(media.Silence(time.Second, 8000)) {
		if m.Name == "level" && (m.Err == nil || m.Figure == nil || m.Figure.Unit != "dB") {
			t.Errorf("the level of silence is %+v", m)
		}
	}
	c := clip(t, "greeting-8k.wav")
	waited := media.Concat(8000, media.Silence(500*ms, 8000), c)
	for _, m := range assertions.MeasureAgainst(c, waited, 20*ms) {
		if m.Name == "similar_to.delay" && m.Figure.Value != float64(500*ms) {
			t.Errorf("a file that begins with 500 ms of silence has a delay of %v ns", m.Figure.Value)
		}
	}
	lost := media.Concat(8000, c.Slice(0, 1000*ms), c.Slice(1080*ms, time.Minute))
	for chunk, want := range map[time.Duration]string{20 * ms: "1s, 1.02s, 1.04s, 1.06s", 40 * ms: "1s, 1.04s"} {
		for _, m := range assertions.MeasureAgainst(c, lost, chunk) {
			if m.Name == "similar_to.lost" && m.At != want {
				t.Errorf("in pieces of %v are lost those at %q, want %q", chunk, m.At, want)
			}
		}
	}
}

// The diagnosis stands only with the first check of likeness that failed. A
// reversed polarity is told with every figure.
func TestSaidOnce(t *testing.T) {
	c := clip(t, "greeting-8k.wav")
	reversed := media.Clip{Rate: c.Rate, Samples: slices.Clone(c.Samples)}
	for i := range reversed.Samples {
		reversed.Samples[i] *= -1
	}
	heard := assertions.Heard{Stream: received(t, reversed, media.ULaw, "ULAW"), Reference: assertions.Reference{Clip: c, Start: time.Second}}
	checks := assertions.Audio(audio(t, "level: 0dB, similar_to: {source: x, score: {$gt: 90%}, polarity: same, snr: {$gt: 20dB}}"), heard)
	for k, want := range []int{0, 0, 1, 0} {
		if len(checks[k].Diagnosis) != want {
			t.Errorf("%s says %q, want %d lines", checks[k].Subject, checks[k].Diagnosis, want)
		}
	}
	for _, c := range checks[1:] {
		if !strings.HasSuffix(c.Actual, ", polarity reversed") {
			t.Errorf("%s tells %q, want also that the polarity is reversed", c.Subject, c.Actual)
		}
	}
}
