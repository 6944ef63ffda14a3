package spec

import (
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// SimilarTo are the checks of how like a reference the audio is, and of what
// became of its pieces on the way.
type SimilarTo struct {
	Source           Source // of kind file it may be the label of a stream, too
	Score            Quantity
	Delay            Quantity
	Gain             Quantity
	Polarity         Quantity
	SNR              Quantity
	SISDR            Quantity
	SegmentalSNR     Quantity
	SpectralDistance Quantity
	Drift            Quantity
	Lost             Quantity
	Damaged          Quantity
	Repeated         Quantity
	Reordered        Quantity
	Inserted         Quantity
}

// Polarities are the words of polarity.
const (
	SamePolarity     = "same"
	ReversedPolarity = "reversed"
)

// Keys names the keys of `similar_to`.
func (s *SimilarTo) Keys(k *yamldoc.Keys) {
	k.Key("source", SourceShape(&s.Source), "The reference: the label of a stream, or what send_media takes.", yamldoc.Required)
	if s.Source.has("noise") {
		k.Complaints().Hintf(s.Source.Pos, "give the label of the send_media", "noise is made anew each time, so nothing is like it")
	}
	k.Key("score", inPercent(&s.Score), "0% is nothing in common, 100% the same; level does not count.")
	k.Key("delay", inDifference(&s.Delay), "From when the reference began until it is heard.")
	k.Key("gain", inDecibels(&s.Gain), "The audio's level over the reference's.")
	k.Key("polarity", inWords(&s.Polarity), "same, or reversed.")
	k.Key("snr", inDecibels(&s.SNR), "The reference against all that differs, level and polarity too; at most 100 dB.")
	k.Key("si_sdr", inDecibels(&s.SISDR), "The same, but level and polarity do not count; at most 100 dB.")
	k.Key("segmental_snr", inDecibels(&s.SegmentalSNR), "Mean of snr over the active frames of 20 ms, each -10 to 35 dB.")
	k.Key("spectral_distance", inDecibels(&s.SpectralDistance), "Log-spectral distance, 300 to 3400 Hz; level does not count.")
	k.Key("drift", inPPM(&s.Drift), "By how much the audio's clock is slower than the reference's.")
	k.Key("lost", inCount(&s.Lost), "Chunks of the reference that never came.")
	k.Key("damaged", inCount(&s.Damaged), "Chunks of it that came as silence, or as something else.")
	k.Key("repeated", inCount(&s.Repeated), "Chunks of it that came again.")
	k.Key("reordered", inCount(&s.Reordered), "Chunks of it that came after later ones.")
	k.Key("inserted", inCount(&s.Inserted), "Chunks between those of the reference that are none of them.")
	demandOne(k, "score", "delay", "gain", "polarity", "snr", "si_sdr", "segmental_snr", "spectral_distance",
		"drift", "lost", "damaged", "repeated", "reordered", "inserted")
}

func (s *SimilarTo) bind(env expr.Env) error {
	return bindAll(env, &s.Score, &s.Delay, &s.Gain, &s.Polarity, &s.SNR, &s.SISDR, &s.SegmentalSNR,
		&s.SpectralDistance, &s.Drift, &s.Lost, &s.Damaged, &s.Repeated, &s.Reordered, &s.Inserted)
}

// AsksFrames reports whether anything is asked about chunks of the reference.
func (s *SimilarTo) AsksFrames() bool {
	return s.Lost.IsSet() || s.Damaged.IsSet() || s.Repeated.IsSet() || s.Reordered.IsSet() || s.Inserted.IsSet()
}
