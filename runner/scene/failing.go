package scene

import (
	"context"
	"errors"
	"fmt"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/runner/lateness"
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

// fails says that what the step wants is not so.
func (t *task) fails(pos diag.Pos, message string, details ...diag.Detail) *problem {
	return t.problem(trace.Failed, t.step.On, diag.Diagnostic{Pos: pos, Message: message, Context: t.step.Pos, Details: details})
}

// mistaken says that the scenario asks for what cannot be, whatever its peers do.
func (t *task) mistaken(pos diag.Pos, message string) *problem {
	return t.problem(trace.Errored, t.step.On, diag.Diagnostic{Pos: pos, Message: message, Context: t.step.Pos})
}

// broken says that the step could not be performed.
func (t *task) broken(err error) *problem { return t.thread.broken(t.step.Pos, t.step.On, err) }

// ranOut says that ctx has ended, and what its cause means. The time of the scenario may
// be over. Another thread may have ended it, which tells why. Otherwise whoever runs the
// scenario has ended it, by a deadline or an interruption, and nobody is to blame.
func (t *task) ranOut(ctx context.Context, where string, details ...diag.Detail) *problem {
	var cut *cutOff
	switch cause := context.Cause(ctx); {
	case errors.As(cause, &cut):
		return t.problem(trace.Skipped, t.step.On, diag.Diagnostic{Pos: t.step.Pos, Message: cut.Error()})
	case !errors.Is(cause, errTimeout):
		t.interrupted.Store(true)
		return t.broken(fmt.Errorf("the run was interrupted %s", where))
	}
	p := t.fails(t.step.Pos, "the scenario ran out of time "+where, details...)
	p.timing = &lateness.Window{From: t.begin, To: t.now()}
	return p
}

// timePos is where the time of the step is said: at its `within`, if it has one.
func (t *task) timePos(pos diag.Pos) diag.Pos {
	if t.step.Within.IsSet() {
		return t.step.Within.Pos
	}
	return pos
}
