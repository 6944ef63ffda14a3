package spec

import (
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Sequence are the checks of the numbers that chunks carry.
type Sequence struct {
	Gaps       Quantity
	Duplicates Quantity
	Reordered  Quantity
}

// Keys names the keys of `sequence`.
func (s *Sequence) Keys(k *yamldoc.Keys) {
	k.Key("gaps", inCount(&s.Gaps), "Runs of numbers that never came.")
	k.Key("duplicates", inCount(&s.Duplicates), "Numbers that came again.")
	k.Key("reordered", inCount(&s.Reordered), "Numbers that came after a higher one.")
	demandOne(k, "gaps", "duplicates", "reordered")
}

func (s *Sequence) bind(env expr.Env) error {
	return bindAll(env, &s.Gaps, &s.Duplicates, &s.Reordered)
}
