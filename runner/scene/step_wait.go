package scene

import (
	"context"
	"fmt"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
)

// wait waits for a while, or for the end of a stream.
func wait(ctx context.Context, t *task, a *spec.Wait) *problem {
	if a.Label.Text != "" {
		return waitFor(ctx, t, a)
	}
	text, err := a.For.In(t.env())
	if err != nil {
		return t.broken(err)
	}
	d, err := expr.ParseDuration(text)
	if err != nil {
		return t.broken(err)
	}
	if err := t.stage.Clock.Wait(ctx, t.desk.log.Time(t.now()+d)); err != nil {
		return t.ranOut(ctx, "in this step")
	}
	return nil
}

// waitFor waits for the end of a stream that is sent.
func waitFor(ctx context.Context, t *task, a *spec.Wait) *problem {
	done := t.names.ended(a.Label.Text)
	if done == nil {
		return t.mistaken(a.For.Pos, fmt.Sprintf("the label %q is no stream that is sent", a.Label.Text))
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return t.ranOut(ctx, "in this step")
	}
}
