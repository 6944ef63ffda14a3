package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// script is one thread of a scene: the scenario itself, or a branch of a
// `parallel`. It reads forward by a cursor of its own.
type script struct {
	*scene
	on     string             // the connection of steps that name none
	local  expr.Map           // each, index, args
	cursor map[string]reached // how far it has read, by connection, or by connection and kind
	place  *place             // what it is inside of
	depth  int                // of sequences, against those that use themselves
	beside bool               // others run beside it, and may dial
	checks []trace.Check      // of the step that is carried out
	steps  []trace.Step
	did    bool // a step was carried out that is more than a block
}

// reached is the last event that a script has read, in brief, and by which step.
type reached struct {
	trace.Event
	step diag.Pos
}

// problem is why a step did not do what it should. It is no Go error: it is
// the verdict of a scenario.
type problem struct {
	verdict    trace.Verdict
	diagnostic diag.Diagnostic
	place      *place // of the step
	connection string // whose last events help to understand it
	recent     []trace.Event
	at         int              // how many events the log had by then
	ending     int              // those of our end help as well, from this one on; 0: not
	timing     *lateness.Window // what would have been in time on an idle machine; nil if time played no part
	excuse     string           // how our lateness may be the cause, where the step knows that itself
	missed     *waiting         // the step, where what it waits for may yet come
}

// all carries out steps in order, up to the first problem.
func (s *script) all(ctx context.Context, steps []spec.Step) *problem {
	for i := range steps {
		if p := s.carryOut(ctx, &steps[i]); p != nil {
			return p
		}
	}
	return nil
}

// carryOut performs one step and records it.
func (s *script) carryOut(ctx context.Context, step *spec.Step) *problem {
	if step.On == "" {
		on := *step
		on.On = s.on
		step = &on
	}
	rec := trace.Step{Pos: step.Pos, Verb: step.Verb, Name: step.Name, Start: s.now(), Verdict: trace.Passed}
	at := len(s.steps)
	s.steps = append(s.steps, rec)
	outer := s.checks // of the block that this step stands in
	s.checks = nil
	p, done := s.begin(ctx, step)
	if done && p == nil {
		p = s.do(ctx, step)
		if p == nil && !step.Facts().Label {
			s.names.put(step.As, momentLabel(s.now()))
		}
	}
	rec.End, rec.Checks = s.now(), s.checks
	s.checks = outer
	switch {
	case p != nil:
		s.excuse(p)
		rec.Verdict = p.verdict
		if p.verdict == trace.Skipped {
			rec.Reason = p.diagnostic.Message
		}
	case !done:
		rec.Verdict = trace.Skipped
	}
	s.steps[at] = rec
	s.did = s.did || didSomething(rec)
	if !s.options.Events && len(s.steps) == at+1 && !tells(rec) {
		s.steps = s.steps[:at] // or a script that repeats its steps would need more and more
	}
	return p
}

// tells reports whether something is known of a step that a report or a figure is
// made of.
func tells(st trace.Step) bool {
	return st.Verdict != trace.Passed && st.Verdict != trace.Skipped || st.Reason != "" ||
		slices.ContainsFunc(st.Checks, func(c trace.Check) bool { return c.Figure != nil || c.Verdict != trace.Passed })
}

// begin decides whether a step is carried out, and waits for the moment from
// which on it is. A step that waits counts from that moment instead.
func (s *script) begin(ctx context.Context, step *spec.Step) (*problem, bool) {
	if ctx.Err() != nil {
		return s.ranOut(ctx, step, "before this step", nil), false
	}
	if step.If != nil {
		holds, err := step.If.Holds(s.env())
		if err != nil {
			return s.broken(step, err), false
		}
		if !holds {
			return nil, false
		}
	}
	if step.After == nil {
		return nil, true
	}
	if step.Facts().Manner == spec.Reads {
		return nil, true
	}
	at, err := s.moment(*step.After)
	if err != nil {
		return s.broken(step, err), false
	}
	if err := s.options.Clock.Wait(ctx, s.log.Time(at)); err != nil {
		return s.ranOut(ctx, step, "before the moment of this step", nil), false
	}
	return nil, true
}

// do is the one switch over all kinds of steps.
func (s *script) do(ctx context.Context, step *spec.Step) *problem {
	switch a := step.Action.(type) {
	case *spec.Connect:
		return s.connect(ctx, step, a)
	case *spec.Accept:
		return s.accept(ctx, step, a)
	case *spec.Send:
		return s.send(ctx, step, a)
	case *spec.Expect:
		return s.expect(ctx, step, a)
	case *spec.SendMedia:
		return s.sendMedia(ctx, step, a)
	case *spec.StopMedia:
		return s.stopMedia(step, a)
	case *spec.ClearMedia:
		return s.order(ctx, step, &a.Tag, giveClear)
	case *spec.SendMark:
		return s.order(ctx, step, &a.Name, giveMark)
	case *spec.SendDTMF:
		return s.order(ctx, step, &a.Digits, giveDTMF)
	case *spec.Close:
		return s.close(ctx, step, a)
	case *spec.Drop:
		return s.drop(step, a)
	case *spec.Reading:
		return s.reading(step, a)
	case *spec.SendPing:
		return s.sendPing(ctx, step, a)
	case *spec.SendFrame:
		return s.sendFrame(ctx, step, a)
	case *spec.SendBytes:
		return s.sendBytes(ctx, step, a)
	case *spec.Assert:
		return s.assert(step, a)
	case *spec.Wait:
		return s.wait(ctx, step, a)
	case *spec.Set:
		return s.set(step, a)
	case *spec.Skip:
		return s.skip(step, a)
	case *spec.Listener:
		return s.addListener(step.Pos, step.On, a)
	case *spec.RemoveListener:
		return s.removeListener(step, a)
	case *spec.Repeat:
		return s.repeat(ctx, step, a)
	case *spec.Parallel:
		return s.parallel(ctx, step, a)
	case *spec.Use:
		return s.use(ctx, step, a)
	}
	return s.broken(step, fmt.Errorf("the verb %q cannot be performed", step.Verb))
}

// within gives the time that a step has.
func (s *script) within(step *spec.Step) (time.Duration, error) { return s.Within(step, s.env()) }

// fails says that what the step wants is not so.
func (s *script) fails(step *spec.Step, pos diag.Pos, message string, details []diag.Detail) *problem {
	return s.problem(trace.Failed, step.On, diag.Diagnostic{Pos: pos, Message: message, Context: step.Pos, Details: details})
}

// mistaken says that the scenario asks for what cannot be, whatever its peers do.
func (s *script) mistaken(step *spec.Step, pos diag.Pos, message string) *problem {
	return s.problem(trace.Errored, step.On, diag.Diagnostic{Pos: pos, Message: message, Context: step.Pos})
}

// broken says that the step could not be performed.
func (s *script) broken(step *spec.Step, err error) *problem {
	return s.brokenAt(step.Pos, step.On, err)
}

// brokenAt is the same where no step, or more than one, is to blame.
func (s *script) brokenAt(pos diag.Pos, connection string, err error) *problem {
	return s.problem(trace.Errored, connection, diag.At(pos, err))
}

// problem makes one of what has happened by now. The last events of the
// connection help to understand it.
func (s *script) problem(verdict trace.Verdict, connection string, d diag.Diagnostic) *problem {
	at := s.log.Len()
	return &problem{verdict: verdict, diagnostic: d, place: s.place, connection: connection, recent: s.recent(connection, at), at: at}
}

// recent gives the last events of a connection before one of the scenario.
func (s *scene) recent(connection string, before int) []trace.Event {
	s.pull()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inbox.recent(connection, before)
}

// recentOf is the same of several.
func (s *scene) recentOf(connections []string, before int) []trace.Event {
	var out []trace.Event
	for _, name := range connections {
		out = append(out, s.recent(name, before)...)
	}
	slices.SortFunc(out, func(a, b trace.Event) int { return a.Seq - b.Seq })
	return out
}

// errTimeout is why a context ends whose scenario has used up its time.
var errTimeout = errors.New("the scenario's time is over")

// cutOff is why a context ends whose script another one of the scenario has ended.
type cutOff struct {
	who string // of the scripts it was
	why *problem
}

// Error says what came before.
func (c *cutOff) Error() string {
	return fmt.Sprintf("cut off: %s has ended: %v", c.who, c.why.diagnostic)
}

// ranOut says that ctx has ended, and by its cause what that means: the scenario's
// time is over; another script of it has ended, and tells why; or whoever runs
// the scenario has ended it, by a deadline or an interruption, for which nobody is
// to blame.
func (s *script) ranOut(ctx context.Context, step *spec.Step, where string, details []diag.Detail) *problem {
	var cut *cutOff
	switch cause := context.Cause(ctx); {
	case errors.As(cause, &cut):
		return s.problem(trace.Skipped, step.On, diag.Diagnostic{Pos: step.Pos, Message: cut.Error()})
	case !errors.Is(cause, errTimeout):
		s.mu.Lock()
		s.interrupted = true
		s.mu.Unlock()
		return s.broken(step, fmt.Errorf("the run was interrupted %s", where))
	}
	p := s.fails(step, step.Pos, "the scenario ran out of time "+where, details)
	p.timing = &lateness.Window{From: s.scene.begin, To: s.now()}
	return p
}

// overflow says that what the scenario holds has ended it. It says so once.
func (s *script) overflow() *problem {
	s.mu.Lock()
	over := s.account.Over() && !s.tooMuch
	s.tooMuch = s.tooMuch || over
	slow := s.slow
	s.slow = nil
	s.mu.Unlock()
	switch {
	case over:
		return s.overBudget()
	case slow != nil:
		return s.brokenAt(slow.When.Pos, s.on, fmt.Errorf("comparing this %s with listener %q took longer than %s", slow.kind, slow.Name, slowMatch))
	}
	return nil
}

// note records a comparison.
func (s *script) note(c trace.Check) { s.checks = append(s.checks, c) }
