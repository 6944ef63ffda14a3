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

// Send sends one message: text, or {text}, {json}, {hex} or {base64}.
type Send struct {
	Form string // text, json, hex, base64
	Text Value[string]
	JSON Data
}

func (s *Send) shape() yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind == yamldoc.Scalar {
			s.Form = "text"
			Text(&s.Text).Decode(n, out)
			return
		}
		yamldoc.DecodeKeys(n, s, out)
		if n.Kind == yamldoc.Mapping && len(n.Fields) != 1 {
			out.Hintf(n.Pos, "one of text, json, hex, base64", "a message has exactly one content, found %d", len(n.Fields))
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
		JSON(&s.JSON).Decode(n, out)
	}, JSON(&s.JSON).Describe), "A text message that is this value as JSON.")
	k.Key("hex", s.content("hex"), "A binary message, in hexadecimal digits.")
	k.Key("base64", s.content("base64"), "A binary message, in base64.")
}

func (s *Send) content(form string) yamldoc.Shape {
	text := Text(&s.Text)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		s.Form = form
		text.Decode(n, out)
		if known, ok := s.Text.Known(); ok {
			if _, err := octets(form, known); err != nil {
				out.Add(placed(n.Pos, err))
			}
		}
	}, text.Describe)
}

// Message computes what is sent.
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
	text, err := s.Text.In(env)
	if err != nil {
		return nil, false, err
	}
	data, err = octets(s.Form, text)
	if err != nil {
		return nil, false, placed(s.Text.Pos, err)
	}
	return data, s.Form != "text", nil
}

// octets reads text in one of the written forms of a message.
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
