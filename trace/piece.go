package trace

import (
	"fmt"

	"github.com/duologue/duologue/diag"
)

// Piece is a piece of the stream of octets that come in the messages of a connection. A step
// that reads the stream cuts it out of them. It is in no log: what came is the messages.
type Piece struct {
	Data  []byte
	Type  string // of the messages that it came in: text, binary, or "" for both
	Begun int    // octets of the message in which it ends that are read with it; 0 if these are all

	omitted int // octets left out by [Event.Brief]
}

// Kind gives the name of the event in the language.
func (*Piece) Kind() string { return "stream" }

// Summary gives the text, or the first octets.
func (p *Piece) Summary() string {
	return fmt.Sprintf("%d octets: %s", len(p.Data)+p.omitted, diag.Clip(payload(p.Data), 200))
}
