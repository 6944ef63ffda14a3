package builtin

import (
	"time"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/media"
)

// cue is one thing that an application says to the platform. A wire puts it in
// the vendor's words.
type cue struct {
	kind   cueKind
	at     time.Time // not to be said before; zero for at once
	stream stream    // the stream that it belongs to
	octets []byte    // of a chunk or of a message
	number int       // of a chunk, from 0 in its stream
	of     int       // how many chunks the stream has; 0 if that is not known yet
	name   string    // of a mark
	text   bool      // of a message: it is text, not binary
	code   websocket.StatusCode
	reason string
}

type cueKind int

const (
	cueBegin   cueKind = iota // a stream of audio begins
	cueChunk                  // its next octets
	cueEnd                    // it ends
	cueMark                   // asks to be told when all audio before it has played
	cueClear                  // asks to drop audio that has not played yet
	cueMessage                // a message of the application's own
	cueClose                  // the closing handshake
	cueDrop                   // the end of the connection without a Close
)

// stream is a stream of audio in one direction.
type stream struct {
	tag      string // identifies the stream on its connection, in the vendor's words
	encoding string // in the vendor's words
	format   media.Format
	custom   []byte // the caller's own JSON, as it came
}

// message is a cue in the vendor's words.
type message struct {
	cue  cue
	kind websocket.MessageType
	data []byte
}

// heard is one thing that the platform said, without the vendor's words.
type heard struct {
	kind   heardKind
	stream stream
	octets []byte // of audio or of a message
	text   bool   // of a message
	digit  string
}

type heardKind int

const (
	heardNothing heardKind = iota // a message that means nothing to an application
	heardOpen                     // the connection is open
	heardStart                    // the caller's audio begins
	heardAudio
	heardStop
	heardDigit
	heardMessage // the scenario's own message
)

// wire writes cues in a vendor's way, and reads the platform. It belongs to one
// connection, because it counts.
type wire interface {
	// hear reads a message. The error says what the platform did wrong.
	hear(kind websocket.MessageType, data []byte) (heard, error)
	// say writes a cue. It gives false if the vendor has no message for it.
	say(c cue) (message, bool)
}

// ownMessage gives a message that is not the vendor's.
func ownMessage(kind websocket.MessageType, data []byte) heard {
	return heard{kind: heardMessage, octets: data, text: kind == websocket.MessageText}
}

// asItIs writes a message of the application's own.
func asItIs(c cue) message {
	if c.text {
		return message{cue: c, kind: websocket.MessageText, data: c.octets}
	}
	return message{cue: c, kind: websocket.MessageBinary, data: c.octets}
}

// plain is the wire without a vendor. Every message is the application's own.
type plain struct{}

func newPlain() wire { return plain{} }

func (plain) hear(kind websocket.MessageType, data []byte) (heard, error) {
	return ownMessage(kind, data), nil
}

func (plain) say(c cue) (message, bool) { return asItIs(c), c.kind == cueMessage }
