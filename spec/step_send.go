package spec

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Send sends one message: text, or {text}, {json}, {hex}, {base64} or {file}.
type Send struct {
	Form      string        // text, json, hex, base64, file
	Text      Value[string] // of every form but json; of file its path
	JSON      Data
	Window    *Window
	Binary    *bool // of a file: as what it travels; nil goes by its content
	Fragments Fragments

	contents int // how many were written
}

// Window takes each message from another part of a file, as if the file went
// round without end: message k begins at octet k times Step.
type Window struct {
	Pos    diag.Pos
	Length Value[int] // octets
	Step   Value[int] // octets; unsaid, Length
}

// Fragments are the sizes of the frames of a message in octets.
type Fragments struct {
	List  []Value[int] // one frame each; what is left over goes into one more
	Every Value[int]   // the size of every frame
}

func (s *Send) shape() yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind == yamldoc.Scalar {
			s.Form = "text"
			Text(&s.Text).Decode(n, out)
			return
		}
		yamldoc.DecodeKeys(n, s, out)
		if n.Kind == yamldoc.Mapping {
			s.check(n, out)
		}
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Type: "string"}, yamldoc.Map(&Send{}).Describe(d)}}
	})
}

// Keys names the keys of `send`.
func (s *Send) Keys(k *yamldoc.Keys) {
	k.Key("text", s.content("text"), "A text message.")
	k.Key("json", yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		s.Form = "json"
		s.contents++
		JSON(&s.JSON).Decode(n, out)
	}, JSON(&s.JSON).Describe), "A text message that is this value as JSON.")
	k.Key("hex", s.content("hex"), "A binary message, in hexadecimal digits.")
	k.Key("base64", s.content("base64"), "A binary message, in base64.")
	k.Key("file", s.content("file"), "A message that is the content of a file.")
	k.Key("window", yamldoc.Optional(&s.Window, yamldoc.Map[Window]), "Sends a part of the file, each time the next.")
	k.Key("binary", yamldoc.Optional(&s.Binary, yamldoc.Flag), "Whether a file travels as binary; unsaid, unless it is UTF-8.")
	k.Key("fragments", s.Fragments.shape(), "The sizes of the message's frames, or one size for all.")
}

func (s *Send) content(form string) yamldoc.Shape {
	shape := written(&s.Form, form, &s.Text)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		s.contents++
		shape.Decode(n, out)
	}, shape.Describe)
}

func (s *Send) check(n *yamldoc.Node, out *diag.List) {
	if s.contents != 1 {
		out.Hintf(n.Pos, "one of text, json, hex, base64, file", "a message has exactly one content, found %d", s.contents)
		return
	}
	for _, key := range []string{"window", "binary"} {
		if v := n.Get(key); v != nil && s.Form != "file" {
			out.Hintf(v.Pos, "it says how a file is sent", "%q stands only beside file", key)
		}
	}
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
		if size, ok := f.Every.Known(); ok && size == 0 && f.Every.IsSet() {
			out.Addf(n.Pos, "a message cannot be cut into frames of nothing")
		}
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{list.Describe(d), every.Describe(d)}}
	})
}

// Message computes what is sent. Of a file it does not know the content.
func (s *Send) Message(env expr.Env) (data []byte, binary bool, err error) {
	if s.Form == "json" {
		bound, err := s.JSON.Bind(env)
		if err != nil {
			return nil, false, err
		}
		var b bytes.Buffer
		err = appendJSON(&b, bound)
		return b.Bytes(), false, err
	}
	data, err = octetsIn(s.Form, &s.Text, env)
	return data, s.Form != "text", err
}

// Sizes computes the sizes of the frames of a message, all but the last. None
// stand for a message of one frame. The sizes must not exceed the message.
func (f *Fragments) Sizes(env expr.Env, length int) ([]int, error) {
	if f.Every.IsSet() {
		size, err := f.Every.In(env)
		if err != nil {
			return nil, err
		}
		if size == 0 {
			return nil, placed(f.Every.Pos, fmt.Errorf("a message cannot be cut into frames of nothing"))
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
			return nil, placed(v.Pos, fmt.Errorf("the fragments are longer than the message of %d octets", length))
		}
		sizes = append(sizes, size)
	}
	return sizes, nil
}

// octets reads text in one of the written forms of octets.
func octets(form, text string) ([]byte, error) {
	switch form {
	case "hex":
		data, err := hex.DecodeString(text)
		if err != nil {
			return nil, hinted{fmt.Sprintf("%q is not hexadecimal", text), "an even number of digits 0-9 and a-f"}
		}
		return data, nil
	case "base64":
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, fmt.Errorf("%q is not base64", text)
		}
		return data, nil
	}
	return []byte(text), nil
}
