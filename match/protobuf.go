package match

import (
	"fmt"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Proto is the operand of `$protobuf`: the name of a message of Protocol Buffers, and
// a matcher of its value. [Matcher.Load] gives it the type of the message. The value
// is read then, because the type says what can be asked of it.
type Proto struct {
	Pos   diag.Pos // of the name
	Name  string
	value *yamldoc.Node    // nil if nothing is asked of the value
	from  *value.Condition // that it stands in; nil if it is no matcher that is kept under a name
	codec Decoder          // nil until it is loaded
}

// Decoder reads messages of one type.
type Decoder interface {
	Decode(data []byte) (any, error)
	// Position is what the value of a message can be.
	Position() *Position
}

// Keys names the keys of `$protobuf`.
func (p *Proto) Keys(k *yamldoc.Keys) {
	k.Key("message", yamldoc.Placed(&p.Pos, MessageName(&p.Name)), "The full name of the message.", yamldoc.Required)
	k.Key("value", yamldoc.ShapeOf(func(n *yamldoc.Node, _ *diag.List) { p.value = n }, anyValue), "What it must be.")
}

func anyValue(*yamldoc.Defs) *yamldoc.Schema { return &yamldoc.Schema{} }

// MessageName takes the full name of a message.
func MessageName(name *string) yamldoc.Shape {
	text := yamldoc.Text(name)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		text.Decode(n, out)
		if strings.Contains(*name, "${") {
			out.Addf(n.Pos, "the name of a message is not computed from ${…}")
		}
	}, text.Describe)
}

// Load gives a $protobuf the type of its message, and reads what is asked of the value.
// Complaints go to out.
func (m *Matcher) Load(codec Decoder, out *diag.List) {
	if m.Proto.codec != nil {
		return
	}
	m.Proto.codec = codec
	if m.Proto.value == nil {
		return
	}
	m.Items = []Matcher{Read(m.Proto.value, codec.Position(), out)}
	if m.Proto.from != nil {
		m.Items[0].fill(m.Proto.from)
	}
}

// loadIn loads a $protobuf that was kept under a name, whose message is known only where it is
// used.
func (m *Matcher) loadIn(env expr.Env) error {
	if m.Proto == nil || m.Proto.codec != nil || env.Messages == nil {
		return nil
	}
	found, err := env.Messages(m.Proto.Name)
	if err != nil {
		return diag.At(m.Proto.Pos, err)
	}
	codec, ok := found.(Decoder)
	if !ok {
		return nil
	}
	var out diag.List
	if m.Load(codec, &out); !out.Empty() {
		return out.Sorted()[0]
	}
	return nil
}

// Decoder gives the type of the message, or nil if it was not loaded.
func (p *Proto) Decoder() Decoder { return p.codec }

// ReadProto reads the operand of $protobuf as a matcher of octets.
func ReadProto(n *yamldoc.Node, at *Position, out *diag.List) Matcher {
	return reader{at, out}.form(protoRow, n)
}

// inProto is $protobuf: a matcher of the message that octets hold.
type inProto struct{ path string }

func (inProto) read(r reader, m *Matcher, v *yamldoc.Node) {
	m.Proto = &Proto{Pos: v.Pos}
	if v.Kind == yamldoc.Scalar {
		MessageName(&m.Proto.Name).Decode(v, r.out)
		return
	}
	yamldoc.DecodeKeys(v, m.Proto, r.out)
}

func (p inProto) ask(m *Matcher, v any, at *place, to *asking) answer {
	if m.Proto.codec == nil {
		return cannot(fmt.Sprintf("the message %s is not known", m.Proto.Name))
	}
	held, err := m.Proto.codec.Decode(v.([]byte))
	if err != nil {
		to.tell(m, at, m.Proto.Name, Show(v), err.Error())
		return no
	}
	if len(m.Items) == 0 {
		if unknown := unknownFields(held); unknown != "" { // nearly any octets can be read as a message of fields that it does not have
			to.tell(m, at, m.Proto.Name, Show(held), "it has no field "+unknown)
			return no
		}
		return yes
	}
	if p.path != "" {
		at = at.then(p.path)
	}
	return m.Items[0].ask(held, at, to)
}

// unknownFields gives the first field that a message has by its number only, or "".
func unknownFields(message any) string {
	fields, _ := message.(*expr.Mapping)
	for name := range fields.All() {
		if !expr.IsTextKey(name) {
			return expr.ShowKey(name)
		}
	}
	return ""
}

func (inProto) describe(m *Matcher) string {
	if len(m.Items) == 0 {
		return m.Proto.Name
	}
	return m.Proto.Name + ": " + Describe(m.Items[0])
}
