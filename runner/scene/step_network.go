package scene

import (
	"errors"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/network"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/spec"
)

// setNetwork makes the line of a connection bad, or good again.
func setNetwork(t *task, a *spec.Network) *problem {
	c, p := t.conn()
	if p != nil {
		return p
	}
	if a.Word == "reset" {
		c.Line().Reset()
		return nil
	}
	to, err := plan.Line(a, t.env())
	if err == nil {
		err = c.Line().Set(*to)
	}
	if errors.Is(err, network.ErrHalfOpen) {
		return t.broken(diag.New(a.Pos, "network: reset can follow, or another connection", "%v", err))
	}
	if err != nil {
		return t.broken(err)
	}
	return nil
}
