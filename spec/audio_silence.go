package spec

import (
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Silence are the checks of how much of the audio is silence.
type Silence struct {
	Threshold Value[Decibels] // what is below is silence
	Share     Quantity
	Longest   Quantity
}

// DefaultThreshold is the threshold of silence that says none; dialects draw the
// line there too.
const DefaultThreshold = Decibels(-50)

// Keys names the keys of `silence`.
func (s *Silence) Keys(k *yamldoc.Keys) {
	k.Key("threshold", decibels(&s.Threshold), "What is below this level is silence (-50dB).")
	k.Key("share", inPercent(&s.Share), "The share of the audio that is silence.")
	k.Key("longest", inDuration(&s.Longest), "The longest stretch of silence.")
	demandOne(k, "share", "longest")
}

func (s *Silence) bind(env expr.Env) error {
	return bindAll(env, &s.Threshold, &s.Share, &s.Longest)
}
