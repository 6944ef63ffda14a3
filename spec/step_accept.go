package spec

import (
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Accept takes the next dial on an endpoint.
type Accept struct {
	Pos         diag.Pos
	Endpoint    string        // "" if the scenario has only one
	Path        Value[string] // the dial must ask for it; any path if it is not set
	Protocol    Choice
	Headers     []Header
	Compression *Compression // the granted parameters, even if none were offered
	Status      Value[int]   // 101 accepts, as does a status that is not set; any other refuses
	Body        Payload      // of a refusal
	Delay       Value[time.Duration]
	Never       bool // never answer
	Dialect     Dialect
	Policy      Policy
	Handshake   *Handshake
	Vars        []yamldoc.Entry[value.Data] // of the connection
	Network     *Network                    // of the line from the dial on; nil: it is good
}

// Choice says which subprotocol an accept chooses: one, even if it was not offered, or one
// of those that were. The zero value chooses none.
type Choice struct {
	One     Value[string]
	Offered bool            // the first that is offered
	From    []Value[string] // the first of these that is offered
}

// IsFrom reports whether one that was offered is chosen.
func (c *Choice) IsFrom() bool { return c.Offered || c.From != nil }

func (c *Choice) shape() yamldoc.Shape {
	one, keyed := Text(&c.One), yamldoc.Map(c)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind == yamldoc.Mapping {
			keyed.Decode(n, out)
			return
		}
		one.Decode(n, out)
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Type: "string"}, keyed.Describe(d)}}
	})
}

// Keys names the keys of a choice.
func (c *Choice) Keys(k *yamldoc.Keys) {
	list := yamldoc.OneOrMore(&c.From, Text)
	k.Key("from", yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if c.Offered = n.Kind == yamldoc.Scalar && n.Text == "offered"; c.Offered {
			return
		}
		if n.Kind == yamldoc.Mapping || n.Kind == yamldoc.Sequence && len(n.Items) == 0 || n.IsEmpty() {
			yamldoc.Expected(n, "offered, or a list of subprotocols", out)
			return
		}
		list.Decode(n, out)
		if word, known := c.From[0].Known(); known && n.Kind == yamldoc.Scalar {
			out.Hintf(n.Pos, "a list of one is written ["+word+"]", "%q is neither offered nor a list of subprotocols", word)
		}
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Enum: []string{"offered"}}, list.Describe(d)}}
	}), "The first that the client offers, or the first of a list that it offers; none if it offers none.", yamldoc.Required)
}

func (a *Accept) shape() yamldoc.Shape { return yamldoc.Map(a) }

// Names gives the payloads of the answer, and the dialect.
func (a *Accept) Names() Names {
	return Names{Payloads: append(a.Handshake.payloads(), &a.Body), Dialects: []*Dialect{&a.Dialect}}
}

// Keys names the keys of `accept`.
func (a *Accept) Keys(k *yamldoc.Keys) {
	if n := k.Node(); n != nil {
		a.Pos = n.Pos
	}
	k.Key("endpoint", wordShape(&a.Endpoint), "The endpoint; default: the only one.")
	k.Key("path", Text(&a.Path), "The path that must be asked for; default: any.")
	k.Key("protocol", a.Protocol.shape(), "The subprotocol that is chosen, offered or not; or {from}: one that is offered.")
	k.Key("headers", yamldoc.Dict(&a.Headers, textOrTexts), "Further lines of the answer; one that names one of ours replaces it.")
	k.Key("compression", yamldoc.Optional(&a.Compression, compression), "Whether permessage-deflate is granted: true if it is offered, a mapping in any case (false).")
	k.Key("status", valueShape(&a.Status, statusUnit), "The status of the answer; any but 101 refuses (101).")
	k.Key("body", a.Body.shape(), "The body of a refusal.")
	k.Key("delay", Duration(&a.Delay), "How long to wait before answering.")
	k.Key("never", yamldoc.Flag(&a.Never), "true takes the request and never answers.")
	k.Key("dialect", DialectOf(&a.Dialect), "How media travels on this connection.")
	k.Key("policy", yamldoc.Map(&a.Policy), "What the connection does by itself.")
	k.Key("handshake", yamldoc.Optional(&a.Handshake, yamldoc.Map[Handshake]), "Changes to our answer, valid or not.")
	k.Key("vars", yamldoc.Dict(&a.Vars, own), "Variables of the connection, for ${conn.NAME}.")
	k.Key("network", yamldoc.Optional(&a.Network, lineOfStart), "What the line is like from the moment on at which the dial is taken, as `network` says it.")
}

var statusUnit = unit[int]{"a status, such as 404", func(s string) (int, error) {
	v, err := readCount(s)
	if err == nil && (v < 100 || v > 999) {
		return 0, diag.Hinted("three digits: 100 to 999", "%s is no status", s)
	}
	return v, err
}}
