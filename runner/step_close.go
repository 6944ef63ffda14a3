package runner

import (
	"context"
	"fmt"

	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// close begins the closing handshake.
func (s *script) close(ctx context.Context, step *spec.Step, a *spec.Close) *problem {
	c, p := s.connection(step)
	if p != nil {
		return p
	}
	code, err := a.Code.Or(s.env(), wire.NoCode)
	if err != nil {
		return s.broken(step, err)
	}
	reason, err := a.Reason.In(s.env())
	if err != nil {
		return s.broken(step, err)
	}
	if err := c.Close(ctx, code, reason); err != nil {
		return s.fails(step, step.Pos, fmt.Sprintf("the close could not be sent: %v", err), nil)
	}
	return nil
}
