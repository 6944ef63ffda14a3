package spec

import (
	"fmt"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/match"
)

// Proto names a message of Protocol Buffers that a payload is. [Proto.Load] gives it the
// type of the message.
type Proto struct {
	Pos   diag.Pos // of the name
	Name  string
	codec Codec // nil until it is loaded
}

// Codec reads and writes messages of one type.
type Codec interface {
	match.Decoder
	// Check complains of what is written in data and cannot stand in the message.
	Check(d value.Data, out *diag.List)
	Encode(bound value.Data) ([]byte, error)
}

// Load gives the payload the type of its message, and holds what is written against it.
// Complaints go to out.
func (p *Payload) Load(codec Codec, out *diag.List) {
	if p.Proto.codec == nil {
		p.Proto.codec = codec
		codec.Check(p.Data, out)
	}
}

// in gives the type of the message. That of a payload that was kept under a name is known only
// where it is used.
func (p *Proto) in(env expr.Env) (Codec, error) {
	if p.codec != nil {
		return p.codec, nil
	}
	if env.Messages != nil {
		found, err := env.Messages(p.Name)
		if err != nil {
			return nil, diag.At(p.Pos, err)
		}
		if codec, ok := found.(Codec); ok {
			p.codec = codec // nobody else has a payload that was made where it is used
			return codec, nil
		}
	}
	return nil, diag.At(p.Pos, fmt.Errorf("the message %s is not known", p.Name))
}

// Message gives what reads the octets of the payload as the message that it was written as,
// or nil.
func (p *Payload) Message() match.Decoder {
	if p.Proto == nil || p.Proto.codec == nil {
		return nil
	}
	return p.Proto.codec
}

// SuiteProto is the key `protobuf` of a suite: its .proto files.
type SuiteProto struct {
	Pos         diag.Pos
	Files       []Name
	ImportPaths []Name // folders in which imports are looked for
}

func (s *SuiteProto) shape() yamldoc.Shape {
	files, keyed := yamldoc.OneOrMore(&s.Files, nameShape), yamldoc.Map(s)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		s.Pos = n.Pos
		if n.Kind == yamldoc.Mapping {
			keyed.Decode(n, out)
			return
		}
		files.Decode(n, out)
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{files.Describe(d), yamldoc.Map(&SuiteProto{}).Describe(d)}}
	})
}

// Keys names the keys of `protobuf` of a suite.
func (s *SuiteProto) Keys(k *yamldoc.Keys) {
	k.Key("files", yamldoc.OneOrMore(&s.Files, nameShape), "The .proto files with the messages.", yamldoc.Required)
	k.Key("import_paths", yamldoc.OneOrMore(&s.ImportPaths, nameShape), "Folders in which what they import is looked for; default: those of the files.")
}

// packed takes a value that is written as MessagePack or CBOR.
func (p *Payload) packed(form string) yamldoc.Shape {
	shape := value.Packed(&p.Data)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		p.Form = form
		p.contents++
		before := out.Len()
		shape.Decode(n, out)
		if out.Len() == before && p.Data.Computed() == nil {
			if _, err := p.encoded(expr.Env{}); err != nil {
				out.Add(diag.At(n.Pos, err))
			}
		}
	}, shape.Describe)
}

// message takes a message of Protocol Buffers: its name, or its name and its value.
func (p *Payload) message() yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		p.Form, p.Proto = "protobuf", &Proto{Pos: n.Pos}
		p.contents++
		p.Data = value.ReadPacked(&yamldoc.Node{Kind: yamldoc.Mapping, Pos: n.Pos}, out)
		if n.Kind == yamldoc.Scalar {
			match.MessageName(&p.Proto.Name).Decode(n, out)
			return
		}
		yamldoc.DecodeKeys(n, protoKeys{p}, out)
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Type: "string"}, yamldoc.Map(&protoKeys{}).Describe(d)}}
	})
}

// protoKeys are the keys of a payload that is a message of Protocol Buffers.
type protoKeys struct{ *Payload }

// Keys names the keys of `protobuf` of a payload.
func (p protoKeys) Keys(k *yamldoc.Keys) {
	if p.Payload == nil { // they are only described
		p.Payload = &Payload{Proto: &Proto{}}
	}
	k.Key("message", yamldoc.Placed(&p.Proto.Pos, match.MessageName(&p.Proto.Name)), "The full name of the message.", yamldoc.Required)
	k.Key("value", value.Packed(&p.Data), "Its fields by the names of the .proto file.")
}

// encoded computes the octets of a payload that is MessagePack, CBOR or a message of Protocol
// Buffers.
func (p *Payload) encoded(env expr.Env) ([]byte, error) {
	bound, err := p.Data.Bind(env)
	if err != nil {
		return nil, err
	}
	if p.Form == "protobuf" {
		codec, err := p.Proto.in(env)
		if err != nil {
			return nil, err
		}
		return codec.Encode(bound)
	}
	encode := expr.EncodeMsgpack
	if p.Form == "cbor" {
		encode = expr.EncodeCBOR
	}
	data, err := encode(bound.Value())
	if err != nil {
		return nil, bound.Fault(encode)
	}
	return data, nil
}
