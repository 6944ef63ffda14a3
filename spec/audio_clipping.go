package spec

import (
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Clipping are the checks of how much of the audio was too loud to be written
// down.
type Clipping struct {
	Share   Quantity
	Longest Quantity
}

// Keys names the keys of `clipping`.
func (c *Clipping) Keys(k *yamldoc.Keys) {
	k.Key("share", inPercent(&c.Share), "The share of the audio that is flat at full scale.")
	k.Key("longest", inDuration(&c.Longest), "The longest flat top.")
	demandOne(k, "share", "longest")
}

func (c *Clipping) bind(env expr.Env) error { return bindAll(env, &c.Share, &c.Longest) }
