package spec

import (
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Chunks are the checks of the pieces in which the audio came.
type Chunks struct {
	Count Quantity
	Size  Quantity
}

// Keys names the keys of `chunks`.
func (c *Chunks) Keys(k *yamldoc.Keys) {
	k.Key("count", inCount(&c.Count), "How many chunks came.")
	k.Key("size", inCount(&c.Size), "Octets of audio in each chunk; the last may have fewer.")
	demandOne(k, "count", "size")
}

func (c *Chunks) bind(env expr.Env) error {
	return bindAll(env, &c.Count, &c.Size)
}
