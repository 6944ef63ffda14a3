package scene

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
)

// signals are those that `stop` can send.
var signals = map[string]os.Signal{"": syscall.SIGTERM, "term": syscall.SIGTERM, "int": os.Interrupt, "kill": os.Kill}

// stop ends a program, and fails if it has to be killed although it was only asked to end.
// A program that has ended by itself stays as it is.
func stop(ctx context.Context, t *task, a *spec.Stop) *problem {
	within, err := t.within()
	if err != nil {
		return t.broken(err)
	}
	p := t.programs.find(a.Program.Text)
	if p == nil {
		return t.mistaken(a.Program.Pos, fmt.Sprintf("the program %q has not been started", a.Program.Text))
	}
	limit := t.excuses.patience(within)
	waiting, cancel := limit.bound(ctx, nil)
	defer cancel()
	hurry := context.AfterFunc(ctx, p.Kill) // whoever ends it
	defer hurry()
	inTime := p.endBy(waiting, signals[a.Signal])
	t.label(programLabel{program: p, at: limit.began, plan: t.plan, start: t.stage.Start})
	switch {
	case ctx.Err() != nil:
		return t.ranOut(ctx, "in this step")
	case !inTime:
		word := strings.ToUpper(a.Signal)
		if word == "" {
			word = "TERM"
		}
		out := t.fails(t.timePos(t.step.Pos), fmt.Sprintf("%q did not end within %s of SIG%s, and was killed", a.Program.Text, diag.Round(within), word))
		out.excuse = vain(waiting)
		return out
	}
	e, _ := p.Exit()
	return t.belated(limit, t.desk.log.Offset(e.At), fmt.Sprintf("%q ended", a.Program.Text))
}
