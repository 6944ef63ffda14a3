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
		return nil, t.about(name).fails(t.step.Pos, fmt.Sprintf("connection %q did not open", name), t.ending(c)...)
	case c.ReadyState() == "closed":
		select {
		case <-c.Ended():
		case <-time.After(endOnItsWay):
		}
		return nil, t.about(name).fails(t.step.Pos, fmt.Sprintf("connection %q is closed", name), t.ending(c)...)
	}
	return c, nil
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
	begin := t.now()
	waiting, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	select {
	case <-c.Ended():
		return nil
	case <-waiting.Done():
		if ctx.Err() != nil {
			return t.ranOut(ctx, "in this step")
		}
		p := t.fails(t.step.Pos, fmt.Sprintf("the earlier connection %q has not ended within %s", c.Name(), diag.Round(within)))
		p.timing = &lateness.Window{From: begin, To: begin + within}
		return p
	}
}

// unsent says why something could not be written. If the peer did not take it in time, that
// is its fault or the network's, unless this process was late.
func (t *task) unsent(ctx context.Context, what string, begin, within time.Duration, err error) *problem {
	if !errors.Is(err, context.DeadlineExceeded) {
		c := t.desk.find(t.step.On)
		select { // the end that broke the write may still be on its way
		case <-c.Ended():
		case <-ctx.Done():
		case <-time.After(endOnItsWay):
		}
		return t.fails(t.step.Pos, fmt.Sprintf("%s could not be sent: %v", what, err), t.ending(c)...)
	}
	p := t.fails(t.timePos(t.step.Pos), fmt.Sprintf("%s could not be written within %s: the peer or the network did not take it", what, diag.Round(within)),
		blocked(err))
	p.timing = &lateness.Window{From: begin, To: begin + within}
	return p
}

// blocked shows what a write waited for.
func blocked(err error) diag.Detail { return diag.Detail{Label: "blocked", Text: err.Error()} }

// conn gives the open connection of the step. Without one the step fails and shows how it
// ended.
func (t *task) conn() (*session.Conn, *problem) { return t.open(t.step.On) }
