package scene

import (
	"context"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// Occasion is one of the times at which a scenario is performed.
type Occasion struct {
	Turn plan.Turn
	Of   int   // how many runs there are, to name this one of them
	Left *Left // what the setup of the suite left; nil if there is none

	Services *Services // of the suite; nil if there are none
}

// Left is what a setup leaves for the scenarios of its suite: labels and variables.
type Left struct{ names *names }

// Result is what came of a performance.
type Result struct {
	Trace       trace.Scenario
	Interrupted bool // by the context

	main *thread
}

// Left gives what a setup leaves. It stays usable whatever came of the setup.
func (r *Result) Left() *Left { return &Left{r.main.names} }

// Figures gives the figures of one check over all runs of a load: none if this run has
// none.
func (r *Result) Figures(c spec.LoadCheck) []trace.Figure {
	var found *trace.Figure
	switch {
	case c.Measure != "":
		return figuresOf(&r.Trace, c.Measure)
	case c.Difference != nil:
		if d, err := r.main.names.difference(*c.Difference); err == nil {
			found = assertions.Figure(d)
		}
	default:
		if v, err := c.Expression.Value(r.main.env()); err == nil {
			found = assertions.Figure(v)
		}
	}
	if found == nil {
		return nil
	}
	return []trace.Figure{*found}
}

// figuresOf gives the figures that the checks of a measure brought.
func figuresOf(run *trace.Scenario, measure string) []trace.Figure {
	var out []trace.Figure
	for _, step := range run.Steps {
		for _, check := range step.Checks {
			if check.Subject == measure && check.Figure != nil {
				out = append(out, *check.Figure)
			}
		}
	}
	return out
}

// Perform performs a scenario once. It returns when all of it has ended. If ctx ends
// before, the rest of the steps is left out, apart from `finally`.
func (g *Stage) Perform(ctx context.Context, p *plan.Scenario, o Occasion) *Result {
	s := g.scene(p, o.Turn, o.Services)
	if o.Left != nil {
		o.Left.names.bequeath(s.names)
	}
	main := s.main()
	main.place = placeOf(p, o)
	if p.Load != nil {
		main.local = expr.Map{"index": o.Turn.Run}
	}
	r := &Result{main: main}
	s.perform(ctx, r)
	r.Interrupted = s.interrupted.Load()
	return r
}

// scene makes what the threads of a scenario share. The services of the suite may be nil.
func (g *Stage) scene(p *plan.Scenario, t plan.Turn, shared *Services) *scene {
	account := g.Budget.Open()
	d := newDesk(g.Start, account, history{wants: &p.Wants, all: g.Events, stills: g.Lateness.Stills})
	begin := d.now()
	programs := &programs{plan: p, stage: g}
	if shared != nil {
		programs.shared = shared.programs
	}
	s := &scene{
		plan: p, stage: g, turn: t, begin: begin, desk: d, names: newNames(account, p.Vars()), own: &own{of: map[*session.Conn]expr.Map{}},
		sounds:    &sounds{p, p.Random(t), g.Measuring},
		endpoints: &endpoints{desk: d, byName: map[string]*endpoint{}, bad: p.Wants.Network},
		dials:     &diallings{of: map[*session.Conn]*dialling{}},
		programs:  programs,
		excuses:   &excuses{Excuses: g.Lateness, desk: d, begin: begin},
	}
	s.endpoints.reply = s.reply
	return s
}

// placeOf is the place of all that a scenario does in one of several runs; nil in the only
// one.
func placeOf(p *plan.Scenario, o Occasion) *place {
	switch {
	case p.Load != nil:
		times, _ := p.Load.Times.Known()
		return &place{name: "run " + ordinal(o.Turn.Run, times), pos: p.Load.Pos, index: o.Turn.Run}
	case o.Of > 1 && p.Spec.Pos.Line > 0:
		return &place{name: "run " + ordinal(o.Turn.Run, o.Of), index: -1}
	}
	return nil
}

// draw computes the variables anew that hold random values, if this is not the first turn.
func (s *scene) draw() error {
	values, err := s.plan.Draw(s.turn, s.names.variables(), s.sounds.random)
	for name, v := range values {
		s.names.set(name, v)
	}
	return err
}

// perform carries out the scenario by its main thread, and puts its trace into r. It and
// what it calls while steps wait keep large values off the stack: a thousand scenarios
// may wait at once.
func (s *scene) perform(ctx context.Context, r *Result) {
	defer s.desk.account.Close()
	main := r.main
	timeout, err := s.prepare()
	if err != nil {
		s.stillborn(r, err)
		return
	}
	said := s.plan.Spec.Pos
	if s.plan.Spec.Timeout.IsSet() {
		said = s.plan.Spec.Timeout.Pos
	}
	s.conclude(ctx, r, s.inTime(ctx, main, said, timeout, func(ctx context.Context) *problem { return s.steps(ctx, main) }))
}

// inTime performs a part of the scenario that may take so long, as is said at pos, or longer
// by as much as we were late.
func (s *scene) inTime(ctx context.Context, main *thread, pos diag.Pos, timeout time.Duration, part func(context.Context) *problem) []*problem {
	p := s.excuses.patience(timeout)
	run, cancel := p.bound(ctx, errTimeout)
	defer cancel()
	return withListeners(run, main, func(ctx context.Context) *problem {
		if wrong := part(ctx); wrong != nil {
			return wrong
		}
		return main.overran(p, pos)
	})
}

// overran fails if all steps were carried out, but only after their time.
func (th *thread) overran(p *patience, pos diag.Pos) *problem {
	t := &task{thread: th, step: &spec.Step{Pos: pos}}
	out := t.belated(p, t.now(), "the last step ended")
	if out != nil {
		th.excuses.excuse(out)
	}
	return out
}

// prepare computes what each turn computes anew, and the timeout of the scenario.
func (s *scene) prepare() (timeout time.Duration, err error) {
	if err := s.draw(); err != nil {
		return 0, err
	}
	return s.plan.Timeout()
}

// stillborn concludes a scenario that could not begin.
func (s *scene) stillborn(r *Result, err error) {
	r.Trace = s.publish(nil, []*problem{r.main.broken(s.plan.Spec.Pos, "", err)}, false)
}

// conclude does what follows the steps, and finds what nobody expected.
func (s *scene) conclude(ctx context.Context, r *Result, problems []*problem) {
	main := r.main
	did := main.did
	if len(s.plan.Spec.Finally) > 0 {
		problems = append(problems, s.finally(ctx, main)...)
	}
	problems = s.settle(ctx, main, problems)
	notes := s.endpoints.close(ctx, s.plan.Spec.Pos)
	if len(notes) > 0 {
		did = true
		s.desk.awaitRefusals()
	}
	unopened := s.desk.unopened()
	s.desk.shutdown(ctx)
	s.desk.pull()
	problems = main.beforeAll(problems)
	for _, last := range []func() *problem{main.overflow, main.anyUntimely, main.unexpected, func() *problem { return main.neverOpened(unopened) }} {
		if len(problems) > 0 {
			break
		}
		if p := last(); p != nil {
			problems = []*problem{p}
		}
	}
	problems = main.withFallen(problems)
	s.programs.stop()
	r.Trace = s.publish(append(main.steps, notes...), problems, did)
}

// steps opens what stands beside the steps, and carries them out.
func (s *scene) steps(ctx context.Context, main *thread) *problem {
	if p := main.dead(); p != nil {
		return p
	}
	declared, err := s.plan.Endpoints()
	if err == nil {
		err = s.endpoints.open(declared, s.stage.Listen)
	}
	if err != nil {
		return main.broken(s.plan.Spec.Pos, "", err)
	}
	if p := s.serve(ctx, main); p != nil {
		return p
	}
	for i := range s.plan.Spec.Listeners {
		l := &s.plan.Spec.Listeners[i]
		if p := addListener(main, l.Pos, l.On, l); p != nil {
			return p
		}
	}
	return performAll(ctx, main, s.plan.Spec.Steps)
}

// finallyTime bounds `finally`, which has to be short: it runs also when the scenario's
// own time is over. What is left of it after an interruption is at most hurriedTime.
const (
	finallyTime = 30 * time.Second
	hurriedTime = 5 * time.Second
)

// finally carries out the steps of `finally`.
func (s *scene) finally(ctx context.Context, main *thread) []*problem {
	main.place = main.place.inside("finally", diag.Pos{})
	defer func() { main.place = main.place.outer }()
	run, cancel := afterwards(ctx)
	defer cancel()
	return s.inTime(run, main, s.plan.Spec.Pos, finallyTime, func(ctx context.Context) *problem {
		return performAll(ctx, main, s.plan.Spec.Finally)
	})
}

// afterwards gives the context of `finally`, which is carried out after an interruption too,
// but then in less time.
func afterwards(ctx context.Context) (context.Context, context.CancelFunc) {
	run, hurry := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		late := time.NewTimer(hurriedTime)
		defer late.Stop()
		select {
		case <-late.C:
			hurry()
		case <-run.Done():
		}
	})
	return run, func() {
		stop()
		hurry()
	}
}

// withListeners performs a part of the scenario while a thread of its own answers for the
// listeners.
func withListeners(ctx context.Context, main *thread, part func(context.Context) *problem) []*problem {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	listener := main.scene.main()
	ended := make(chan *problem, 1)
	quiet, stop := context.WithCancel(ctx)
	go func() {
		p := listener.answerAll(quiet)
		if p != nil {
			cancel(&cutOff{"a listener", p}) // a listener that cannot answer ends the steps
		}
		ended <- p
	}()
	mainProblem := part(ctx)
	first := mainProblem != nil && ctx.Err() == nil // then what a listener meets follows from it
	if first && mainProblem.missed != nil {
		mainProblem.missed(ctx)
	}
	stop()
	listenerProblem := <-ended
	switch {
	case first, listenerProblem == nil && mainProblem != nil:
		return []*problem{mainProblem}
	case listenerProblem != nil: // it has ended the steps
		return []*problem{listenerProblem}
	}
	return nil
}

// settle waits for what peers have to say by themselves, while listeners still answer, and
// says where our end begins. If nothing is judged by that, nobody waits. Lines that are bad
// are good again before, so that what is on its way has come.
func (s *scene) settle(ctx context.Context, main *thread, problems []*problem) []*problem {
	s.endpoints.over.Store(true)
	restore(s.desk)
	if len(problems) == 0 && !s.plan.Spec.Unexpected.Ignore && s.interferes() {
		seen := s.plan.Wants.Kinds["pong"] || s.plan.Wants.Kinds["frame"]
		problems = withListeners(ctx, main, func(ctx context.Context) *problem {
			s.desk.hearOut(ctx, !seen)
			return nil
		})
	}
	if s.interferes() {
		s.desk.beginEnd()
	}
	return problems
}

// interferes reports whether the end of the scenario is going to do anything that a peer
// could notice. If the steps have ended everything themselves, all that comes is the
// peer's doing.
func (s *scene) interferes() bool { return len(s.endpoints.byName) > 0 || s.desk.inUse() }
