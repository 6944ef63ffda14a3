package spec

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// SendPing sends a Ping frame.
type SendPing struct {
	Payload Payload
}

// maxControl is the longest payload of a control frame in octets (RFC 6455 5.5).
const maxControl = 125

func (p *SendPing) shape() yamldoc.Shape {
	s := p.Payload.shape()
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind == yamldoc.Mapping && len(n.Fields) == 0 {
			return // send_ping without a value has no payload
		}
		s.Decode(n, out)
		if data, ok := p.Payload.Known(); ok && len(data) > maxControl {
			out.Hintf(n.Pos, "send_frame sends what RFC 6455 5.5 forbids", "a ping carries at most %d octets, not %d", maxControl, len(data))
		}
	}, s.Describe)
}

// Names gives the payload.
func (p *SendPing) Names() Names { return Names{Payloads: []*Payload{&p.Payload}} }
