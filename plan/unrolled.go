package plan

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
)

// maxUnrolled is how many steps a scenario may have when its sequences stand in the place
// of their uses. Sequences that use each other several times have more steps than anybody
// waits for. `repeat` says better what is meant.
const maxUnrolled = 100_000

// steps counts steps, up to one more than there may be.
func (u *unrolled) steps(steps []spec.Step, depth int) int {
	total := 0
	for i := range steps {
		total++
		for _, b := range steps[i].Blocks() {
			total += u.steps(b.Steps, depth)
		}
		if a, ok := steps[i].Action.(*spec.Use); ok {
			total += u.sequence(a.Sequence, depth+1)
		}
		if total > maxUnrolled {
			return maxUnrolled + 1
		}
	}
	return total
}

func (u *unrolled) sequence(name string, depth int) int {
	seq, at := u.sequences[name], sequenceAt{name, depth}
	if seq == nil || depth > MaxDepth {
		return 0 // there is another complaint
	}
	if n, ok := u.known[at]; ok {
		return n
	}
	n := u.steps(seq.Steps, depth)
	u.known[at] = n
	return n
}

// fits complains of steps that are too many, with those of the sequences that they use.
func (b *binder) fits(pos diag.Pos, steps ...[]spec.Step) bool {
	if b.unrolled.known == nil {
		b.unrolled = unrolled{b.suite.sequences, map[sequenceAt]int{}}
	}
	total := 0
	for _, s := range steps {
		total += b.unrolled.steps(s, 0)
	}
	if total > maxUnrolled {
		b.out.Because("too many steps", diag.New(pos, "`repeat` performs steps many times",
			"with the sequences that it uses this comes to more than %d steps", maxUnrolled))
		return false
	}
	return b.spend(pos, total)
}

// maxEffort bounds the effort of binding a suite, so that it ends in about a second. Each
// scenario, and each row of its matrix, is bound with the setup and the variables of the
// suite. The unit is a step.
const maxEffort = 150_000

// What counts beside steps, in steps.
const (
	perRow     = 10
	perVar     = 4   // or endpoint, or service
	perOctets  = 500 // of the value of a variable
	perLetters = 10  // of a name, which is read for each row
)

// maxComputed is how many octets the expressions of a suite may make before anything is
// dialled.
const maxComputed = 128 << 20

// spend reports whether the suite may take so much more effort, and complains once.
func (b *binder) spend(pos diag.Pos, effort int) bool {
	if b.spent > maxEffort {
		return false
	}
	if b.spent += effort; b.spent <= maxEffort {
		return true
	}
	if pos.IsZero() {
		pos = b.suite.spec.Pos
	}
	b.out.Hintf(pos, "write several suites", "the scenarios up to here, with all rows, come to more steps, variables and endpoints than one suite may have")
	return false
}

// effort is the effort of a scenario beside its steps.
func (b *binder) effort(sc *spec.Scenario) int {
	return perRow + perVar*(len(b.suite.spec.Vars)+len(sc.Vars)+len(b.suite.spec.Endpoints)+len(sc.Endpoints)+len(b.suite.spec.Services))
}

// unrolled counts the steps of sequences together with those of the sequences that they
// use. It counts each sequence once for each depth.
type unrolled struct {
	sequences map[string]*spec.StepSequence
	known     map[sequenceAt]int
}

// sequenceAt is a sequence that is used at a depth inside others.
type sequenceAt struct {
	name  string
	depth int
}
