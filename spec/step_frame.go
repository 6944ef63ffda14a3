package spec

import (
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// SendFrame sends one or several frames, valid or not.
type SendFrame struct {
	Frames []Frame
}

// Frame is one frame (RFC 6455 5.2).
type Frame struct {
	Pos        diag.Pos
	Fin        Value[bool]   // default: true
	RSV        Value[int]    // 0 to 7, RSV1 is 4; default: 0
	Opcode     Value[int]    // 0 to 15; default: text
	Mask       Value[Mask]   // default: as our role demands
	Length     Value[uint64] // the length in the header; default: the real length
	LengthForm Value[int]    // bits of the length field, 7, 16 or 64; default: the fewest that are enough
	Payload    []Part
}

// Part is a piece of a payload, or a wait before the next piece.
type Part struct {
	Wait    Value[time.Duration]
	Payload Payload
}

func (f *SendFrame) shape() yamldoc.Shape { return yamldoc.OneOrMore(&f.Frames, yamldoc.Map) }

// Names gives the payloads of the frames.
func (f *SendFrame) Names() Names {
	var names Names
	for i := range f.Frames {
		for k := range f.Frames[i].Payload {
			names.Payloads = append(names.Payloads, &f.Frames[i].Payload[k].Payload)
		}
	}
	return names
}

// Keys names the keys of a frame.
func (f *Frame) Keys(k *yamldoc.Keys) {
	if n := k.Node(); n != nil {
		f.Pos = n.Pos
	}
	k.Key("fin", valueShape(&f.Fin, flagUnit), "Whether it is the last frame of its message (true).")
	k.Key("rsv", valueShape(&f.RSV, rsvUnit), "The three reserved bits as a number, 0 to 7; RSV1 is 4 (0).")
	k.Key("opcode", valueShape(&f.Opcode, opcodeUnit), "continuation, text, binary, close, ping, pong, or a number from 0 to 15 (text).")
	k.Key("mask", valueShape(&f.Mask, maskUnit), "random, none, or a key of 8 hexadecimal digits; default: as our role demands.")
	k.Key("length", valueShape(&f.Length, lengthUnit), "The length in the header, true or not, up to 2^64-1; default: the real length.")
	k.Key("length_form", valueShape(&f.LengthForm, lengthFormUnit), "The bits of the length field: 7, 16 or 64; default: the fewest.")
	k.Key("payload", partsShape(&f.Payload), "What it carries: a payload, or a list of payloads with `{wait: 1s}` between them.")
}

func partsShape(parts *[]Part) yamldoc.Shape {
	return yamldoc.OneOrMore(parts, func(p *Part) yamldoc.Shape {
		payload := p.Payload.shape()
		return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
			if len(n.Fields) == 1 && n.Get("wait") != nil {
				Duration(&p.Wait).Decode(n.Get("wait"), out)
				return
			}
			payload.Decode(n, out)
		}, payload.Describe)
	})
}

// SendBytes sends octets as they are. They need not be whole frames.
type SendBytes struct {
	Payload Payload
}

func (b *SendBytes) shape() yamldoc.Shape { return b.Payload.shape() }

// Names gives the payload.
func (b *SendBytes) Names() Names { return Names{Payloads: []*Payload{&b.Payload}} }
