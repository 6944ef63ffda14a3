package spec

import (
	"bytes"
	"fmt"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Payload is octets in one of their written forms: plain text, {text}, {json},
// {msgpack}, {cbor}, {protobuf}, {hex}, {base64}, {file}, or {repeat, size}.
type Payload struct {
	Pos   diag.Pos
	Form  string        // text, json, msgpack, cbor, protobuf, hex, base64, file, repeat; "" if nothing was written
	Text  Value[string] // the content of the forms text, hex and base64; the path for form file
	Data  value.Data    // the content of the forms json, msgpack, cbor and protobuf
	Proto *Proto        // of form protobuf: the message
	Unit  *Payload      // the payload that is repeated
	Size  Value[int]    // octets of the repetition

	contents int  // how many keys gave a content
	plain    bool // it is written as a scalar
}

// ReadFile gives the content of the file whose path is the value.
type ReadFile func(path *Value[string]) ([]byte, error)

// maxRepeated is the most octets of one repetition.
const maxRepeated = 64 << 20

func (p *Payload) shape() yamldoc.Shape {
	return p.textOr(yamldoc.Map(p), "a payload")
}

// textOr is the shape of a payload that is a plain scalar or what whole reads.
func (p *Payload) textOr(whole yamldoc.Shape, what string) yamldoc.Shape {
	keyed := yamldoc.Whole(whole, func(n *yamldoc.Node, out *diag.List) { p.check(n, what, out) })
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind == yamldoc.Scalar {
			p.decodeText(n, out)
			return
		}
		keyed.Decode(n, out)
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Type: "string"}, keyed.Describe(d)}}
	})
}

// decodeText reads a payload that is a plain scalar.
func (p *Payload) decodeText(n *yamldoc.Node, out *diag.List) {
	p.Pos, p.Form, p.contents, p.plain = n.Pos, "text", 1, true
	Text(&p.Text).Decode(n, out)
}

// Keys names the keys of a payload.
func (p *Payload) Keys(k *yamldoc.Keys) {
	if n := k.Node(); n != nil {
		p.Pos = n.Pos
	}
	k.Key("text", p.content("text"), "Text.")
	k.Key("json", yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		p.Form = "json"
		p.contents++
		value.JSON(&p.Data).Decode(n, out)
	}, value.JSON(&p.Data).Describe), "This value as JSON.")
	k.Key("msgpack", p.packed("msgpack"), "This value as MessagePack.")
	k.Key("cbor", p.packed("cbor"), "This value as CBOR.")
	k.Key("protobuf", p.message(), "A message of Protocol Buffers, by the .proto files of the suite.")
	k.Key("hex", p.content("hex"), "Octets, in hexadecimal digits.")
	k.Key("base64", p.content("base64"), "Octets, in base64.")
	k.Key("file", p.content("file"), "The content of a file.")
	k.Key("repeat", yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		p.Form, p.Unit = "repeat", &Payload{}
		p.contents++
		p.Unit.shape().Decode(n, out)
	}, func(d *yamldoc.Defs) *yamldoc.Schema { return (&Payload{}).shape().Describe(d) }), "A payload, again and again until there are `size` octets.")
	k.Key("size", Octets(&p.Size), "Beside repeat: how many octets it becomes.")
}

func (p *Payload) content(form string) yamldoc.Shape {
	shape := written(&p.Form, form, &p.Text)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		p.contents++
		shape.Decode(n, out)
	}, shape.Describe)
}

// check makes the complaints that need several keys of the payload.
func (p *Payload) check(n *yamldoc.Node, what string, out *diag.List) {
	if p.contents != 1 {
		out.Hintf(n.Pos, "one of text, json, msgpack, cbor, protobuf, hex, base64, file, repeat", "%s has exactly one content, found %d", what, p.contents)
		return
	}
	p.checkSize(n, out)
}

// checkSize complains of a repetition without a size, and of a size without one.
func (p *Payload) checkSize(n *yamldoc.Node, out *diag.List) {
	size := n.Get("size")
	switch {
	case p.Form == "repeat" && size == nil:
		out.Hintf(n.Get("repeat").Pos, "such as {repeat: \"*\", size: 64KiB}", "a repetition needs its size")
	case p.Form != "repeat" && size != nil:
		out.Addf(size.Pos, "%q stands only beside repeat", "size")
	}
}

// IsText reports whether the payload was written as text, so that a message of
// it is a text message. It is false for a file: there the content decides.
func (p *Payload) IsText() bool {
	switch p.Form {
	case "repeat":
		return p.Unit.IsText()
	case "text", "json", "":
		return true
	}
	return false
}

// Files gives the paths of the files in the payload.
func (p *Payload) Files() []*Value[string] {
	switch p.Form {
	case "file":
		return []*Value[string]{&p.Text}
	case "repeat":
		return p.Unit.Files()
	}
	return nil
}

// Names gives the chains of names that the ${…} of the payload use.
func (p *Payload) Names() [][]string {
	switch {
	case p.Form == "repeat":
		return p.Unit.Names()
	case !p.Data.IsSet():
		return p.Text.Names()
	}
	var out [][]string
	for _, t := range p.Data.Interpolations() {
		out = append(out, t.Template.Members()...)
	}
	return out
}

// Known gives the octets if they were written as text or digits and without
// ${…}.
func (p *Payload) Known() ([]byte, bool) {
	text, ok := p.Text.Known()
	if !ok || p.Form == "file" {
		return nil, false
	}
	data, err := octets(p.Form, text)
	return data, err == nil
}

// In computes the octets. A payload that was not written has none.
func (p *Payload) In(env expr.Env, read ReadFile) ([]byte, error) {
	p, err := p.Given(env)
	if err != nil {
		return nil, err
	}
	switch p.Form {
	case "json":
		bound, err := p.Data.Bind(env)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		err = expr.AppendJSON(&b, bound)
		return b.Bytes(), err
	case "msgpack", "cbor", "protobuf":
		return p.encoded(env)
	case "file":
		return read(&p.Text)
	case "repeat":
		return p.repeated(env, read)
	}
	return octetsIn(p.Form, &p.Text, env)
}

// repeated computes a repetition. Its last round may be incomplete.
func (p *Payload) repeated(env expr.Env, read ReadFile) ([]byte, error) {
	size, err := p.Size.In(env)
	if err != nil {
		return nil, err
	}
	if size > maxRepeated {
		return nil, diag.At(p.Size.Pos, fmt.Errorf("a repetition has at most %d MiB", maxRepeated>>20))
	}
	unit, err := p.Unit.In(env, read)
	if err != nil {
		return nil, err
	}
	if len(unit) == 0 && size > 0 {
		return nil, diag.At(p.Unit.Pos, fmt.Errorf("an empty payload stays empty when it is repeated"))
	}
	out := make([]byte, size)
	for filled := copy(out, unit); filled < size; filled *= 2 {
		copy(out[filled:], out[:filled])
	}
	return out, nil
}

// written takes the text of one written form of octets, and notes the form.
func written(form *string, name string, into *Value[string]) yamldoc.Shape {
	text := Text(into)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		*form = name
		text.Decode(n, out)
		if known, ok := into.Known(); ok {
			if _, err := octets(name, known); err != nil {
				out.Add(diag.At(n.Pos, err))
			}
		}
	}, text.Describe)
}

// octetsIn computes octets that are written in a form of text or digits.
func octetsIn(form string, v *Value[string], env expr.Env) ([]byte, error) {
	text, err := v.In(env)
	if err != nil {
		return nil, err
	}
	data, err := octets(form, text)
	if err != nil {
		return nil, diag.At(v.Pos, err)
	}
	return data, nil
}
