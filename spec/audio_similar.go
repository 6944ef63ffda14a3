package spec

import (
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// SimilarTo are the checks of how like a reference the audio is.
type SimilarTo struct {
	Source Value[string] // the label of a stream, or else a WAV file
	Score  Quantity
	Delay  Quantity
	Gain   Quantity
	SNR    Quantity
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

func (s *SimilarTo) bind(env expr.Env) error {
	return bindAll(env, &s.Source, &s.Score, &s.Delay, &s.Gain, &s.SNR)
}
