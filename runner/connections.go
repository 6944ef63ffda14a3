package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// connOf gives the connection of an event: of those with its name the last
// that began before it.
func (s *scene) connOf(ev trace.Event) *session.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range slices.Backward(s.conns) {
		if c.Name() == ev.Connection && c.First() <= ev.Seq {
			return c
		}
	}
	return nil
}

// connection gives the open connection that a step speaks of. Without one the
// step fails and shows how it ended.
func (s *script) connection(step *spec.Step) (*session.Conn, *problem) {
	name := step.On
	c := s.find(name)
	switch {
	case c == nil:
		return nil, s.mistaken(step, step.Pos, fmt.Sprintf("there is no connection %q", name))
	case c.ReadyState() == "connecting":
		return nil, s.fails(step, step.Pos, fmt.Sprintf("connection %q is still connecting", name), nil)
	case c.Err() != nil:
		return nil, s.fails(step, step.Pos, fmt.Sprintf("connection %q did not open", name), s.ending(c))
	case c.ReadyState() == "closed":
		select { // how it ended may still be on its way into the log
		case <-c.Ended():
		case <-time.After(endOnItsWay):
		}
		return nil, s.fails(step, step.Pos, fmt.Sprintf("connection %q is closed", name), s.ending(c))
	}
	return c, nil
}

// ending shows how a connection ended, if it has.
func (s *script) ending(c *session.Conn) []diag.Detail {
	ev, ok := s.endOf(c)
	if !ok {
		return nil
	}
	return append([]diag.Detail{{Label: ev.Kind(), Text: ev.Came()}}, s.refusal(ev)...)
}

// refusal shows what else is known of a dial that came to nothing: where it
// went, and what was answered there.
func (s *script) refusal(ev trace.Event) []diag.Detail {
	e, ok := ev.Detail.(*trace.Error)
	c := s.connOf(ev)
	if !ok || c == nil || c.Err() == nil || !c.Dialled() {
		return nil
	}
	out := []diag.Detail{{Label: "url", Text: c.URL()}}
	if to := e.Header("Location"); to != "" {
		out = append(out, diag.Detail{Label: "location", Text: to})
	}
	if body := e.Excerpt(s.MaskText); body != "" {
		out = append(out, diag.Detail{Label: "body", Text: body})
	}
	return out
}

// endOf gives the event by which a connection ended, if it has, read or not.
func (s *script) endOf(c *session.Conn) (trace.Event, bool) {
	select {
	case <-c.Ended():
	default:
		return trace.Event{}, false
	}
	for _, ev := range slices.Backward(s.past(c.Name())) {
		if s.connOf(ev) == c && (ev.Kind() == "close" && !ev.Sent || ev.Kind() == "error") {
			return ev, true
		}
	}
	return trace.Event{}, false
}

// endOnItsWay is how long a failed send waits for the end of the connection.
const endOnItsWay = 250 * time.Millisecond

// unsent says why something could not be written. That the peer did not take
// it in time is its fault or the network's, unless this process was late.
func (s *script) unsent(ctx context.Context, step *spec.Step, what string, begin, within time.Duration, err error) *problem {
	if !errors.Is(err, context.DeadlineExceeded) {
		c := s.find(step.On)
		select { // the end that broke the write may still be on its way
		case <-c.Ended():
		case <-ctx.Done():
		case <-time.After(endOnItsWay):
		}
		return s.fails(step, step.Pos, fmt.Sprintf("%s could not be sent: %v", what, err), s.ending(c))
	}
	pos := step.Pos
	if step.Within.IsSet() {
		pos = step.Within.Pos
	}
	p := s.fails(step, pos, fmt.Sprintf("%s could not be written within %s: the peer or the network did not take it", what, diag.Round(within)),
		[]diag.Detail{{Label: "blocked", Text: err.Error()}})
	p.timing = &lateness.Window{From: begin, To: begin + within}
	return p
}
