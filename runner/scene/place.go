package scene

import (
	"fmt"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/spec"
)

// place is what a thread is inside of: a sequence, a round, a branch, a run. The same step
// of a suite may be carried out in many places.
type place struct {
	name  string   // such as `"ask"`, or "round 4 of 5"
	pos   diag.Pos // of the step that it belongs to; zero if it belongs to none
	index int      // of a round, else -1
	each  any      // of a round, else nil
	outer *place
}

// inside gives the place in a block; p may be nil.
func (p *place) inside(name string, pos diag.Pos) *place {
	return &place{name: name, pos: pos, index: -1, outer: p}
}

// round gives the place in a round of a step, counted from 0. If it is not known how many
// rounds there are, that is 0.
func (p *place) round(step *spec.Step, i, of int, each any) *place {
	return &place{name: "round " + ordinal(i, of), pos: step.Pos, index: i, each: each, outer: p}
}

// ordinal names one of several, counted from 0.
func ordinal(i, of int) string {
	if of == 0 {
		return fmt.Sprint(i + 1)
	}
	return fmt.Sprintf("%d of %d", i+1, of)
}

// words name the place of a problem in a file: the innermost block first, each on a line.
func (p *place) words(file string) string {
	var all []string
	for ; p != nil; p = p.outer {
		all = append(all, p.here(file))
	}
	return strings.Join(all, "\nin ")
}

// maxEach bounds how much of an item is shown, in octets.
const maxEach = 60

func (p *place) here(file string) string {
	var more []string
	if p.pos.Line > 0 {
		more = append(more, lineOf(p.pos, file))
	}
	if p.index >= 0 {
		more = append(more, fmt.Sprintf("index %d", p.index))
	}
	if p.each != nil {
		more = append(more, "each "+diag.Clip(match.Show(p.each), maxEach))
	}
	if more == nil {
		return p.name
	}
	return p.name + " (" + strings.Join(more, ", ") + ")"
}

// lineOf names a line, with its file if that is another one.
func lineOf(pos diag.Pos, file string) string {
	if pos.File == file {
		return fmt.Sprintf("line %d", pos.Line)
	}
	return fmt.Sprintf("%s:%d", pos.File, pos.Line)
}
