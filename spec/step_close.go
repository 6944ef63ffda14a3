package spec

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Close begins the closing handshake. Without a code its Close frame is empty.
type Close struct {
	Code   Value[int]
	Reason Payload
}

func (c *Close) shape() yamldoc.Shape { return yamldoc.Map(c) }

// Names gives the payload of the reason.
func (c *Close) Names() Names { return Names{Payloads: []*Payload{&c.Reason}} }

// Keys names the keys of `close`.
func (c *Close) Keys(k *yamldoc.Keys) {
	k.Key("code", Code(&c.Code), "The close code, valid or not, 0 to 65535 (RFC 6455 7.4).")
	k.Key("reason", c.Reason.shape(), "The reason, valid or not: text or {hex}.")
	k.Whole(func(n *yamldoc.Node, out *diag.List) {
		if n.Get("reason") != nil && n.Get("code") == nil {
			out.Hintf(n.Get("reason").Pos, "add code: 1000", "a reason needs a code before it")
		}
	})
}
