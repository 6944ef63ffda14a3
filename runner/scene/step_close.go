package scene

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// closeConnection begins the closing handshake. If the connection has ended already, there
// is nothing to close: the close event tells how.
func closeConnection(ctx context.Context, t *task, a *spec.Close) *problem {
	c := t.desk.find(t.step.On)
	if c == nil {
		_, p := t.conn()
		return p
	}
	code, err := a.Code.Or(t.env(), session.Bare)
	if err != nil {
		return t.broken(err)
	}
	reason, err := t.payload(&a.Reason)
	if err != nil {
		return t.broken(err)
	}
	if len(reason) > maxReason {
		return t.broken(diag.New(a.Reason.Pos, "", "a reason has at most %d octets, not %d (RFC 6455 5.5)", maxReason, len(reason)))
	}
	within, err := t.within()
	if err != nil {
		return t.broken(err)
	}
	delivery, err := t.delivery()
	if err != nil {
		return t.broken(err)
	}
	within += pauses(delivery, len(reason)+8)
	w := t.beginsToWrite(within)
	closing, cancel := w.bound(ctx, nil)
	defer cancel()
	switch err := c.Close(closing, code, string(reason), delivery); {
	case err != nil && ctx.Err() != nil:
		return t.ranOut(ctx, "in this step", blocked(err))
	case errors.Is(err, context.DeadlineExceeded):
		return t.unsent(closing, "the Close", w, err)
	case err == nil:
		return t.belated(w.patience, t.now(), "the Close was written")
	}
	return nil // it is the end of the connection, which its event tells
}

// maxReason is the longest reason in octets: what a code leaves of a control frame.
const maxReason = 123

// drop ends the TCP connection without a Close.
func drop(t *task, a *spec.Drop) *problem {
	c := t.desk.find(t.step.On)
	if c == nil {
		_, p := t.conn()
		return p
	}
	err := c.Drop(wire.How(a.How))
	var gone *net.OpError
	if errors.As(err, &gone) && errors.Is(err, net.ErrClosed) {
		return nil // the peer has ended TCP just now, which its event tells
	}
	if err != nil {
		return t.fails(t.step.Pos, fmt.Sprintf("the connection could not be dropped: %v", err), t.ending(c)...)
	}
	return nil
}
