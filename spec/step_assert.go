package spec

import "github.com/duologue/duologue/internal/yamldoc"

// Assert holds what has happened against matchers.
type Assert struct {
	Audio *Audio
}

func (a *Assert) shape() yamldoc.Shape { return yamldoc.Map(a) }

// Keys names the keys of `assert`.
func (a *Assert) Keys(k *yamldoc.Keys) {
	k.Key("audio", yamldoc.Optional(&a.Audio, yamldoc.Map[Audio]), "Checks of a stream.")
}
