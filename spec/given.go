package spec

import (
	"slices"
	"sync"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Given gives the payload for which a plain ${…} stands. It is a mapping like that of a
// payload, or text, if it names something that the suite keeps. Otherwise the payload is
// what was written.
func (p *Payload) Given(env expr.Env) (*Payload, error) {
	given, err := p.given(env)
	if given == nil || err != nil {
		return p, err
	}
	out := &Payload{}
	if text, ok := given.(string); ok {
		out.give(p.Pos, text)
		return out, nil
	}
	return out, readGiven(given.(*expr.Mapping), p.Pos, out.shape(), out)
}

// Given gives the message for which a plain ${…} stands, as [Payload.Given] does.
func (s *Send) Given(env expr.Env) (*Send, error) {
	given, err := s.Payload.given(env)
	if given == nil || err != nil {
		return s, err
	}
	out := &Send{}
	if text, ok := given.(string); ok {
		out.give(s.Pos, text)
		return out, nil
	}
	return out, readGiven(given.(*expr.Mapping), s.Pos, out.shape(), &out.Payload)
}

// given gives the text or the mapping that is kept under the name in a plain ${…}, or nil
// if there is none.
func (p *Payload) given(env expr.Env) (any, error) {
	if p.Kept() == nil {
		return nil, nil
	}
	v, err := p.Text.template.Eval(env)
	if err != nil {
		return nil, value.Explain(p.Text.node, err)
	}
	if mapping, ok := v.(*expr.Mapping); ok && slices.ContainsFunc(mapping.Names(), isContent) {
		return mapping, nil
	}
	text, err := expr.Text(v)
	if err != nil {
		return nil, diag.At(p.Pos, err)
	}
	return text, nil
}

// contents are the keys of a payload.
var contents = sync.OnceValue(func() []string { return yamldoc.Names(&Payload{}) })

// isContent reports whether a key gives the content of a payload.
func isContent(key string) bool { return slices.Contains(contents(), key) }

// give makes a payload of text that is known.
func (p *Payload) give(pos diag.Pos, text string) {
	p.Pos, p.Form, p.contents = pos, "text", 1
	p.Text = Value[string]{Pos: pos, set: true, literal: text, unit: textUnit}
}

// ofValues are the forms of payloads whose content is a value of any shape.
var ofValues = []string{"json", "msgpack", "cbor"}

// readGiven reads a computed mapping with the shape of a payload, as if it were written at
// pos. A value of any shape in it stays as it is.
func readGiven(given *expr.Mapping, pos diag.Pos, shape yamldoc.Shape, into *Payload) error {
	var content any
	written := expr.NewMapping(given.Len())
	for name, v := range given.All() {
		message, isMapping := v.(*expr.Mapping)
		switch {
		case slices.Contains(ofValues, name):
			content, v = v, nil
		case name == "protobuf" && isMapping:
			content, v = splitMessage(message)
		}
		written.Set(name, v)
	}
	n, err := value.NodeOf(written, pos)
	if err != nil {
		return err
	}
	var out diag.List
	if shape.Decode(n, &out); !out.Empty() {
		return out.Sorted()[0]
	}
	if slices.Contains(ofValues, into.Form) || content != nil {
		into.Data = value.Constant(pos, content)
	}
	return nil
}

// splitMessage gives the value of a message of Protocol Buffers, and the mapping without it.
func splitMessage(given *expr.Mapping) (content any, rest *expr.Mapping) {
	rest = expr.NewMapping(given.Len())
	for name, v := range given.All() {
		if name == "value" {
			content = v
			continue
		}
		rest.Set(name, v)
	}
	return content, rest
}

// Kept gives the chain of names in a plain ${…} of something that the suite keeps, or nil.
func (p *Payload) Kept() []string {
	if !p.plain {
		return nil
	}
	return value.KeptBy(p.Text.template)
}

// ReadKept reads what is kept under the name in a plain ${…}, and gives its payload, or nil
// if it is text.
func (p *Payload) ReadKept(d value.Data, out *diag.List) *Payload {
	given := &Payload{}
	return given.readKept(d, p, given.shape(), out)
}

// ReadKept is the same for a message.
func (s *Send) ReadKept(d value.Data, out *diag.List) *Payload {
	given := &Send{}
	return given.readKept(d, &s.Payload, given.shape(), out)
}

func (p *Payload) readKept(d value.Data, named *Payload, shape yamldoc.Shape, out *diag.List) *Payload {
	n, at := d.Node(), named.Pos
	if n != nil && !value.IsShared(named.Kept()) {
		at = n.Pos
	}
	switch {
	case d.IsCondition():
		out.Hintf(at, "a matcher stands where a value is checked", "a payload is no matcher")
		return nil
	case n == nil, n.Kind == yamldoc.Scalar:
		return nil
	case !slices.ContainsFunc(n.Fields, func(f yamldoc.Field) bool { return isContent(value.Key(f.Key.Text)) }):
		out.Because(d.Misfit(), diag.New(at, "a payload has a key such as json or hex; to send it as JSON, write {json: …}", "%s", d.Misfit()))
		return nil
	case d.HoldsCondition():
		out.Hintf(n.Pos, "a matcher stands where a value is checked", "a payload holds no matcher")
		return nil
	}
	shape.Decode(n, out)
	return p
}

// ReadKept reads what is kept under the name in a pattern of one value, if that is a mapping
// of fields. Otherwise it gives nil.
func (p *Pattern) ReadKept(d value.Data, out *diag.List) *Pattern {
	if _, fields := d.Fields(); !fields || d.IsCondition() || !p.plain {
		return nil
	}
	given := &Pattern{Pos: p.Pos, Kind: p.Kind}
	given.readFields(d.Node(), eventFields[p.Kind], p.Kind, out)
	return given
}
