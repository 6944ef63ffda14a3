package scene

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// problem makes one of what has happened by now. The last events of the connection help to
// understand it.
func (th *thread) problem(verdict trace.Verdict, connection string, d diag.Diagnostic) *problem {
	at := th.desk.log.Len()
	return &problem{verdict: verdict, diagnostic: d, place: th.place, connection: connection, recent: th.desk.recent(at, connection), to: th.desk.now(), at: at}
}

// broken says that something could not be performed. It stands at pos, unless the error
// has a place of its own.
func (th *thread) broken(pos diag.Pos, connection string, err error) *problem {
	return th.problem(trace.Errored, connection, diag.At(pos, err))
}

// met makes a problem of the step.
func (t *task) met(verdict trace.Verdict, d diag.Diagnostic) *problem {
	p := t.problem(verdict, t.step.On, d)
	if speaks(t.step) {
		return p
	}
	names := looksAt(t.step, t.names, t.desk)
	if t.step.On == spec.MainConnection { // it was not said
		p.connection = ""
	}
	if len(names) == 1 {
		p.connection = names[0]
	}
	p.recent = t.desk.recent(p.at, names...)
	return p
}

// fails says that what the step wants is not so.
func (t *task) fails(pos diag.Pos, message string, details ...diag.Detail) *problem {
	return t.met(trace.Failed, diag.Diagnostic{Pos: pos, Message: message, Context: t.step.Pos, Details: details})
}

// mistaken says that the scenario asks for what cannot be, whatever its peers do.
func (t *task) mistaken(pos diag.Pos, message string) *problem {
	return t.met(trace.Errored, diag.Diagnostic{Pos: pos, Message: message, Context: t.step.Pos})
}

// broken says that the step could not be performed.
func (t *task) broken(err error) *problem { return t.met(trace.Errored, diag.At(t.step.Pos, err)) }

// ranOut says that ctx has ended, and what its cause means. The time of the scenario may
// be over. Another thread may have ended it, which tells why. Otherwise whoever runs the
// scenario has ended it, by a deadline or an interruption, and nobody is to blame.
func (t *task) ranOut(ctx context.Context, where string, details ...diag.Detail) *problem {
	var cut *cutOff
	switch cause := context.Cause(ctx); {
	case errors.As(cause, &cut):
		return t.met(trace.Skipped, diag.Diagnostic{Pos: t.step.Pos, Message: cut.Error()})
	case !errors.Is(cause, errTimeout):
		t.interrupted.Store(true)
		return t.broken(fmt.Errorf("the run was interrupted %s", where))
	}
	p := t.fails(t.step.Pos, "the scenario ran out of time "+where, details...)
	p.excuse = vain(ctx)
	return p
}

// belated fails if what the step waited for came at an offset after its time, though it was
// waited for. what is said of it, such as "the command ended".
func (t *task) belated(p *patience, at time.Duration, what string) *problem {
	if at <= p.deadline() {
		return nil
	}
	out := t.fails(t.timePos(t.step.Pos), fmt.Sprintf("%s after %s, not within %s", what, diag.Round(at-p.from), diag.Round(p.asked)))
	out.excuse = p.forgives(at)
	return out
}

// timePos is where the time of the step is said: at its `within`, if it has one.
func (t *task) timePos(pos diag.Pos) diag.Pos {
	if t.step.Within.IsSet() {
		return t.step.Within.Pos
	}
	return pos
}
