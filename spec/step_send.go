package spec

import (
	"encoding/base64"
	"fmt"
	"unicode/utf8"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/encoded"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Send sends one message: a [Payload].
type Send struct {
	Payload
	Window    *Window
	Binary    *bool // whether the message is binary; nil if the content decides
	Fragments Fragments
}

// Window sends the next part of a file in each message, as if the file were
// repeated without end: message k begins at octet k times Step.
type Window struct {
	Pos    diag.Pos
	Length Value[int] // octets
	Step   Value[int] // octets; Length if it is not set
}

// Fragments are the sizes of the frames of a message, in octets.
type Fragments struct {
	List  []Value[int] // one frame each; what is left of the message goes into one more
	Every Value[int]   // the size of every frame; its expression may also give a list of all sizes
}

func (s *Send) shape() yamldoc.Shape {
	keyed := yamldoc.Whole(yamldoc.Map(s), s.check)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind == yamldoc.Scalar {
			s.decodeText(n, out)
			return
		}
		keyed.Decode(n, out)
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Type: "string"}, yamldoc.Map(&Send{}).Describe(d)}}
	})
}

// Names gives the message and its payload.
func (s *Send) Names() Names { return Names{Payloads: []*Payload{&s.Payload}, Messages: []*Send{s}} }

// Keys names the keys of `send`.
func (s *Send) Keys(k *yamldoc.Keys) {
	s.Payload.Keys(k)
	k.Key("window", yamldoc.Optional(&s.Window, yamldoc.Map[Window]), "Sends the next part of the file each time.")
	k.Key("binary", yamldoc.Optional(&s.Binary, yamldoc.Flag), "Whether it is a binary message; default: text and json are none, a file is unless it is UTF-8, and the others are.")
	k.Key("fragments", s.Fragments.shape(), "The sizes of the message's frames, or one size for all.")
}

func (s *Send) check(n *yamldoc.Node, out *diag.List) {
	s.Payload.check(n, "a message", out)
	if v := n.Get("window"); v != nil && s.Form != "file" {
		out.Hintf(v.Pos, "it says how a file is sent", "%q stands only beside file", "window")
	}
}

// IsText reports whether data travels as a text message.
func (s *Send) IsText(data []byte) bool {
	switch {
	case s.Binary != nil:
		return !*s.Binary
	case s.Form == "file":
		return utf8.Valid(data)
	}
	return s.Payload.IsText()
}

// Keys names the keys of `window`.
func (w *Window) Keys(k *yamldoc.Keys) {
	if n := k.Node(); n != nil {
		w.Pos = n.Pos
	}
	k.Key("length", Octets(&w.Length), "How much of the file one message is.", yamldoc.Required)
	k.Key("step", Octets(&w.Step), "How far apart two messages begin (length).")
}

func (f *Fragments) shape() yamldoc.Shape {
	list, every := yamldoc.List(&f.List, Octets), Octets(&f.Every)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind == yamldoc.Sequence {
			list.Decode(n, out)
			return
		}
		every.Decode(n, out)
		if size, ok := f.Every.Known(); ok && size == 0 {
			out.Addf(n.Pos, "a message cannot be cut into frames of 0 octets")
		}
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{list.Describe(d), every.Describe(d)}}
	})
}

// Sizes computes the sizes of the frames of a message of that length, in octets,
// without that of the last frame. A message of one frame has none. It is an
// error if the sizes exceed the message.
func (f *Fragments) Sizes(env expr.Env, length int) ([]int, error) {
	if f.Every.IsSet() {
		if list, ok, err := f.computed(env, length); ok || err != nil {
			return list, err
		}
		size, err := f.Every.In(env)
		if err != nil {
			return nil, err
		}
		if size == 0 {
			return nil, diag.At(f.Every.Pos, fmt.Errorf("a message cannot be cut into frames of 0 octets"))
		}
		var sizes []int
		for ; length > size; length -= size {
			sizes = append(sizes, size)
		}
		return sizes, nil
	}
	var sizes []int
	left := length
	for _, v := range f.List {
		size, err := v.In(env)
		if err != nil {
			return nil, err
		}
		if left -= size; left < 0 {
			return nil, diag.At(v.Pos, fmt.Errorf("the fragments are longer than the message of %d octets", length))
		}
		sizes = append(sizes, size)
	}
	return sizes, nil
}

// computed gives the sizes if the expression of Every is a list, and otherwise
// false.
func (f *Fragments) computed(env expr.Env, left int) (sizes []int, ok bool, err error) {
	t := f.Every.Template()
	if t == nil {
		return nil, false, nil
	}
	got, err := t.Eval(env)
	if err != nil {
		return nil, false, value.Explain(f.Every.node, err)
	}
	list, ok := got.([]any)
	for _, item := range list {
		size, err := readText(octetsUnit, item)
		if err != nil {
			return nil, true, diag.At(f.Every.Pos, err)
		}
		if left -= size; left < 0 {
			return nil, true, diag.At(f.Every.Pos, fmt.Errorf("the fragments are longer than the message"))
		}
		sizes = append(sizes, size)
	}
	return sizes, ok, nil
}

// octets reads text that is written in one of the forms of octets.
func octets(form, text string) ([]byte, error) {
	switch form {
	case "hex":
		data, err := encoded.FromHex(text)
		if err != nil {
			return nil, diag.Hinted("an even number of digits 0-9 and a-f", "%q is not hexadecimal: %v", text, err)
		}
		return data, nil
	case "base64":
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, fmt.Errorf("%q is not base64: %w", text, encoded.WhyNoBase64(text))
		}
		return data, nil
	}
	return []byte(text), nil
}
