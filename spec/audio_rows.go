package spec

import (
	"fmt"
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/match"
)

// AudioRow is one key of `audio`: a check, or a setting of checks.
type AudioRow struct {
	Path string // such as similar_to.snr
	Of   Aspect
	kind audioKind
	Doc  string
}

// Aspect is the side of a stream that a check looks at.
type Aspect int

// The aspects of a stream. Those from OfLikeness to OfFrames need a reference.
const (
	Setting    Aspect = iota // none: the row says how checks are made
	OfStream                 // what it is, and how long
	OfSound                  // what is heard
	OfLikeness               // what is heard, compared with a reference
	OfDelay                  // how long after the reference the audio is heard
	OfFrames                 // what became of the chunks of the reference
	OfNumbers                // the numbers that its chunks carry
	OfChunks                 // the pieces in which it came
	OfTimes                  // when the chunks came
)

// Compares reports whether an aspect needs a reference.
func (a Aspect) Compares() bool { return a >= OfLikeness && a <= OfFrames }

// Timed reports whether an aspect depends on when something came. A check of
// such an aspect can fail because this process was late.
func (a Aspect) Timed() bool { return a == OfDelay || a == OfTimes }

// audioKind says how the value of a key is read: as a matcher for a quantity, or
// as a plain value that is kept in Audio.
type audioKind struct {
	unit    string
	matcher func(*Quantity) yamldoc.Shape
	value   func(*Audio) plainValue
	opts    []yamldoc.Option
}

// plainValue reads a value and computes its ${…}.
type plainValue struct {
	shape yamldoc.Shape
	bound bindable
}

// The kinds of quantities, and below them the plain values.
var (
	durations   = audioKind{unit: "duration", matcher: inDuration}
	differences = audioKind{unit: "duration, may be below zero", matcher: inDifference}
	levels      = audioKind{unit: "dB", matcher: inDecibels}
	loudnesses  = audioKind{unit: "LUFS", matcher: inLoudness}
	shares      = audioKind{unit: "%", matcher: inPercent}
	frequencies = audioKind{unit: "Hz", matcher: inHertz}
	deviations  = audioKind{unit: "ppm", matcher: inPPM}
	counts      = audioKind{unit: "number", matcher: inCount}
	texts       = audioKind{unit: "text", matcher: inWords}
	digits      = audioKind{unit: "digits", matcher: inDigits}
	polarities  = audioKind{unit: "`same` or `reversed`", matcher: inPolarity}

	thePause     = audioKind{unit: "duration", value: func(a *Audio) plainValue { return plainValue{Duration(&a.Pause), &a.Pause} }}
	theThreshold = audioKind{unit: "dB", value: func(a *Audio) plainValue { return plainValue{decibels(&a.Threshold), &a.Threshold} }}
	theChunk     = audioKind{unit: "duration", value: func(a *Audio) plainValue { return plainValue{Duration(&a.Chunk), &a.Chunk} }}
	theBuffer    = audioKind{unit: "duration", value: func(a *Audio) plainValue { return plainValue{Duration(&a.Buffer), &a.Buffer} }}
	theReference = audioKind{unit: "text", value: func(a *Audio) plainValue { return plainValue{referenceShape(&a.Source), nil} }, opts: []yamldoc.Option{yamldoc.Required}}
)

// audioRows is the registry of the keys that check audio or say how. Checks,
// reports and documents follow its order.
var audioRows = []AudioRow{
	{"encoding", OfStream, texts, "The encoding, in the dialect's words."},
	{"duration", OfStream, durations, "How long the audio plays."},

	{"level", OfSound, levels, "RMS level in dBFS; 0 dB is a full-scale sine."},
	{"peak", OfSound, levels, "The largest sample, in dB below full scale."},
	{"loudness", OfSound, loudnesses, "Integrated loudness of one channel (ITU-R BS.1770, EBU R 128)."},
	{"silence.threshold", Setting, theThreshold, "Audio below this level is silence (-50dB)."},
	{"silence.share", OfSound, shares, "The share of the audio that is silence."},
	{"silence.longest", OfSound, durations, "The longest stretch of silence."},
	{"clipping.share", OfSound, shares, "The share of the audio that is flat at full scale."},
	{"clipping.longest", OfSound, durations, "The longest flat top."},
	{"dc_offset", OfSound, shares, "How far the mean is from zero, as a share of full scale."},
	{"clicks", OfSound, counts, "Clicks, edges of pieces that were cut or blanked, and octets of files, such as a WAV header."},
	{"speech.pause", Setting, thePause, "A pause of this length or more separates two segments (200ms)."},
	{"speech.start", OfSound, durations, "From the beginning of the audio until speech begins."},
	{"speech.share", OfSound, shares, "The share of the audio that is speech."},
	{"speech.segments", OfSound, counts, "How many stretches of speech there are."},
	{"speech.longest_pause", OfSound, durations, "The longest pause between two of them."},
	{"tone.frequency", OfSound, frequencies, "Its frequency."},
	{"tone.share", OfSound, shares, "Its share of the power; a pure tone has more than 99%."},
	{"tone.level", OfSound, levels, "Its RMS level in dBFS while it sounds."},
	{"dtmf", OfSound, digits, "The DTMF digits in the audio, in their order."},

	{"similar_to.source", Setting, theReference, "The reference: the label of a stream, or what send_media takes."},
	{"similar_to.score", OfLikeness, shares, "0% is nothing in common, 100% the same; level does not count."},
	{"similar_to.delay", OfDelay, differences, "From when the reference began until it is heard."},
	{"similar_to.gain", OfLikeness, levels, "The audio's level over the reference's."},
	{"similar_to.polarity", OfLikeness, polarities, "same, or reversed."},
	{"similar_to.snr", OfLikeness, levels, "Signal-to-noise ratio: the reference over all that differs from it; at most 100 dB."},
	{"similar_to.si_sdr", OfLikeness, levels, "Scale-invariant signal-to-distortion ratio: level and polarity do not count; at most 100 dB."},
	{"similar_to.segmental_snr", OfLikeness, levels, "Mean of snr over the active frames of 20 ms, each -10 to 35 dB."},
	{"similar_to.spectral_distance", OfLikeness, levels, "Log-spectral distance, 300 to 3400 Hz; level does not count."},
	{"similar_to.drift", OfLikeness, deviations, "By how much the audio's clock is slower than the reference's."},
	{"similar_to.lost", OfFrames, counts, "Chunks of the reference that never came."},
	{"similar_to.damaged", OfFrames, counts, "Chunks of it that came as silence, or as something else."},
	{"similar_to.repeated", OfFrames, counts, "Chunks of it that came again."},
	{"similar_to.reordered", OfFrames, counts, "Chunks of it that came after later ones."},
	{"similar_to.inserted", OfFrames, counts, "Chunks between those of the reference that are none of them."},
	{"similar_to.before", OfFrames, durations, "How long something else sounds before the reference begins."},
	{"similar_to.after", OfFrames, durations, "How long something else sounds when the reference is over."},
	{"similar_to.extra", OfFrames, durations, "How long something else sounds before, amid and after the reference."},

	{"sequence.gaps", OfNumbers, counts, "Runs of numbers that never came."},
	{"sequence.duplicates", OfNumbers, counts, "Numbers that came again."},
	{"sequence.reordered", OfNumbers, counts, "Numbers that came after a higher one."},

	{"chunks.count", OfChunks, counts, "How many chunks came."},
	{"chunks.size", OfChunks, counts, "Octets of audio in each chunk; the last may have fewer."},
	{"pacing.chunk", OfChunks, theChunk, "What each chunk lasts; the last may be shorter."},

	{"pacing.buffer", Setting, theBuffer, "How long the player of underruns waits before it begins (60ms)."},
	{"pacing.jitter", OfTimes, durations, "The largest interarrival jitter (RFC 3550)."},
	{"pacing.gaps", OfTimes, counts, "Chunks that came late by a chunk or more after the one before."},
	{"pacing.lead", OfTimes, differences, "How far the audio is ahead of real time whenever a chunk comes, least and most."},
	{"pacing.underruns", OfTimes, counts, "How often a player runs dry."},
	{"pacing.smallest_buffer", OfTimes, durations, "The shortest wait before it begins with which a player never runs dry."},
	{"pacing.interval_p95", OfTimes, durations, "The 95th percentile of the time from one chunk to the next."},
	{"pacing.interval_p99", OfTimes, durations, "The 99th percentile."},
	{"pacing.interval_max", OfTimes, durations, "The longest time from one chunk to the next."},
}

// audioGroups describes the groups. The rows of a group share the first part of
// their path.
var audioGroups = map[string]string{
	"silence":    "How much of the audio is silence.",
	"clipping":   "How much of the audio is clipped.",
	"speech":     "Where in the audio there is speech.",
	"tone":       "The strongest tone of the audio.",
	"similar_to": "How like a reference the audio is.",
	"sequence":   "What the numbers of the chunks say.",
	"chunks":     "In how many pieces of which size the audio came.",
	"pacing":     "How evenly the chunks came.",
}

// AudioRows gives the rows in their order.
func AudioRows() []AudioRow { return slices.Clone(audioRows) }

// Unit gives the unit of the row's value, as documents name it.
func (r *AudioRow) Unit() string { return r.kind.unit }

// audioKeys gives the keys of all rows. They decode into a.
func audioKeys(a *Audio) []checkKey {
	shapes, keys := make([]audioKey, len(audioRows)), make([]checkKey, len(audioRows))
	for i := range audioRows {
		r := &audioRows[i]
		shapes[i] = audioKey{r, a}
		keys[i] = checkKey{path: r.Path, doc: r.Doc, shape: &shapes[i], checks: r.Of != Setting, opts: r.kind.opts}
	}
	return keys
}

// audioKey is the key of a row. It makes its shape when it is used, because a
// suite asks for few of the rows.
type audioKey struct {
	row *AudioRow
	of  *Audio
}

// Decode reads the value of the key into the row's [Audio].
func (k *audioKey) Decode(n *yamldoc.Node, out *diag.List) {
	var q Quantity
	k.shape(&q).Decode(n, out)
	if k.row.Of != Setting {
		k.of.Checks = append(k.of.Checks, AudioCheck{k.row, n.Pos, q})
	}
}

// Describe describes the value of the key.
func (k *audioKey) Describe(d *yamldoc.Defs) *yamldoc.Schema { return k.shape(&Quantity{}).Describe(d) }

func (k *audioKey) shape(q *Quantity) yamldoc.Shape {
	if k.row.kind.matcher != nil {
		return k.row.kind.matcher(q)
	}
	return k.row.kind.value(k.of).shape
}

// bind computes the ${…} of a plain value. Rows with a matcher have none.
func (r *AudioRow) bind(a *Audio, env expr.Env) error {
	if r.kind.value == nil {
		return nil
	}
	if v := r.kind.value(a); v.bound != nil {
		return v.bound.bind(env)
	}
	return nil
}

// inDigits takes DTMF digits, written or computed.
func inDigits(q *Quantity) yamldoc.Shape {
	at := inUnit(digitsUnit, match.Text)
	at.Computed = func(v any) (any, error) { return readDigits(fmt.Sprint(v)) }
	return match.Shape(&q.Matcher, at)
}

// inPolarity takes one of two words. It refuses any other, because no polarity
// would equal it.
func inPolarity(q *Quantity) yamldoc.Shape {
	at := oneOf(SamePolarity, ReversedPolarity)
	at.Name, at.Always = "similar_to.polarity", true
	at.Computed = func(v any) (any, error) {
		if text, _ := v.(string); slices.Contains(at.Words, text) {
			return text, nil
		}
		return nil, fmt.Errorf("%v is neither same nor reversed", v)
	}
	return match.Shape(&q.Matcher, at)
}

// referenceShape takes a source that audio can be compared with.
func referenceShape(s *Source) yamldoc.Shape {
	return yamldoc.Whole(SourceShape(s), func(_ *yamldoc.Node, out *diag.List) {
		if s.has("noise") {
			out.Hintf(s.Pos, "give the label of the send_media", "noise is made anew each time, so nothing is like it")
		}
	})
}
