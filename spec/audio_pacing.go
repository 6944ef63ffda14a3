package spec

import (
	"time"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Pacing are the checks of when the chunks came.
type Pacing struct {
	Chunk          Value[time.Duration] // what each is to last
	Buffer         Value[time.Duration] // of the player that underruns speaks of
	Jitter         Quantity
	Gaps           Quantity
	Lead           Quantity
	Underruns      Quantity
	SmallestBuffer Quantity
	IntervalP95    Quantity
	IntervalP99    Quantity
	IntervalMax    Quantity
}

// DefaultBuffer is that of the player of underruns where none is said: three
// chunks of the usual length.
const DefaultBuffer = 60 * time.Millisecond

// Keys names the keys of `pacing`.
func (p *Pacing) Keys(k *yamldoc.Keys) {
	k.Key("chunk", Duration(&p.Chunk), "What each chunk lasts; the last may be shorter.")
	k.Key("buffer", Duration(&p.Buffer), "How long the player of underruns waits before it begins (60ms).")
	k.Key("jitter", inDuration(&p.Jitter), "Interarrival jitter of RFC 3550 at its largest.")
	k.Key("gaps", inCount(&p.Gaps), "Chunks that came later after the one before than that one lasts, by a chunk or more.")
	k.Key("lead", inDifference(&p.Lead), "How far the audio is ahead of real time whenever a chunk comes, least and most.")
	k.Key("underruns", inCount(&p.Underruns), "How often a player runs dry.")
	k.Key("smallest_buffer", inDuration(&p.SmallestBuffer), "The least wait before it begins with which a player never runs dry.")
	k.Key("interval_p95", inDuration(&p.IntervalP95), "The time from one chunk to the next: 95 in 100 are no longer.")
	k.Key("interval_p99", inDuration(&p.IntervalP99), "The same, 99 in 100.")
	k.Key("interval_max", inDuration(&p.IntervalMax), "The longest time from one chunk to the next.")
	demandOne(k, "chunk", "jitter", "gaps", "lead", "underruns", "smallest_buffer", "interval_p95", "interval_p99", "interval_max")
}

// AsksTimes reports whether anything is asked about when chunks came.
func (p *Pacing) AsksTimes() bool {
	for _, q := range []*Quantity{&p.Jitter, &p.Gaps, &p.Lead, &p.Underruns, &p.SmallestBuffer, &p.IntervalP95, &p.IntervalP99, &p.IntervalMax} {
		if q.IsSet() {
			return true
		}
	}
	return false
}

func (p *Pacing) bind(env expr.Env) error {
	return bindAll(env, &p.Chunk, &p.Buffer, &p.Jitter, &p.Gaps, &p.Lead, &p.Underruns,
		&p.SmallestBuffer, &p.IntervalP95, &p.IntervalP99, &p.IntervalMax)
}
