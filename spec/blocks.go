package spec

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// MaxRounds is the most rounds of a `repeat`.
const MaxRounds = 1_000_000

// Repeat carries out its steps in rounds: a number of times, until an expression
// holds, or once for each item of a list.
type Repeat struct {
	Times Value[int]
	Until *value.Expression
	Each  *value.Data
	Steps []Step
}

func (r *Repeat) shape() yamldoc.Shape {
	return yamldoc.Whole(yamldoc.Map(r), func(n *yamldoc.Node, out *diag.List) {
		if !r.Times.IsSet() && r.Until == nil && r.Each == nil {
			out.Hintf(n.Pos, "write times, until or each", "a repeat without an end")
		}
		if n, ok := r.Times.Known(); ok && n < 1 {
			out.Addf(r.Times.Pos, "%d rounds check nothing", n)
		}
		if r.Each != nil && (r.Times.IsSet() || r.Until != nil) {
			out.Addf(n.Pos, "each stands alone, without times and until")
		}
	})
}

// Names gives the steps, the expression that ends the rounds, and the items.
func (r *Repeat) Names() Names {
	names := Names{Blocks: []Block{{Steps: r.Steps}}}
	if r.Until != nil {
		names.Expressions = []*value.Expression{r.Until}
	}
	if r.Each != nil {
		names.Kept = []value.Data{*r.Each}
	}
	return names
}

// Keys names the keys of `repeat`.
func (r *Repeat) Keys(k *yamldoc.Keys) {
	k.Key("times", Integer(&r.Times), "The most rounds; ${index} counts them from 0.")
	k.Key("until", yamldoc.Optional(&r.Until, conditionShape), "Ends once this expression holds; computed after each round.")
	k.Key("each", yamldoc.Optional(&r.Each, kept), "Once for each item of this list, which is ${each}.")
	k.Key("steps", Steps(&r.Steps), "The steps.", yamldoc.Required)
}

// Parallel carries out branches side by side and waits for all of them.
type Parallel struct {
	Branches []Branch
}

// Branch is one list of steps of a parallel.
type Branch struct {
	Pos   diag.Pos
	On    string
	Steps []Step
	Doubt diag.Doubt // about the branch, without its steps
}

func (b *Branch) shape() yamldoc.Shape { return yamldoc.Doubted(&b.Doubt, yamldoc.Map(b)) }

func (p *Parallel) shape() yamldoc.Shape {
	branches := yamldoc.List(&p.Branches, (*Branch).shape)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind == yamldoc.Sequence && len(n.Items) == 0 {
			out.Addf(n.Pos, "a parallel without branches checks nothing")
		}
		branches.Decode(n, out)
	}, branches.Describe)
}

// Names gives the branches.
func (p *Parallel) Names() Names {
	var names Names
	for _, b := range p.Branches {
		names.Blocks = append(names.Blocks, Block{b.On, b.Steps, b.Doubt})
	}
	return names
}

// Keys names the keys of a branch.
func (b *Branch) Keys(k *yamldoc.Keys) {
	if n := k.Node(); n != nil {
		b.Pos = n.Pos
	}
	k.Key("on", wordShape(&b.On), "The connection of its steps.")
	k.Key("steps", Steps(&b.Steps), "The steps.", yamldoc.Required)
}

// Use carries out a sequence of the suite. The arguments stand under the step's
// `with`.
type Use struct {
	Pos      diag.Pos
	Sequence string
}

func (u *Use) shape() yamldoc.Shape { return yamldoc.Placed(&u.Pos, wordShape(&u.Sequence)) }

// Names gives nothing. The names in a sequence are looked up for each place that
// uses it.
func (u *Use) Names() Names { return Names{} }

// StepSequence is a named list of steps with arguments.
type StepSequence struct {
	Args  []yamldoc.Entry[value.Data]
	Steps []Step
	Doubt diag.Doubt // about the sequence, without its steps
}

func (s *StepSequence) shape() yamldoc.Shape { return yamldoc.Doubted(&s.Doubt, yamldoc.Map(s)) }

// Keys names the keys of a sequence.
func (s *StepSequence) Keys(k *yamldoc.Keys) {
	k.Key("args", yamldoc.Dict(&s.Args, kept), "Arguments and their defaults; null where `with` must give one.")
	k.Key("steps", Steps(&s.Steps), "The steps.", yamldoc.Required)
}
