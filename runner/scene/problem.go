package scene

import (
	"context"
	"errors"
	"fmt"
	"time"

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
	from       time.Duration         // when the step began; 0 if it belongs to none
	to         time.Duration         // when it was met
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
