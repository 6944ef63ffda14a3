package scene

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// run performs a command, and waits for its end unless it is in the background.
func run(ctx context.Context, t *task, a *spec.Run) *problem {
	within, err := t.within()
	if err != nil {
		return t.broken(err)
	}
	command, err := t.plan.Command(&a.Command, t.env())
	if err != nil {
		return t.broken(err)
	}
	files, err := t.plan.WrittenFiles(a, t.env())
	if err != nil {
		return t.broken(err)
	}
	name := t.step.As
	if name == "" {
		name = filepath.Base(command.Args[0])
	}
	p, err := t.programs.start(name, t.step.Pos, command, false)
	if err != nil {
		return t.broken(diag.At(a.Args[0].Pos, fmt.Errorf("the command was not started: %w", err)))
	}
	t.label(programLabel{program: p, at: p.started, plan: t.plan, start: t.stage.Start, files: files})
	t.names.began(t.step.As, p.Ended())
	if a.Background {
		return nil
	}
	return awaitEnd(ctx, t, a, p, within)
}

// awaitEnd waits for the end of a command and judges it. What it has left in its group is
// ended.
func awaitEnd(ctx context.Context, t *task, a *spec.Run, p *program, within time.Duration) *problem {
	limit := t.excuses.patience(within)
	waiting, cancel := limit.bound(ctx, nil)
	defer cancel()
	select {
	case <-p.Ended():
		p.end(0)
		if wrong := judgeExit(t, a, p); wrong != nil {
			return wrong
		}
		e, _ := p.Exit()
		return t.belated(limit, t.desk.log.Offset(e.At), "the command ended")
	case <-waiting.Done():
	}
	p.end(0)
	if ctx.Err() != nil {
		return t.ranOut(ctx, "in this step")
	}
	out := t.fails(t.timePos(t.step.Pos), fmt.Sprintf("the command did not end within %s", diag.Round(within)))
	out.excuse = vain(waiting)
	return out
}

// judgeExit holds the exit code against what is wanted.
func judgeExit(t *task, a *spec.Run, p *program) *problem {
	e, _ := p.Exit()
	if !a.Exit.IsSet() {
		check := trace.Check{Pos: t.step.Pos, Subject: "exit", Verdict: trace.Passed, Expected: "0", Actual: fmt.Sprint(e.Code)}
		if e.Code == 0 {
			t.note(check)
			return nil
		}
		check.Verdict = trace.Failed
		t.note(check)
		return t.fails(t.step.Pos, fmt.Sprintf("the command ended %s", e))
	}
	matcher, err := a.Exit.Bind(t.env())
	if err != nil {
		return t.broken(err)
	}
	check := assertions.Compare(a.Exit.Pos, "exit", matcher, e.Code, nil)
	t.note(check)
	if check.Verdict == trace.Passed {
		return nil
	}
	return t.fails(check.Pos, fmt.Sprintf("the command ended %s", e), diag.Detail{Label: "expected", Text: check.Expected})
}
