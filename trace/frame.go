package trace

import (
	"fmt"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
)

// Frame is one frame (RFC 6455 5.2). A received frame is told as it was. A frame
// that a step sent is told as the script describes it.
type Frame struct {
	Opcode int           `json:"opcode"` // 0 to 15
	Head   FrameHead     `json:"head"`
	Claims uint64        `json:"claims,omitempty"` // sent: the length that the header claimed, if that was not the real one
	Data   []byte        `json:"data"`             // unmasked, but not inflated
	First  time.Duration `json:"first,omitempty"`  // when its first octet arrived

	omitted int // octets left out by [Event.Brief]
}

// FrameHead is the header of a frame without its opcode. For a sent frame it is
// what the script says.
type FrameHead struct {
	Fin        bool   `json:"fin"`
	RSV        int    `json:"rsv"` // three bits, RSV1 is 4
	Masked     bool   `json:"masked"`
	Mask       string `json:"mask,omitempty"` // the key as 8 hexadecimal digits
	LengthForm int    `json:"length_form"`    // bits of the length field: 7, 16 or 64; 0 if the script does not say
}

var opcodeNames = map[int]string{0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}

// OpcodeName gives the name of an opcode that RFC 6455 5.2 defines, or "".
func OpcodeName(opcode int) string { return opcodeNames[opcode] }

// Kind gives the name of the event in the language.
func (*Frame) Kind() string { return "frame" }

// Summary gives the opcode, everything unusual in the header, and the payload.
func (f *Frame) Summary() string {
	name := OpcodeName(f.Opcode)
	if name == "" {
		name = fmt.Sprintf("opcode %d", f.Opcode)
	}
	parts := []string{name}
	if !f.Head.Fin {
		parts = append(parts, "not fin")
	}
	if f.Head.RSV != 0 {
		parts = append(parts, fmt.Sprintf("rsv %d", f.Head.RSV))
	}
	if f.Head.Masked {
		parts = append(parts, strings.TrimSpace("masked "+f.Head.Mask))
	}
	if f.Head.LengthForm > 7 {
		parts = append(parts, fmt.Sprintf("length in %d bits", f.Head.LengthForm))
	}
	if f.Claims != 0 {
		parts = append(parts, fmt.Sprintf("claims %d octets", f.Claims))
	}
	return fmt.Sprintf("%s, %d octets: %s", strings.Join(parts, ", "), len(f.Data)+f.omitted, diag.Clip(payload(f.Data), 120))
}

// Octets are octets that a step sent. They need not be whole frames.
type Octets struct {
	Data []byte `json:"data"`

	omitted int // octets left out by [Event.Brief]
}

// Kind gives the name of the event. No step can expect it.
func (*Octets) Kind() string { return "octets" }

// Summary gives the number of octets, and the first of them.
func (o *Octets) Summary() string {
	return fmt.Sprintf("%d: %s", len(o.Data)+o.omitted, diag.Octets(o.Data))
}
