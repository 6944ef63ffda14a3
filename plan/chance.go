package plan

import (
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/secrets"
)

// Turn is one performance of a scenario among others of it. Each draws random values
// of its own.
type Turn struct {
	Run     int // of a series or a load, from 0
	Attempt int // of the run, from 0
}

// Random gives the random numbers of a turn, or of a part of it that has names. They
// depend on the seed and on the names of suite and scenario, whatever else runs. The
// source is safe to share.
func (s *Scenario) Random(t Turn, part ...string) rand.Source {
	names := []string{s.Suite.Name, s.Name}
	if t != (Turn{}) {
		names = append(names, strconv.Itoa(t.Run), strconv.Itoa(t.Attempt))
	}
	return seeded(s.options.Seed, append(names, part...)...)
}

// Draw computes the variables anew that hold random values or times of the clock, from the variables as they
// are now, and gives those. In the first turn there are none: the plan has computed
// them. Those of a suite with a setup stay as the setup left them.
func (s *Scenario) Draw(t Turn, vars expr.Map, random rand.Source) (map[string]any, error) {
	out := map[string]any{}
	if t == (Turn{}) {
		return out, nil
	}
	env := s.Env(expr.Map{"vars": vars, "env": s.static["env"], "matrix": s.static["matrix"]})
	env.Random, env.Clock = random, time.Now
	for _, v := range s.drawn {
		if s.Suite.Setup != nil && v.ofSuite {
			continue
		}
		bound, err := v.Value.Bind(env)
		if err != nil {
			return nil, diag.At(v.Pos, err)
		}
		vars[v.Name], out[v.Name] = bound.Value(), bound.Value()
		if s.tainted[v.Name] {
			secrets.Learn(s.masker, bound.Value())
		}
	}
	return out, nil
}

// seeded gives random numbers that depend on the seed and on names.
func seeded(seed uint64, names ...string) rand.Source {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.Join(names, "\x00"))) // a hash does not fail
	return &lockedSource{source: rand.NewPCG(seed, h.Sum64())}
}

// lockedSource lets branches of a scenario draw from one source.
type lockedSource struct {
	mu     sync.Mutex
	source rand.Source
}

// Uint64 gives the next number.
func (l *lockedSource) Uint64() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.source.Uint64()
}
