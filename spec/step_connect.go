package spec

import "github.com/duologue/duologue/internal/yamldoc"

// Connect dials a target and waits for the handshake.
type Connect struct {
	URL       Value[string]
	Protocols []Value[string]
	Headers   []yamldoc.Entry[Value[string]]
	Dialect   string
}

func (c *Connect) shape() yamldoc.Shape { return yamldoc.Map(c) }

// Keys names the keys of `connect`.
func (c *Connect) Keys(k *yamldoc.Keys) {
	k.Key("url", Text(&c.URL), "What to dial; unsaid, the target.")
	k.Key("protocols", yamldoc.OneOrMore(&c.Protocols, Text), "Subprotocols to offer, in order of preference.")
	k.Key("headers", yamldoc.Dict(&c.Headers, Text), "Further lines of the request, in this order.")
	k.Key("dialect", yamldoc.Text(&c.Dialect), "How media travels on this connection.")
}
