package spec

import (
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
	Loudness  Quantity
	Clipping  Clipping
	DCOffset  Quantity
	Clicks    Quantity
	Speech    Speech
	Tone      Tone
	DTMF      Quantity
	Silence   Silence
	SimilarTo SimilarTo
	Sequence  Sequence
	Chunks    Chunks
	Pacing    Pacing
}

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
	k.Key("loudness", inLoudness(&a.Loudness), "Integrated loudness of one channel (ITU-R BS.1770, EBU R 128).")
	k.Key("clipping", yamldoc.Map(&a.Clipping), "How much of the audio was too loud to be written down.")
	k.Key("dc_offset", inPercent(&a.DCOffset), "How far the mean is from zero, as a share of full scale.")
	k.Key("clicks", inCount(&a.Clicks), "Clicks, and edges of pieces that were cut or blanked.")
	k.Key("speech", yamldoc.Map(&a.Speech), "Where in the audio there is speech.")
	k.Key("tone", yamldoc.Map(&a.Tone), "The strongest tone of the audio.")
	k.Key("dtmf", inWords(&a.DTMF), "The DTMF digits in the audio, in their order.")
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
	demandOne(k, "encoding", "duration", "level", "peak", "loudness", "clipping", "dc_offset", "clicks", "speech", "tone", "dtmf", "silence", "similar_to", "sequence", "chunks", "pacing")
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
	err := bindAll(env, &b.Tag, &b.Encoding, &b.Duration, &b.Level, &b.Peak,
		&b.Loudness, &b.Clipping, &b.DCOffset, &b.Clicks, &b.Speech, &b.Tone, &b.DTMF,
		&b.Silence, &b.SimilarTo, &b.Sequence, &b.Chunks, &b.Pacing)
	if err != nil {
		return nil, err
	}
	return &b, nil
}

// bindable holds ${…} that are to be computed.
type bindable interface{ bind(env expr.Env) error }

func bindAll(env expr.Env, all ...bindable) error {
	for _, b := range all {
		if err := b.bind(env); err != nil {
			return err
		}
	}
	return nil
}

// bind computes a value and keeps it.
func (v *Value[T]) bind(env expr.Env) error {
	literal, err := v.In(env)
	if err == nil {
		v.literal, v.template = literal, nil
	}
	return err
}
