package spec

import (
	"time"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Speech are the checks of where in the audio there is speech.
type Speech struct {
	Pause        Value[time.Duration] // shorter ones do not part segments
	Start        Quantity
	Share        Quantity
	Segments     Quantity
	LongestPause Quantity
}

// DefaultPause is the pause of speech that says none: longer than those within
// words and between most of them.
const DefaultPause = 200 * time.Millisecond

// Keys names the keys of `speech`.
func (s *Speech) Keys(k *yamldoc.Keys) {
	k.Key("pause", Duration(&s.Pause), "A pause of this length or more parts two segments (200ms).")
	k.Key("start", inDuration(&s.Start), "From the beginning of the audio until speech begins.")
	k.Key("share", inPercent(&s.Share), "The share of the audio that is speech.")
	k.Key("segments", inCount(&s.Segments), "How many stretches of speech there are.")
	k.Key("longest_pause", inDuration(&s.LongestPause), "The longest pause between two of them.")
	demandOne(k, "start", "share", "segments", "longest_pause")
}

func (s *Speech) bind(env expr.Env) error {
	return bindAll(env, &s.Pause, &s.Start, &s.Share, &s.Segments, &s.LongestPause)
}
