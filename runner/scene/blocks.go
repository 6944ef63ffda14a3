package scene

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"sync"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/spec"
)

// block carries out inner steps with further names in scope.
func block(ctx context.Context, t *task, at *place, local expr.Map, steps []spec.Step) *problem {
	th := t.thread
	outer, on := th.local, th.on
	defer func() { th.local, th.on, th.place = outer, on, at.outer }()
	th.place = at
	th.local = maps.Clone(outer)
	if th.local == nil {
		th.local = expr.Map{}
	}
	maps.Copy(th.local, local)
	th.on = t.step.On
	return performAll(ctx, th, steps)
}

// repeat carries out its steps round by round.
func repeat(ctx context.Context, t *task, a *spec.Repeat) *problem {
	if a.Each != nil {
		return repeatEach(ctx, t, a)
	}
	times, err := a.Times.Or(t.env(), spec.MaxRounds)
	if err != nil {
		return t.broken(err)
	}
	if times < 0 || times > spec.MaxRounds {
		return t.broken(fmt.Errorf("%d rounds are not between 1 and %d", times, spec.MaxRounds))
	}
	if times == 0 {
		return t.fails(a.Times.Pos, "0 rounds would check nothing")
	}
	of := times
	if !a.Times.IsSet() {
		of = 0
	}
	for i := range times {
		if p := block(ctx, t, t.place.round(t.step, i, of, nil), expr.Map{"index": i}, a.Steps); p != nil {
			return p
		}
		if a.Until == nil {
			continue
		}
		t.desk.pull()
		done, err := a.Until.Holds(t.env())
		if err != nil {
			return t.broken(err)
		}
		if done {
			return nil
		}
	}
	if a.Until != nil {
		return t.fails(a.Until.Pos, fmt.Sprintf("this did not hold after %d rounds", times))
	}
	return nil
}

// repeatEach carries out its steps for each item of a list.
func repeatEach(ctx context.Context, t *task, a *spec.Repeat) *problem {
	bound, err := a.Each.Bind(t.env())
	if err != nil {
		return t.broken(err)
	}
	items, ok := bound.Value().([]any)
	if !ok {
		return t.fails(a.Each.Pos, "each is no list")
	}
	if len(items) == 0 {
		return t.fails(a.Each.Pos, "each is an empty list, so nothing would be checked")
	}
	for i, item := range items {
		if p := block(ctx, t, t.place.round(t.step, i, len(items), item), expr.Map{"each": item, "index": i}, a.Steps); p != nil {
			return p
		}
	}
	return nil
}

// parallel carries out branches side by side and joins them in the order in which they are
// written. The first problem ends the others.
func parallel(ctx context.Context, t *task, a *spec.Parallel) *problem {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	branches := make([]*thread, len(a.Branches))
	var all sync.WaitGroup
	var once sync.Once
	var first *problem
	for i, b := range a.Branches {
		branches[i] = t.branch(b.On, t.place.inside("branch "+ordinal(i, len(a.Branches)), b.Pos))
		all.Go(func() {
			if p := performAll(ctx, branches[i], b.Steps); p != nil {
				once.Do(func() { // later problems may follow from the cancelling
					first = p
					cancel(&cutOff{"another branch", p})
				})
			}
		})
	}
	all.Wait()
	for _, b := range branches {
		t.join(b)
	}
	return first
}

// branch gives a thread that begins as this one is now. Its steps speak of a connection, or
// of that of the step if none is said.
func (t *task) branch(on string, at *place) *thread {
	if on == "" {
		on = t.step.On
	}
	return &thread{scene: t.scene, on: on, local: t.local, cursor: maps.Clone(t.cursor), depth: t.depth, beside: true, place: at}
}

// join takes over what a branch has done and read.
func (th *thread) join(branch *thread) {
	th.steps, th.did = append(th.steps, branch.steps...), th.did || branch.did
	for k, r := range branch.cursor {
		if last, seen := th.cursor[k]; !seen || r.Seq > last.Seq {
			th.cursor[k] = r
		}
	}
}

// use carries out a sequence with its arguments.
func use(ctx context.Context, t *task, a *spec.Use) *problem {
	seq := t.plan.Sequence(a.Sequence)
	if t.depth >= plan.MaxDepth {
		return t.broken(fmt.Errorf("sequences use each other more than %d deep", plan.MaxDepth))
	}
	args := expr.Map{}
	for _, list := range [][]yamldoc.Entry[value.Data]{seq.Args, t.step.With} {
		for _, arg := range list {
			bound, err := arg.Value.Bind(t.env())
			if err != nil {
				return t.broken(err)
			}
			args[arg.Name] = bound.Value()
		}
	}
	t.depth++
	defer func() { t.depth-- }()
	return block(ctx, t, t.place.inside(strconv.Quote(a.Sequence), t.step.Pos), expr.Map{"args": args}, seq.Steps)
}
