package spec

import "github.com/duologue/duologue/internal/yamldoc"

// Close begins the closing handshake. Without a code the Close is empty.
type Close struct {
	Code   Value[int]
	Reason Value[string]
}

func (c *Close) shape() yamldoc.Shape { return yamldoc.Map(c) }

// Keys names the keys of `close`.
func (c *Close) Keys(k *yamldoc.Keys) {
	k.Key("code", Integer(&c.Code), "The close code, valid or not, 0 to 65535 (RFC 6455 7.4).")
	k.Key("reason", Text(&c.Reason), "The reason, valid or not.")
}
