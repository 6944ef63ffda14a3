package plan

import (
	"github.com/duologue/duologue/trace"
)

// Shard gives a plan of the share that one of several machines performs, and says so in its Share. index counts from
// 1 to of. Each scenario is in one share, and so is all of a serial suite. The shares have nearly as many scenarios
// each, and are the same on every machine that selects the same. A suite of which a share has nothing stays in its place.
func (p *Plan) Shard(index, of int) *Plan {
	sizes := make([]int, of)
	share := trace.Shard{Index: index, Of: of, Total: p.Total()}
	mine := map[*Scenario]bool{}
	for _, s := range p.Suites {
		unit := 1
		if s.Serial {
			unit = max(1, len(s.Cases))
		}
		for k := 0; k < len(s.Cases); k += unit {
			to := smallest(sizes)
			sizes[to] += unit
			for _, sc := range s.Cases[k : k+unit] {
				switch {
				case to == index-1:
					mine[sc] = true
				case sc.Spec.Skip == "" && sc.Spec.KnownFailure == "":
					share.Elsewhere++
				}
			}
		}
	}
	out := p.keeping(func(_ *Suite, sc *Scenario) bool { return mine[sc] })
	out.Share = &share
	return out
}

// smallest gives the place of the first of the smallest numbers.
func smallest(sizes []int) int {
	least := 0
	for i, n := range sizes {
		if n < sizes[least] {
			least = i
		}
	}
	return least
}
