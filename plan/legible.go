package plan

import (
	"slices"
	"strings"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
)

// Legible is how a scenario writes and reads binary messages, for those who look at their octets.
type Legible struct{ sent, came []reading }

// reading is a way to read octets.
type reading struct {
	name    string // such as CBOR, or the name of a message
	decode  func([]byte) (any, error)
	message bool // of Protocol Buffers
}

// mostRead is the most octets of a message that are read, and mostShown the most of what is shown of it.
const (
	mostRead  = 4 << 10
	mostShown = 1 << 10
)

// Holds says what the octets of a binary message hold, in each way in which they can be read. It gives "" if
// there is none, and if there are too many octets.
func (l *Legible) Holds(sent bool, data []byte) string {
	ways := l.came
	if sent {
		ways = l.sent
	}
	if len(data) > mostRead {
		return ""
	}
	var out, poor []string
	for _, way := range ways {
		v, err := way.decode(data)
		switch shown := way.name + " " + expr.Noted(v, mostShown); {
		case err != nil:
		case way.message && hasUnknown(v):
			poor = append(poor, shown)
		default:
			out = append(out, shown)
		}
	}
	if len(out) == 0 { // another message than those that the scenario names, or one with newer fields
		out = poor
	}
	return strings.Join(out, ", or ")
}

// hasUnknown reports whether a message has fields that its .proto file does not have.
func hasUnknown(v any) bool {
	m, _ := v.(*expr.Mapping)
	return slices.ContainsFunc(m.Names(), func(name string) bool { return !expr.IsTextKey(name) })
}

func add(to []reading, r reading) []reading {
	if slices.ContainsFunc(to, func(known reading) bool { return known.name == r.name }) {
		return to
	}
	return append(to, r)
}

// What every scenario can read.
var (
	msgpack = reading{name: "MessagePack", decode: expr.DecodeMsgpack}
	cbor    = reading{name: "CBOR", decode: expr.DecodeCBOR}
)

// payload notes how a payload is written.
func (l *Legible) payload(p *spec.Payload) {
	switch m := p.Message(); {
	case p.Form == "msgpack":
		l.sent = add(l.sent, msgpack)
	case p.Form == "cbor":
		l.sent = add(l.sent, cbor)
	case m != nil:
		l.sent = add(l.sent, reading{p.Proto.Name, m.Decode, true})
	}
}

// pattern notes how a pattern reads messages.
func (l *Legible) pattern(p *spec.Pattern) {
	for _, f := range p.Fields {
		switch m := p.Message(); {
		case f.Name == "msgpack":
			l.came = add(l.came, msgpack)
		case f.Name == "cbor":
			l.came = add(l.came, cbor)
		case f.Name == "protobuf" && m != nil:
			l.came = add(l.came, reading{f.Value.Proto.Name, m.Decode, true})
		}
	}
}
