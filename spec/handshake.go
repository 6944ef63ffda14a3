package spec

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Handshake changes our side's head of a handshake in ways that no header can.
// It may become invalid: nothing of it is checked.
type Handshake struct {
	Line    Value[string]   // replaces the request line or status line
	Drop    []Value[string] // headers to leave out
	Repeat  []Value[string] // headers to write twice
	Lines   []Value[string] // follow all headers, as written
	LineEnd string          // crlf or lf; "" is crlf
	Head    *Payload        // replaces the whole head, including its empty line and the fields above
	Then    Payload         // octets right after the head
}

// Keys names the keys of `handshake`.
func (h *Handshake) Keys(k *yamldoc.Keys) {
	k.Key("line", Text(&h.Line), "In place of our request line or status line.")
	k.Key("drop", yamldoc.OneOrMore(&h.Drop, Text), "Names of headers to leave out.")
	k.Key("repeat", yamldoc.OneOrMore(&h.Repeat, Text), "Names of headers to write twice.")
	k.Key("lines", yamldoc.OneOrMore(&h.Lines, Text), "Lines after all headers, as written.")
	k.Key("line_end", yamldoc.Word(&h.LineEnd, "crlf", "lf"), "What ends each line (crlf).")
	k.Key("head", yamldoc.Optional(&h.Head, func(p *Payload) yamldoc.Shape { return p.shape() }), "The whole head with its empty line, in place of all other keys.")
	k.Key("then", h.Then.shape(), "Octets right after the head, sent together with it.")
	k.Whole(h.check)
}

// check refuses the keys that have no effect beside a whole head.
func (h *Handshake) check(n *yamldoc.Node, out *diag.List) {
	for _, key := range []string{"line", "drop", "repeat", "lines", "line_end"} {
		if v := n.Get(key); v != nil && h.Head != nil {
			out.Addf(v.Pos, "%q has no effect beside head, which replaces the whole head", key)
		}
	}
}

// payloads gives the parts of the head that are written as payloads.
func (h *Handshake) payloads() []*Payload {
	switch {
	case h == nil:
		return nil
	case h.Head == nil:
		return []*Payload{&h.Then}
	}
	return []*Payload{h.Head, &h.Then}
}

// Names gives the chains of names that the ${…} of the head use.
func (h *Handshake) Names() [][]string {
	out := h.Line.Names()
	for _, list := range [][]Value[string]{h.Drop, h.Repeat, h.Lines} {
		for i := range list {
			out = append(out, list[i].Names()...)
		}
	}
	for _, p := range h.payloads() {
		out = append(out, p.Names()...)
	}
	return out
}
