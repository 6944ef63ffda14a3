package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Cut says where a piece of a stream ends, in exactly one of three ways: before a mark, after
// a number of octets, or where a length inside it says.
type Cut struct {
	Pos    diag.Pos
	Length *Length
	Until  []byte // the mark, after [Cut.Bind]
	Octets int    // the number, after [Cut.Bind]

	until *Payload
	size  Value[int]
}

// Length is where the length of a piece stands in it: what it counts comes right after it.
type Length struct {
	After  int    // octets before it
	Size   int    // octets of it, 1 to 8; 0 for a varint
	Little bool   // its least significant octet comes first
	Add    int    // what has to be added to it
	order  string // as it is written
}

const (
	// MaxPiece is the most octets of a piece of a stream.
	MaxPiece = 64 << 20
	// maxMark is the most octets of the mark at its end.
	maxMark = 1 << 10
	// maxBefore is the most octets before its length.
	maxBefore = 1 << 10
)

// readStream reads what is looked for in a stream.
func (p *Pattern) readStream(n *yamldoc.Node, known fields, out *diag.List) {
	if n.Kind != yamldoc.Mapping || value.IsMatcher(n) {
		yamldoc.Expected(n, `a mapping, such as {until: "\n", text: hello}`, out)
		return
	}
	cut, rest := *n, *n
	cut.Fields, rest.Fields = nil, nil
	for _, f := range n.Fields {
		switch key := f.Key.Text; {
		case key == "until", key == "length", key == "size" && n.Get("until") == nil && n.Get("length") == nil:
			cut.Fields = append(cut.Fields, f)
		default:
			rest.Fields = append(rest.Fields, f)
		}
	}
	before := out.Len()
	p.readFields(&rest, known, p.Kind, out)
	p.Cut = &Cut{Pos: p.Pos}
	switch {
	case len(cut.Fields) == 0 && out.Len() == before: // else it may be misspelt, which is told
		out.Hintf(p.Pos, "add until, size or length", "nothing says where a piece of the stream ends")
	case len(cut.Fields) > 1:
		out.Hintf(cut.Fields[1].Key.Pos, "until or length, not both", "a piece of a stream ends in one way")
	default:
		yamldoc.DecodeKeys(&cut, p.Cut, out)
	}
}

// Keys names the keys that say where a piece ends.
func (c *Cut) Keys(k *yamldoc.Keys) {
	k.Key("until", yamldoc.Optional(&c.until, markShape), "What stands behind a piece; it is no part of it.")
	k.Key("size", yamldoc.Whole(Octets(&c.size), func(n *yamldoc.Node, out *diag.List) {
		if size, ok := c.size.Known(); ok {
			complain(n.Pos, checkSize(size), out)
		}
	}), "How many octets a piece has.")
	k.Key("length", yamldoc.Optional(&c.Length, func(l *Length) yamldoc.Shape {
		return yamldoc.Whole(yamldoc.Map(l), l.check)
	}), "Where the length of a piece stands in it.")
}

// describeStream describes a stream: where its pieces end, and their fields.
func describeStream(d *yamldoc.Defs) *yamldoc.Schema {
	s := &yamldoc.Schema{Type: "object", Closed: true, Properties: yamldoc.Properties(&Cut{}, d)}
	for _, name := range words(eventFields["stream"]) {
		if name != "size" {
			s.Properties = append(s.Properties, yamldoc.Property{Name: name, Schema: &yamldoc.Schema{}})
		}
	}
	return s
}

// markShape takes text, or octets in hex or base64.
func markShape(p *Payload) yamldoc.Shape {
	return yamldoc.Whole(p.shape(), func(n *yamldoc.Node, out *diag.List) {
		data, known := p.Known()
		switch {
		case !slices.Contains([]string{"text", "hex", "base64"}, p.Form):
			out.Hintf(n.Pos, `such as "\r\n" or {hex: "00"}`, "until takes text, hex or base64, not %s", p.Form)
		case known && p.Form == "text" && escape(string(data)) != "":
			out.Hintf(n.Pos, `in double quotes it is one character: until: "`+escape(string(data))+`"; two characters are written {hex: `+fmt.Sprintf("%x", escape(string(data)))+`}`,
				"until is the characters %s, a backslash and a letter", escape(string(data)))
		case known:
			complain(n.Pos, checkMark(data), out)
		}
	})
}

// escape gives the first two characters of a text that look like a character in double
// quotes, or "".
func escape(text string) string {
	i := strings.IndexByte(text, '\\')
	if i < 0 || i+1 == len(text) || !strings.ContainsRune("rnt0xu", rune(text[i+1])) {
		return ""
	}
	return text[i : i+2]
}

func checkMark(data []byte) error {
	if len(data) == 0 || len(data) > maxMark {
		return fmt.Errorf("what ends a piece has 1 to %d octets, not %d", maxMark, len(data))
	}
	return nil
}

func checkSize(size int) error {
	if size < 1 || size > MaxPiece {
		return fmt.Errorf("a piece of a stream has 1 to %d octets, not %d", MaxPiece, size)
	}
	return nil
}

func complain(pos diag.Pos, err error, out *diag.List) {
	if err != nil {
		out.Add(diag.At(pos, err))
	}
}

// Keys names the keys of `length`.
func (l *Length) Keys(k *yamldoc.Keys) {
	k.Key("after", yamldoc.Count(&l.After, 0, maxBefore), "How many octets of the piece stand before it (0).")
	k.Key("size", yamldoc.ShapeOf(l.readSize, func(*yamldoc.Defs) *yamldoc.Schema {
		least, most := 1, 8
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Enum: []string{"varint"}}, {Type: "integer", Minimum: &least, Maximum: &most}}}
	}), "How many octets it has, 1 to 8, or varint.", yamldoc.Required)
	k.Key("order", yamldoc.Word(&l.order, "big", "little"), "Which octet of it comes first: the most significant (big, unless told) or the least (little).")
	k.Key("add", yamldoc.Count(&l.Add, -maxBefore, maxBefore), "What is added to it, such as -4 where it counts its own four octets (0).")
}

func (l *Length) readSize(n *yamldoc.Node, out *diag.List) {
	if n.Text == "varint" {
		return
	}
	if _, ok := yamldoc.Int(n); !ok {
		yamldoc.Expected(n, "1 to 8 octets, or varint", out)
		return
	}
	yamldoc.Count(&l.Size, 1, 8).Decode(n, out)
}

func (l *Length) check(n *yamldoc.Node, out *diag.List) {
	if l.Size == 0 && l.order != "" {
		out.Addf(n.Get("order").Pos, "a varint has no order: its least significant octet comes first")
	}
	l.Little = l.order == "little"
}

// Bind gives the cut with every ${…} computed.
func (c *Cut) Bind(env expr.Env) (*Cut, error) {
	out := *c
	var err error
	switch {
	case c.until != nil:
		if out.Until, err = c.until.In(env, nil); err == nil {
			err = checkMark(out.Until)
		}
	case c.size.IsSet():
		if out.Octets, err = c.size.In(env); err == nil {
			err = checkSize(out.Octets)
		}
	}
	if err != nil {
		return nil, diag.At(c.Pos, err)
	}
	return &out, nil
}

// String gives the cut as it may be written. Two that are written alike give the same.
func (c *Cut) String() string {
	switch {
	case c.Until != nil:
		return fmt.Sprintf("until: %q", c.Until)
	case c.until != nil:
		return "until: " + c.until.Form + " " + c.until.Text.written()
	case c.Length != nil:
		return c.Length.String()
	case c.Octets > 0:
		return "size: " + strconv.Itoa(c.Octets)
	}
	return "size: " + c.size.written()
}

func (l *Length) String() string {
	var parts []string
	if l.After != 0 {
		parts = append(parts, "after: "+strconv.Itoa(l.After))
	}
	if l.Size == 0 {
		parts = append(parts, "size: varint")
	} else {
		parts = append(parts, "size: "+strconv.Itoa(l.Size))
	}
	if l.Little {
		parts = append(parts, "order: little")
	}
	if l.Add != 0 {
		parts = append(parts, "add: "+strconv.Itoa(l.Add))
	}
	return "length: {" + strings.Join(parts, ", ") + "}"
}
