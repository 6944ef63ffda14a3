package spec

import (
	"time"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Audio are the checks of one stream. A measurement that cannot be made fails
// its check. A stream is chosen by the label of the step that saw it begin or
// sent it, or by its tag on the step's connection.
type Audio struct {
	During    string
	Tag       Value[string]
	From      *Moment // nil: from its beginning
	To        *Moment // nil: to its end
	Encoding  Quantity
	Duration  Quantity
	Level     Quantity
	Peak      Quantity
	Silence   Silence
	SimilarTo SimilarTo
	Sequence  Sequence
	Chunks    Chunks
	Pacing    Pacing
}

// Silence are the checks of how much of the audio is silence.
type Silence struct {
	Threshold Value[Decibels] // what is below is silence
	Share     Quantity
	Longest   Quantity
}

// SimilarTo are the checks of how like a reference the audio is.
type SimilarTo struct {
	Source Value[string] // the label of a stream, or else a WAV file
	Score  Quantity
	Delay  Quantity
	Gain   Quantity
	SNR    Quantity
}

// Sequence are the checks of the numbers that chunks carry.
type Sequence struct {
	Gaps       Quantity
	Duplicates Quantity
	Reordered  Quantity
}

// Chunks are the checks of the pieces in which the audio came.
type Chunks struct {
	Count Quantity
	Size  Quantity
}

// Pacing are the checks of when the chunks came.
type Pacing struct {
	Chunk     Value[time.Duration] // what each is to last
	Buffer    Value[time.Duration] // of the player that underruns speaks of
	Jitter    Quantity
	Gaps      Quantity
	Lead      Quantity
	Underruns Quantity
}

// What holds where nothing is said.
const (
	DefaultThreshold = Decibels(-50)         // of silence; also where dialects draw the line
	DefaultBuffer    = 60 * time.Millisecond // three chunks of the usual length
)

// Keys names the keys of `audio`.
func (a *Audio) Keys(k *yamldoc.Keys) {
	k.Key("during", yamldoc.Text(&a.During), "The label of a media_started, or of a send_media.")
	k.Key("tag", Text(&a.Tag), "Instead of during: the tag of the stream that began last under it.")
	k.Key("from", yamldoc.Optional(&a.From, MomentShape), "Only what is heard from this moment on.")
	k.Key("to", yamldoc.Optional(&a.To, MomentShape), "Only what is heard before this moment.")
	k.Key("encoding", inWords(&a.Encoding), "The encoding, in the dialect's words.")
	k.Key("duration", inDuration(&a.Duration), "How long the audio plays.")
	k.Key("level", inDecibels(&a.Level), "RMS level in dBFS; 0 dB is a full-scale sine.")
	k.Key("peak", inDecibels(&a.Peak), "The largest sample, in dB below full scale.")
	k.Key("silence", yamldoc.Map(&a.Silence), "How much of the audio is silence.")
	k.Key("similar_to", yamldoc.Map(&a.SimilarTo), "How like a reference the audio is.")
	k.Key("sequence", yamldoc.Map(&a.Sequence), "What the numbers of the chunks say.")
	k.Key("chunks", yamldoc.Map(&a.Chunks), "In how many pieces of which size the audio came.")
	k.Key("pacing", yamldoc.Map(&a.Pacing), "How evenly the chunks came.")
	if k.Node() == nil {
		return
	}
	if (a.During == "") == !a.Tag.IsSet() {
		k.Complaints().Hintf(k.Node().Pos, "such as during: answer, or tag: caller", "a stream is chosen by either during or tag")
	}
	demandOne(k, "encoding", "duration", "level", "peak", "silence", "similar_to", "sequence", "chunks", "pacing")
}

// Keys names the keys of `silence`.
func (s *Silence) Keys(k *yamldoc.Keys) {
	k.Key("threshold", decibels(&s.Threshold), "What is below this level is silence (-50dB).")
	k.Key("share", inPercent(&s.Share), "The share of the audio that is silence.")
	k.Key("longest", inDuration(&s.Longest), "The longest stretch of silence.")
	demandOne(k, "share", "longest")
}

// Keys names the keys of `similar_to`.
func (s *SimilarTo) Keys(k *yamldoc.Keys) {
	k.Key("source", Text(&s.Source), "The reference: the label of a stream, or a WAV file.", yamldoc.Required)
	k.Key("score", inPercent(&s.Score), "0% is nothing in common, 100% the same; level does not count.")
	k.Key("delay", inDifference(&s.Delay), "From when the reference began until it is heard.")
	k.Key("gain", inDecibels(&s.Gain), "The audio's level over the reference's.")
	k.Key("snr", inDecibels(&s.SNR), "What is the reference's against what is not; at most 100 dB.")
	demandOne(k, "score", "delay", "gain", "snr")
}

// Keys names the keys of `sequence`.
func (s *Sequence) Keys(k *yamldoc.Keys) {
	k.Key("gaps", inCount(&s.Gaps), "Runs of numbers that never came.")
	k.Key("duplicates", inCount(&s.Duplicates), "Numbers that came again.")
	k.Key("reordered", inCount(&s.Reordered), "Numbers that came after a higher one.")
	demandOne(k, "gaps", "duplicates", "reordered")
}

// Keys names the keys of `chunks`.
func (c *Chunks) Keys(k *yamldoc.Keys) {
	k.Key("count", inCount(&c.Count), "How many chunks came.")
	k.Key("size", inCount(&c.Size), "Octets of audio in each chunk; the last may have fewer.")
	demandOne(k, "count", "size")
}

// Keys names the keys of `pacing`.
func (p *Pacing) Keys(k *yamldoc.Keys) {
	k.Key("chunk", Duration(&p.Chunk), "What each chunk lasts; the last may be shorter.")
	k.Key("buffer", Duration(&p.Buffer), "How long the player of underruns waits before it begins (60ms).")
	k.Key("jitter", inDuration(&p.Jitter), "Interarrival jitter of RFC 3550 at its largest.")
	k.Key("gaps", inCount(&p.Gaps), "Chunks that came later after the one before than that one lasts, by a chunk or more.")
	k.Key("lead", inDifference(&p.Lead), "How far the audio is ahead of real time whenever a chunk comes, least and most.")
	k.Key("underruns", inCount(&p.Underruns), "How often a player runs dry.")
	demandOne(k, "chunk", "jitter", "gaps", "lead", "underruns")
}

// demandOne complains about a mapping that checks nothing: it would always
// pass.
func demandOne(k *yamldoc.Keys, checks ...string) {
	if k.Node() == nil {
		return
	}
	for _, name := range checks {
		if k.Node().Get(name) != nil {
			return
		}
	}
	k.Complaints().Hintf(k.Node().Pos, "say what is to be checked, such as "+checks[0], "this checks nothing")
}

// Bind computes every ${…} of the checks once.
func (a *Audio) Bind(env expr.Env) (*Audio, error) {
	b := *a
	for _, v := range []*Value[string]{&b.Tag, &b.SimilarTo.Source} {
		if err := v.bind(env); err != nil {
			return nil, err
		}
	}
	for _, v := range []*Value[time.Duration]{&b.Pacing.Chunk, &b.Pacing.Buffer} {
		if err := v.bind(env); err != nil {
			return nil, err
		}
	}
	if err := b.Silence.Threshold.bind(env); err != nil {
		return nil, err
	}
	for _, q := range []*Quantity{
		&b.Encoding, &b.Duration, &b.Level, &b.Peak, &b.Silence.Share, &b.Silence.Longest,
		&b.SimilarTo.Score, &b.SimilarTo.Delay, &b.SimilarTo.Gain, &b.SimilarTo.SNR,
		&b.Sequence.Gaps, &b.Sequence.Duplicates, &b.Sequence.Reordered, &b.Chunks.Count, &b.Chunks.Size,
		&b.Pacing.Jitter, &b.Pacing.Gaps, &b.Pacing.Lead, &b.Pacing.Underruns,
	} {
		if err := q.bind(env); err != nil {
			return nil, err
		}
	}
	return &b, nil
}

// bind computes a value and keeps it.
func (v *Value[T]) bind(env expr.Env) error {
	literal, err := v.In(env)
	if err == nil {
		v.literal, v.template = literal, nil
	}
	return err
}
