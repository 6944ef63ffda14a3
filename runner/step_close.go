package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// close begins the closing handshake. Where the connection has ended already
// there is nothing to close: the close event tells how.
func (s *script) close(ctx context.Context, step *spec.Step, a *spec.Close) *problem {
	c := s.find(step.On)
	if c == nil {
		_, p := s.connection(step)
		return p
	}
	code, err := a.Code.Or(s.env(), session.Bare)
	if err != nil {
		return s.broken(step, err)
	}
	reason, err := a.Reason.In(s.env(), s.Reader(s.env()))
	if err != nil {
		return s.broken(step, err)
	}
	if len(reason) > maxReason {
		return s.broken(step, diag.New(a.Reason.Pos, "", "a reason has at most %d octets, not %d (RFC 6455 5.5)", maxReason, len(reason)))
	}
	within, err := s.within(step)
	if err != nil {
		return s.broken(step, err)
	}
	delivery, err := s.delivery(step)
	if err != nil {
		return s.broken(step, err)
	}
	within += pauses(delivery, len(reason)+8)
	begin := s.now()
	closing, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	switch err := c.Close(closing, code, string(reason), delivery); {
	case err != nil && ctx.Err() != nil:
		return s.ranOut(ctx, step, "in this step", []diag.Detail{{Label: "blocked", Text: err.Error()}})
	case errors.Is(err, context.DeadlineExceeded):
		return s.unsent(closing, step, "the Close", begin, within, err)
	}
	return nil // any other error is the end of the connection, which its event tells
}

// maxReason is the longest reason in octets: what a code leaves of a control
// frame.
const maxReason = 123

// drop ends the TCP connection without a Close.
func (s *script) drop(step *spec.Step, a *spec.Drop) *problem {
	c := s.find(step.On)
	if c == nil {
		_, p := s.connection(step)
		return p
	}
	if err := c.Drop(wire.How(a.How)); err != nil {
		return s.fails(step, step.Pos, fmt.Sprintf("the connection could not be dropped: %v", err), s.ending(c))
	}
	return nil
}
