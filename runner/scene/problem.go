package scene

import (
	"context"
	"errors"
	"fmt"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/trace"
)

// problem is why a step did not do what it should. It is no Go error: it is the verdict of
// a scenario.
type problem struct {
	verdict    trace.Verdict
	diagnostic diag.Diagnostic
	place      *place // of the step
	connection string // whose last events help to understand it
	recent     []trace.Event
	at         int                   // how many events the log had by then
	ending     int                   // events of our end help as well, from this one on; 0: none do
	timing     *lateness.Window      // what would have been in time on an idle machine; nil if time played no part
	excuse     string                // how our lateness may be the cause, if the step knows that itself
	missed     func(context.Context) // listens on for what the step waited for; nil if it cannot come
}

// weight orders problems: what our own lateness may excuse is lighter than what it cannot.
func (p *problem) weight() int {
	switch {
	case p.verdict == trace.Errored:
		return 3
	case p.verdict == trace.Failed && p.timing == nil:
		return 2
	case p.verdict == trace.Failed:
		return 1
	}
	return 0
}

// detail adds a line to what is told.
func (p *problem) detail(label, text string) {
	p.diagnostic.Details = append(p.diagnostic.Details, diag.Detail{Label: label, Text: text})
}

// problem makes one of what has happened by now. The last events of the connection help to
// understand it.
func (th *thread) problem(verdict trace.Verdict, connection string, d diag.Diagnostic) *problem {
	at := th.desk.log.Len()
	return &problem{verdict: verdict, diagnostic: d, place: th.place, connection: connection, recent: th.desk.recent(at, connection), at: at}
}

// broken says that something could not be performed. It stands at pos, unless the error
// has a place of its own.
func (th *thread) broken(pos diag.Pos, connection string, err error) *problem {
	return th.problem(trace.Errored, connection, diag.At(pos, err))
}

// errTimeout is why a context ends whose scenario has used up its time.
var errTimeout = errors.New("the scenario's time is over")

// cutOff is why a context ends whose thread another one of the scenario has ended.
type cutOff struct {
	who string // of the threads it was
	why *problem
}

// Error says what came before.
func (c *cutOff) Error() string {
	return fmt.Sprintf("cut off: %s has ended: %v", c.who, c.why.diagnostic)
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
