package spec

import "github.com/duologue/duologue/internal/yamldoc"

// Assert holds what has happened against matchers.
type Assert struct {
	Audio *Audio
}

// Audio are the checks of one received stream. A measurement that cannot be
// made fails its check.
type Audio struct {
	During   string
	Duration *Matcher
	Level    *Matcher
}

func (a *Assert) shape() yamldoc.Shape { return yamldoc.Map(a) }

// Keys names the keys of `assert`.
func (a *Assert) Keys(k *yamldoc.Keys) {
	k.Key("audio", yamldoc.Optional(&a.Audio, yamldoc.Map[Audio]), "Checks of a received stream.")
}

// Keys names the keys of `audio`.
func (a *Audio) Keys(k *yamldoc.Keys) {
	k.Key("during", yamldoc.Text(&a.During), "The label of a media_started.", yamldoc.Required)
	k.Key("duration", yamldoc.Optional(&a.Duration, durationMatch), "How long the audio plays.")
	k.Key("level", yamldoc.Optional(&a.Level, levelMatch), "RMS level in dBFS; 0 dB is a full-scale sine.")
}

func durationMatch(m *Matcher) yamldoc.Shape { return matchShape(m, inUnit(durationUnit)) }
func levelMatch(m *Matcher) yamldoc.Shape    { return matchShape(m, inUnit(levelUnit)) }
