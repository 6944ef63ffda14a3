package spec

import (
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/match"
)

// HTTP makes a request over plain HTTP and waits for the answer.
type HTTP struct {
	Pos diag.Pos
	Request
	Method Value[string]
	Content
	Status *Pattern // of the answer, with one field; nil: 200 to 299
	Until  *Pattern // the request is made again until the answer is like this
	Every  Value[time.Duration]
}

// Content is the body of a request: none, a payload, a form or several parts.
type Content struct {
	Payload
	Form      []yamldoc.Entry[[]Value[string]] // application/x-www-form-urlencoded
	Multipart []yamldoc.Entry[FormPart]        // multipart/form-data
}

// FormPart is one part of a multipart/form-data body.
type FormPart struct {
	Payload
	Filename Value[string]
	Type     Value[string]
}

// answerFields is what `until` and labels can ask of an answer.
var answerFields = named("answer", fields{"status": aNumber, "headers": linesByName, "text": aText, "json": match.InJSON, "size": aNumber,
	"hex": hexDigits, "took": aDuration})

func (h *HTTP) shape() yamldoc.Shape {
	keyed := yamldoc.Map(h)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind == yamldoc.Scalar {
			h.Pos = n.Pos
			Text(&h.URL).Decode(n, out)
			return
		}
		keyed.Decode(n, out)
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Type: "string"}, yamldoc.Map(&HTTP{}).Describe(d)}}
	})
}

// Names gives the payloads of the body, and what the answer is held against.
func (h *HTTP) Names() Names {
	names := Names{Payloads: []*Payload{&h.Payload}}
	for i := range h.Multipart {
		names.Payloads = append(names.Payloads, &h.Multipart[i].Value.Payload)
	}
	for _, p := range []*Pattern{h.Status, h.Until} {
		if p != nil {
			names.Patterns = append(names.Patterns, p)
		}
	}
	return names
}

// Keys names the keys of `http`.
func (h *HTTP) Keys(k *yamldoc.Keys) {
	if n := k.Node(); n != nil {
		h.Pos = n.Pos
	}
	k.Key("url", Text(&h.URL), "What to ask, absolute or relative to the target.", yamldoc.Required)
	k.Key("method", valueShape(&h.Method, methodUnit), "The method (GET, or POST with a body).")
	h.requestKeys(k)
	h.Content.contentKeys(k)
	k.Key("status", answerField(&h.Status, "status"), "What the status of the answer must be (200 to 299).")
	k.Key("until", yamldoc.Optional(&h.Until, answerShape), "Ask again until the answer is like this.")
	k.Key("every", Duration(&h.Every), "The time from an answer to the next request of until (200ms).")
	k.Whole(func(n *yamldoc.Node, out *diag.List) {
		h.Content.check(n, out)
		if v := n.Get("every"); v != nil && h.Until == nil {
			out.Addf(v.Pos, "%q stands only beside until", "every")
		}
	})
}

// methodUnit reads a method: a token (RFC 9110 9.1), in any case.
var methodUnit = unit[string]{"a method, such as POST", func(s string) (string, error) {
	for _, r := range s {
		if (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' {
			return s, diag.Hinted("such as GET, POST or DELETE", "%q is no method", s)
		}
	}
	if s == "" || s == "CONNECT" {
		return s, diag.Hinted("such as GET, POST or DELETE", "%q is no method for a request", s)
	}
	return s, nil
}}

// answerField takes a matcher of one field of an answer.
func answerField(into **Pattern, name string) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		p := &Pattern{Pos: n.Pos, Kind: "answer"}
		p.add(name, n.Pos, match.Read(n, answerFields[name], out))
		*into = p
	}, func(*yamldoc.Defs) *yamldoc.Schema { return &yamldoc.Schema{} })
}

// answerShape takes the fields of an answer, with a matcher each.
func answerShape(p *Pattern) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		p.Pos, p.Kind = n.Pos, "answer"
		if n.Kind != yamldoc.Mapping || len(n.Fields) == 0 || value.IsMatcher(n) {
			yamldoc.Expected(n, "fields of the answer, such as {status: 200}", out)
			return
		}
		p.readFields(n, answerFields, "the answer", out)
	}, func(*yamldoc.Defs) *yamldoc.Schema {
		s := &yamldoc.Schema{Type: "object", Closed: true}
		for _, name := range words(answerFields) {
			s.Properties = append(s.Properties, yamldoc.Property{Name: name, Schema: &yamldoc.Schema{}})
		}
		return s
	})
}

// contentKeys names the keys of a body.
func (c *Content) contentKeys(k *yamldoc.Keys) {
	c.Payload.Keys(k)
	k.Key("form", yamldoc.Dict(&c.Form, textOrTexts), "The fields of a form.")
	k.Key("multipart", yamldoc.Dict(&c.Multipart, (*FormPart).shape), "The parts of a form with files.")
}

// check makes the complaints that need several keys of the body.
func (c *Content) check(n *yamldoc.Node, out *diag.List) {
	found := c.contents
	for _, key := range []string{"form", "multipart"} {
		if n.Get(key) != nil {
			found++
		}
	}
	if found > 1 {
		out.Hintf(n.Pos, "one of json, msgpack, cbor, protobuf, form, text, file, multipart, hex, base64, repeat", "a request has at most one body, found %d", found)
		return
	}
	c.checkSize(n, out)
}

// HasBody reports whether a body was written.
func (c *Content) HasBody() bool { return c.Payload.Form != "" || c.Form != nil || c.Multipart != nil }

// Names gives the chains of names that the ${…} of the body use.
func (c *Content) Names() [][]string {
	out := c.Payload.Names()
	for i := range c.Form {
		for k := range c.Form[i].Value {
			out = append(out, c.Form[i].Value[k].Names()...)
		}
	}
	for i := range c.Multipart {
		p := &c.Multipart[i].Value
		out = append(out, p.Payload.Names()...)
		out = append(append(out, p.Filename.Names()...), p.Type.Names()...)
	}
	return out
}

func (p *FormPart) shape() yamldoc.Shape { return p.textOr(yamldoc.Map(p), "a part") }

// Keys names the keys of a part.
func (p *FormPart) Keys(k *yamldoc.Keys) {
	p.Payload.Keys(k)
	k.Key("filename", Text(&p.Filename), "The name of the file that it says it is; default: that of `file`.")
	k.Key("type", Text(&p.Type), "Its Content-Type; default: none for text, application/json for json, else application/octet-stream.")
}
