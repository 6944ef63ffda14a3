package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/spec"
)

// use checks a sequence where it is used: with its arguments and with the
// labels that are known there.
func (c *checker) use(step *spec.Step, a *spec.Use) {
	seq := c.suite.sequences[a.Sequence]
	if seq == nil {
		if a.Sequence != "" { // the decoder has complained of none
			c.missing(c.names, a.Pos, a.Sequence, "there is no sequence %q", a.Sequence)
		}
		return
	}
	c.defaults(step, seq)
	outer, scope, given := c.args, c.scope, c.given
	c.args, c.scope, c.given = argumentsOf(a.Sequence, seq), nil, given.with(step, seq)
	if !step.Doubt.Wrong {
		c.arguments(step, a, seq)
	}
	if c.depth++; c.depth <= MaxDepth {
		c.sequence(seq, of(step))
	} else {
		c.out.Addf(a.Pos, "sequences use each other more than %d deep", MaxDepth)
		c.labels.open = true
	}
	c.depth--
	c.args, c.scope, c.given = outer, scope, given
}

// defaults checks the arguments that a step does not give. Their values are computed where
// the sequence is used.
func (c *checker) defaults(step *spec.Step, seq *spec.StepSequence) {
	for _, arg := range seq.Args {
		if slices.ContainsFunc(step.With, func(w yamldoc.Entry[value.Data]) bool { return w.Name == arg.Name }) {
			continue
		}
		for _, t := range arg.Value.Interpolations() {
			c.uses(t.Uses)
		}
	}
}

// argumentsOf gives the names of the arguments of a sequence.
func argumentsOf(name string, seq *spec.StepSequence) *known {
	k := newKnown("argument of " + name)
	k.doubt(seq.Doubt)
	for _, arg := range seq.Args {
		k.add(arg.Name)
	}
	return k
}

// sequence checks the steps of a sequence.
func (c *checker) sequence(seq *spec.StepSequence, on connected) {
	c.used[seq] = true
	c.steps(seq.Steps, on)
}

// arguments checks what a sequence is given, and that it is given all that it needs.
func (c *checker) arguments(step *spec.Step, a *spec.Use, seq *spec.StepSequence) {
	given, before := map[string]bool{}, c.out.Len()
	for _, w := range step.With {
		given[w.Name] = true
		c.missing(c.args, w.Pos, w.Name, "the sequence %q has no argument %q", a.Sequence, w.Name)
	}
	var needed []string
	for _, arg := range seq.Args {
		if arg.Value.IsNull() && !given[arg.Name] {
			needed = append(needed, strconv.Quote(arg.Name))
		}
	}
	if len(needed) == 0 || c.out.Len() > before { // what it has not is perhaps what it needs
		return
	}
	argument := "argument"
	if len(needed) > 1 {
		argument = "arguments"
	}
	message := fmt.Sprintf("the sequence %q needs the %s %s", a.Sequence, argument, strings.Join(needed, ", "))
	c.out.Because(message, diag.Diagnostic{Pos: a.Pos, Message: message})
}
