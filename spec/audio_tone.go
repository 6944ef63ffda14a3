package spec

import (
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Tone are the checks of the strongest tone of the audio.
type Tone struct {
	Frequency Quantity
	Share     Quantity
	Level     Quantity
}

// Keys names the keys of `tone`.
func (t *Tone) Keys(k *yamldoc.Keys) {
	k.Key("frequency", inHertz(&t.Frequency), "Its frequency.")
	k.Key("share", inPercent(&t.Share), "Its share of the power; a pure tone has more than 99%.")
	k.Key("level", inDecibels(&t.Level), "Its RMS level in dBFS while it sounds.")
	demandOne(k, "frequency", "share", "level")
}

func (t *Tone) bind(env expr.Env) error { return bindAll(env, &t.Frequency, &t.Share, &t.Level) }
