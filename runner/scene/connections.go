package scene

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
)

// endOnItsWay is how long the end of a connection may be on its way into the log.
const endOnItsWay = 250 * time.Millisecond

// open gives the open connection of a name. Without one the step fails and shows how it
// ended.
func (t *task) open(name string) (*session.Conn, *problem) {
	c := t.desk.find(name)
	switch {
	case c == nil:
		return nil, t.about(name).mistaken(t.step.Pos, fmt.Sprintf("there is no connection %q", name))
	case c.ReadyState() == "connecting":
		return nil, t.about(name).fails(t.step.Pos, fmt.Sprintf("connection %q is still connecting", name))
	case c.Err() != nil:
		p := t.about(name).fails(t.step.Pos, fmt.Sprintf("connection %q did not open", name), t.ending(c)...)
		p.excuse = t.dials.blind(c)
		return nil, p
	case c.ReadyState() == "closed":
		select {
		case <-c.Ended():
		case <-time.After(endOnItsWay):
		}
		return nil, t.about(name).endedBefore(c, fmt.Sprintf("connection %q is closed", name))
	}
	return c, nil
}

// endedBefore says that a step cannot be carried out because its connection has ended.
func (t *task) endedBefore(c *session.Conn, message string) *problem {
	p := t.fails(t.step.Pos, message, t.ending(c)...)
	if ev, ok := t.desk.endOf(c); ok {
		p.timing = t.idleUntil(ev)
	}
	return p
}

// about gives the task as if its step spoke of another connection.
func (t *task) about(connection string) *task {
	step := *t.step
	step.On = connection
	return &task{thread: t.thread, step: &step}
}

// ending shows how a connection ended, if it has.
func (th *thread) ending(c *session.Conn) []diag.Detail {
	ev, ok := th.desk.endOf(c)
	if !ok {
		return nil
	}
	return append([]diag.Detail{{Label: ev.Kind(), Text: ev.Came()}}, th.refusal(ev)...)
}

// idleUntil gives the time of a scenario until a line was cut that was idle for too long;
// nil for any other event. If this machine was late, it may be that nobody could say
// anything. What would have been said a little later can no longer come, so nobody can wait
// for it: any lateness of the scenario counts.
func (th *thread) idleUntil(ev trace.Event) *lateness.Window {
	if d, ok := ev.Detail.(*trace.Close); !ok || d.By != trace.ByNetwork {
		return nil
	}
	return &lateness.Window{From: th.begin, To: ev.At}
}

// refusal shows what else is known of a dial that came to nothing: where it went, and what
// was answered there.
func (th *thread) refusal(ev trace.Event) []diag.Detail {
	e, ok := ev.Detail.(*trace.Error)
	c := th.desk.connOf(ev)
	if !ok || c == nil || c.Err() == nil || !c.Dialled() {
		return nil
	}
	out := []diag.Detail{{Label: "url", Text: c.URL()}}
	if to := e.Header("Location"); to != "" {
		out = append(out, diag.Detail{Label: "location", Text: to})
	}
	if body := e.Excerpt(th.plan.MaskText); body != "" {
		out = append(out, diag.Detail{Label: "body", Text: body})
	}
	return out
}

// makeRoom sees to it that the name of a new connection is free. It waits for an earlier
// connection of that name that is about to end.
func (t *task) makeRoom(ctx context.Context, within time.Duration) *problem {
	c := t.desk.find(t.step.On)
	if c == nil {
		return nil
	}
	if state := c.ReadyState(); state == "open" || state == "connecting" {
		return t.broken(diag.New(t.step.Pos, "close it first, or give the new one another name with `on`",
			"there is a connection %q already, and it is %s", c.Name(), state))
	}
	limit := t.excuses.patience(within)
	waiting, cancel := limit.bound(ctx, nil)
	defer cancel()
	select {
	case <-c.Ended():
		ev, _ := t.desk.endOf(c)
		return t.belated(limit, ev.At, fmt.Sprintf("the earlier connection %q ended", c.Name()))
	case <-waiting.Done():
	}
	if ctx.Err() != nil {
		return t.ranOut(ctx, "in this step")
	}
	p := t.fails(t.step.Pos, fmt.Sprintf("the earlier connection %q has not ended within %s", c.Name(), diag.Round(within)))
	p.excuse = vain(waiting)
	return p
}

// writing is the time in which a step has to write something.
type writing struct {
	*patience
	waited time.Duration // for how long writes had waited before because of the line
}

// beginsToWrite is the time of a step that writes from now on.
func (t *task) beginsToWrite(within time.Duration) writing {
	return writing{t.excuses.patience(within), t.waitedForLine()}
}

// waitedForLine is for how long writes on the connection of the step have waited because
// the suite made its line bad.
func (t *task) waitedForLine() time.Duration {
	if c := t.desk.find(t.step.On); c != nil {
		return c.Line().Waited()
	}
	return 0
}

// unsent says why something could not be written. ctx is that of the write. If the peer did
// not take it in time, that is its fault or the network's, unless this process was late all
// the while, or the suite made the line so.
func (t *task) unsent(ctx context.Context, what string, w writing, err error) *problem {
	if !errors.Is(err, context.DeadlineExceeded) {
		c := t.desk.find(t.step.On)
		select { // the end that broke the write may still be on its way
		case <-c.Ended():
		case <-ctx.Done():
		case <-time.After(endOnItsWay):
		}
		return t.endedBefore(c, fmt.Sprintf("%s could not be sent: %v", what, err))
	}
	who := "the peer or the network did not take it"
	if t.waitedForLine()-w.waited > w.asked/2 {
		who = "the line, as the suite made it, did not take it"
	}
	p := t.fails(t.timePos(t.step.Pos), fmt.Sprintf("%s could not be written within %s: %s", what, diag.Round(w.asked), who), blocked(err))
	p.excuse = vain(ctx)
	return p
}

// blocked shows what a write waited for.
func blocked(err error) diag.Detail { return diag.Detail{Label: "blocked", Text: err.Error()} }

// conn gives the open connection of the step. Without one the step fails and shows how it
// ended.
func (t *task) conn() (*session.Conn, *problem) { return t.open(t.step.On) }
