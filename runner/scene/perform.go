package scene

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// performAll carries out steps in order, up to the first problem.
func performAll(ctx context.Context, th *thread, steps []spec.Step) *problem {
	for i := range steps {
		if p := perform(ctx, th, &steps[i]); p != nil {
			return p
		}
	}
	return nil
}

// perform carries out one step and records it.
func perform(ctx context.Context, th *thread, step *spec.Step) *problem {
	if step.On == "" {
		on := *step
		on.On = th.on
		step = &on
	}
	t := &task{thread: th, step: step}
	rec := trace.Step{Pos: step.Pos, Verb: step.Verb, Name: step.Name, Start: t.now(), Verdict: trace.Passed}
	at := len(th.steps)
	th.steps = append(th.steps, rec)
	t.desk.pull() // listeners count what has come
	p, done := begin(ctx, t)
	if done && p == nil {
		began := t.now()
		p = act(ctx, t)
		if p == nil && !step.Facts().Label {
			t.label(timeOf(t, began))
		}
	}
	rec.End, rec.Checks = t.now(), t.checks
	switch {
	case p != nil:
		if p.from == 0 {
			p.from = rec.Start
		}
		th.excuses.excuse(p)
		rec.Verdict = p.verdict
		if p.verdict == trace.Skipped {
			rec.Reason = p.diagnostic.Message
		}
	case !done:
		rec.Verdict = trace.Skipped
	}
	th.steps[at] = rec
	th.did = th.did || didSomething(rec)
	if !th.stage.Events && len(th.steps) == at+1 && !tells(rec) {
		th.steps = th.steps[:at] // a thread that repeats its steps would need more and more
	}
	return p
}

// timeOf is the label of a step of which only the time is known. What the step does to a
// peer may be answered before the step is over, so its time is that before it was done.
func timeOf(t *task, began time.Duration) label {
	if facts := t.step.Facts(); facts.Link == spec.Uses && facts.Manner == spec.Acts {
		return momentLabel(began)
	}
	return momentLabel(t.now())
}

// tells reports whether a report or a figure is made of a step.
func tells(st trace.Step) bool {
	return st.Verdict != trace.Passed && st.Verdict != trace.Skipped || st.Reason != "" ||
		slices.ContainsFunc(st.Checks, func(c trace.Check) bool { return c.Figure != nil || c.Verdict != trace.Passed })
}

// didSomething reports whether a step was carried out that is more than a block around
// others, each of which is a step of its own, and more than a remark.
func didSomething(st trace.Step) bool {
	manner := spec.FactsOf(st.Verb).Manner
	return st.Verdict != trace.Skipped && manner != spec.Around && manner != spec.Remarks
}

// begin decides by `if` whether a step is carried out, and waits for `after`. A step that
// waits for events does not wait here: it counts from that moment.
func begin(ctx context.Context, t *task) (*problem, bool) {
	if ctx.Err() != nil {
		return t.ranOut(ctx, "before this step"), false
	}
	if t.step.If != nil {
		holds, err := t.step.If.Holds(t.env())
		if err != nil {
			return t.broken(err), false
		}
		if !holds {
			return nil, false
		}
	}
	if t.step.After == nil || t.step.Facts().Manner == spec.Reads {
		return nil, true
	}
	at, err := t.moment(*t.step.After)
	if err != nil {
		return t.broken(err), false
	}
	if err := t.stage.Clock.Wait(ctx, t.desk.log.Time(at)); err != nil {
		return t.ranOut(ctx, "before the moment of this step"), false
	}
	return nil, true
}

// act does what the verb of a step says. It is the one switch over all verbs.
func act(ctx context.Context, t *task) *problem {
	switch a := t.step.Action.(type) {
	case *spec.Connect:
		return connect(ctx, t, a)
	case *spec.Accept:
		return accept(ctx, t, a)
	case *spec.HTTP:
		return request(ctx, t, a)
	case *spec.Send:
		return send(ctx, t, a)
	case *spec.Expect:
		return expect(ctx, t, a)
	case *spec.SendMedia:
		return sendMedia(ctx, t, a)
	case *spec.StopMedia:
		return stopMedia(t, a)
	case *spec.ClearMedia:
		return order(ctx, t, &a.Tag, giveClear)
	case *spec.SendMark:
		return order(ctx, t, &a.Name, giveMark)
	case *spec.SendDTMF:
		return order(ctx, t, &a.Digits, giveDTMF)
	case *spec.Close:
		return closeConnection(ctx, t, a)
	case *spec.Drop:
		return drop(t, a)
	case *spec.Reading:
		return reading(t, a)
	case *spec.Network:
		return setNetwork(t, a)
	case *spec.SendPing:
		return sendPing(ctx, t, a)
	case *spec.SendFrame:
		return sendFrame(ctx, t, a)
	case *spec.SendBytes:
		return sendBytes(ctx, t, a)
	case *spec.Assert:
		return assert(t, a)
	case *spec.Wait:
		return wait(ctx, t, a)
	case *spec.Set:
		return set(t, a)
	case *spec.Log:
		return logNote(t, a)
	case *spec.Skip:
		return skip(t, a)
	case *spec.Run:
		return run(ctx, t, a)
	case *spec.Stop:
		return stop(ctx, t, a)
	case *spec.Listener:
		return addListener(t.thread, t.step.Pos, t.step.On, a)
	case *spec.RemoveListener:
		return removeListener(t, a)
	case *spec.Repeat:
		return repeat(ctx, t, a)
	case *spec.Parallel:
		return parallel(ctx, t, a)
	case *spec.Use:
		return use(ctx, t, a)
	}
	return t.broken(fmt.Errorf("the verb %q cannot be performed", t.step.Verb))
}
