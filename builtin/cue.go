package builtin

import (
	"time"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/media"
)

// A cue is one thing an application says to the platform, before a wire has
// put it in the vendor's words.
type cue struct {
	kind   cueKind
	at     time.Time // not to be said before; zero is at once
	stream stream    // what it belongs to
	octets []byte    // of a chunk or of a message
	number int       // of a chunk, from 0 in its stream
	of     int       // how many chunks the stream has; 0 where nobody knows yet
	name   string    // of a mark
	text   bool      // of a message: text, not binary
	code   websocket.StatusCode
	reason string
}

type cueKind int

const (
	cueBegin   cueKind = iota // a stream of audio begins
	cueChunk                  // its next octets
	cueEnd                    // it ends
	cueMark                   // asks to be told when the audio before it has played
	cueClear                  // asks to forget audio that has not played yet
	cueMessage                // a message of the application's own
	cueClose                  // the closing handshake
	cueDrop                   // the end of the connection without one
)

// A stream is a run of audio in one direction.
type stream struct {
	tag      string // what the vendor tells streams of one connection apart by
	encoding string // in the vendor's words
	format   media.Format
	custom   []byte // JSON of the caller's own, as it came
}

// A message is a cue in the vendor's words.
type message struct {
	cue  cue
	kind websocket.MessageType
	data []byte
}

// A heard is one thing the platform said, freed from the vendor's words.
type heard struct {
	kind   heardKind
	stream stream
	octets []byte // of audio or of a message
	text   bool   // of a message
	digit  string
}

type heardKind int

const (
	heardNothing heardKind = iota // plumbing that no application minds
	heardOpen                     // the connection is open
	heardStart                    // the caller's audio is about to come
	heardAudio
	heardStop
	heardDigit
	heardMessage // a message of the scenario's own
)

// A wire is a vendor's way of writing cues and reading the platform. It
// belongs to one connection: it counts.
type wire interface {
	// hear reads a message. An error says what the platform did wrong.
	hear(kind websocket.MessageType, data []byte) (heard, error)
	// say writes a cue; false if the vendor has no words for it.
	say(c cue) (message, bool)
}

// ownMessage reads what is none of the vendor's messages.
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

// plain is the wire without a vendor: every message is the application's own.
type plain struct{}

func newPlain() wire { return plain{} }

func (plain) hear(kind websocket.MessageType, data []byte) (heard, error) {
	return ownMessage(kind, data), nil
}

func (plain) say(c cue) (message, bool) { return asItIs(c), c.kind == cueMessage }
