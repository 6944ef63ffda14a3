package runner

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
	"github.com/duologue/duologue/trace"
)

// block carries out inner steps with further names in scope.
func (s *script) block(ctx context.Context, step *spec.Step, at *place, local expr.Map, steps []spec.Step) *problem {
	outer, on := s.local, s.on
	defer func() { s.local, s.on, s.place = outer, on, at.outer }()
	s.place = at
	s.local = maps.Clone(outer)
	if s.local == nil {
		s.local = expr.Map{}
	}
	maps.Copy(s.local, local)
	s.on = step.On
	return s.all(ctx, steps)
}

// repeat carries out its steps round by round.
func (s *script) repeat(ctx context.Context, step *spec.Step, a *spec.Repeat) *problem {
	if a.Each != nil {
		return s.repeatEach(ctx, step, a)
	}
	times, err := a.Times.Or(s.env(), spec.MaxRounds)
	if err != nil {
		return s.broken(step, err)
	}
	if times < 0 || times > spec.MaxRounds {
		return s.broken(step, fmt.Errorf("%d rounds are not between 1 and %d", times, spec.MaxRounds))
	}
	if times == 0 {
		return s.fails(step, a.Times.Pos, "0 rounds would check nothing", nil)
	}
	of := times
	if !a.Times.IsSet() {
		of = 0
	}
	for i := range times {
		if p := s.block(ctx, step, s.round(step, i, of, nil), expr.Map{"index": i}, a.Steps); p != nil {
			return p
		}
		if a.Until == nil {
			continue
		}
		done, err := a.Until.Holds(s.env())
		if err != nil {
			return s.broken(step, err)
		}
		if done {
			return nil
		}
	}
	if a.Until != nil {
		return s.fails(step, a.Until.Pos, fmt.Sprintf("this did not hold after %d rounds", times), nil)
	}
	return nil
}

func (s *script) repeatEach(ctx context.Context, step *spec.Step, a *spec.Repeat) *problem {
	bound, err := a.Each.Bind(s.env())
	if err != nil {
		return s.broken(step, err)
	}
	items, ok := bound.Value().([]any)
	if !ok {
		return s.fails(step, a.Each.Pos, "each is no list", nil)
	}
	if len(items) == 0 {
		return s.fails(step, a.Each.Pos, "each is an empty list, so nothing would be checked", nil)
	}
	for i, item := range items {
		if p := s.block(ctx, step, s.round(step, i, len(items), item), expr.Map{"each": item, "index": i}, a.Steps); p != nil {
			return p
		}
	}
	return nil
}

// parallel carries out branches side by side and joins them in the order in
// which they are written. The first problem ends the others.
func (s *script) parallel(ctx context.Context, step *spec.Step, a *spec.Parallel) *problem {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	branches := make([]*script, len(a.Branches))
	var all sync.WaitGroup
	var once sync.Once
	var first *problem
	for i, b := range a.Branches {
		on := b.On
		if on == "" {
			on = step.On
		}
		branches[i] = &script{scene: s.scene, on: on, local: s.local, cursor: maps.Clone(s.cursor), depth: s.depth, beside: true,
			place: s.inside("branch "+ordinal(i, len(a.Branches)), b.Pos)}
		all.Go(func() {
			if p := branches[i].all(ctx, b.Steps); p != nil {
				once.Do(func() { // what follows may come of the cancelling
					first = p
					cancel(&cutOff{"another branch", p})
				})
			}
		})
	}
	all.Wait()
	for _, b := range branches {
		s.steps, s.did = append(s.steps, b.steps...), s.did || b.did
		for k, r := range b.cursor {
			if last, seen := s.cursor[k]; !seen || r.Seq > last.Seq {
				s.cursor[k] = r
			}
		}
	}
	return first
}

// use carries out a sequence with its arguments.
func (s *script) use(ctx context.Context, step *spec.Step, a *spec.Use) *problem {
	seq := s.Sequence(a.Sequence)
	if s.depth >= plan.MaxDepth {
		return s.broken(step, fmt.Errorf("sequences use each other more than %d deep", plan.MaxDepth))
	}
	args := expr.Map{}
	for _, list := range [][]yamldoc.Entry[value.Data]{seq.Args, step.With} {
		for _, arg := range list {
			bound, err := arg.Value.Bind(s.env())
			if err != nil {
				return s.broken(step, err)
			}
			args[arg.Name] = bound.Value()
		}
	}
	s.depth++
	defer func() { s.depth-- }()
	return s.block(ctx, step, s.inside(strconv.Quote(a.Sequence), step.Pos), expr.Map{"args": args}, seq.Steps)
}

// wait waits for a while, or for the end of a stream.
func (s *script) wait(ctx context.Context, step *spec.Step, a *spec.Wait) *problem {
	if a.Label.Text != "" {
		return s.waitFor(ctx, step, a)
	}
	text, err := a.For.In(s.env())
	if err != nil {
		return s.broken(step, err)
	}
	d, err := expr.ParseDuration(text)
	if err != nil {
		return s.broken(step, err)
	}
	if err := s.options.Clock.Wait(ctx, s.log.Time(s.now()+d)); err != nil {
		return s.ranOut(ctx, step, "in this step", nil)
	}
	return nil
}

func (s *script) waitFor(ctx context.Context, step *spec.Step, a *spec.Wait) *problem {
	done := s.names.ended(a.Label.Text)
	if done == nil {
		return s.mistaken(step, a.For.Pos, fmt.Sprintf("the label %q is no stream that is sent", a.Label.Text))
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return s.ranOut(ctx, step, "in this step", nil)
	}
}

// set gives values to variables.
func (s *script) set(step *spec.Step, a *spec.Set) *problem {
	for _, v := range a.Vars {
		bound, err := v.Value.Bind(s.env())
		if err != nil {
			return s.broken(step, err)
		}
		s.names.set(v.Name, bound.Value())
	}
	return nil
}

// skip ends the scenario as skipped.
func (s *script) skip(step *spec.Step, a *spec.Skip) *problem {
	reason, err := a.Reason.In(s.env())
	if err != nil {
		return s.broken(step, err)
	}
	p := s.fails(step, step.Pos, reason, nil)
	p.verdict = trace.Skipped
	return p
}
