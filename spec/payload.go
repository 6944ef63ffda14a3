package spec

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Payload is a few octets, written as text, {text} or {hex}.
type Payload struct {
	Pos  diag.Pos
	form string
	text Value[string]
}

func (p *Payload) shape() yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		p.Pos = n.Pos
		if n.Kind == yamldoc.Scalar {
			p.form = "text"
			Text(&p.text).Decode(n, out)
			return
		}
		yamldoc.DecodeKeys(n, p, out)
		if n.Kind == yamldoc.Mapping && len(n.Fields) != 1 {
			out.Hintf(n.Pos, "one of text, hex", "a payload has exactly one content, found %d", len(n.Fields))
		}
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Type: "string"}, yamldoc.Map(&Payload{}).Describe(d)}}
	})
}

// Keys names the keys of a payload.
func (p *Payload) Keys(k *yamldoc.Keys) {
	k.Key("text", written(&p.form, "text", &p.text), "Text.")
	k.Key("hex", written(&p.form, "hex", &p.text), "Octets, in hexadecimal digits.")
}

// Known gives the octets if they were written without ${…}.
func (p *Payload) Known() ([]byte, bool) {
	text, ok := p.text.Known()
	if !ok {
		return nil, false
	}
	data, err := octets(p.form, text)
	return data, err == nil
}

// In computes the octets; there are none where nothing was written.
func (p *Payload) In(env expr.Env) ([]byte, error) { return octetsIn(p.form, &p.text, env) }

// written takes the text of one written form of octets, and remembers which.
func written(form *string, name string, into *Value[string]) yamldoc.Shape {
	text := Text(into)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		*form = name
		text.Decode(n, out)
		if known, ok := into.Known(); ok {
			if _, err := octets(name, known); err != nil {
				out.Add(placed(n.Pos, err))
			}
		}
	}, text.Describe)
}

// octetsIn computes octets in one of their written forms.
func octetsIn(form string, v *Value[string], env expr.Env) ([]byte, error) {
	text, err := v.In(env)
	if err != nil {
		return nil, err
	}
	data, err := octets(form, text)
	if err != nil {
		return nil, placed(v.Pos, err)
	}
	return data, nil
}
