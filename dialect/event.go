package dialect

import (
	"time"

	"github.com/duologue/duologue/media"
)

// Event is what a message, or the passing of time, means: one of
// [*MediaStarted], [*MediaEnded], [*Announcement], [*Chunk], [*Mark], [*Clear],
// [*DTMF] and [*Violation]. At is when it came true, which for what time alone brings may
// be a little before the moment of the call that tells it.
type Event interface{ event() }

// MediaStarted says that the other side's stream begins to sound: by its start
// message, by its first chunk where there is no such message, or anew (Again)
// when it is heard again after it had ended by silence.
type MediaStarted struct {
	At       time.Duration
	Tag      string
	Encoding string // the dialect's name for it
	Format   media.Format
	Custom   any // customParameters as a JSON tree with json.Number, or nil
	Again    bool
	First    int // of Again: the number of its first chunk, from 0 with the start
}

// Ending is how a stream ended.
type Ending string

// The endings.
const (
	ByStop    Ending = "stop"    // the stop message
	BySilence Ending = "silence" // silence, or nothing, on the playback clock
	ByClose   Ending = "close"   // the end of the connection
)

// MediaEnded says that a stream has ended. An ending by silence leaves that
// silence out of Duration and PlayedEnd. A stop may come while audio still
// waits to be played: then PlayedEnd lies ahead of At.
type MediaEnded struct {
	At          time.Duration
	Tag         string
	By          Ending
	Duration    time.Duration // PlayedEnd - PlayedStart
	PlayedStart time.Duration
	PlayedEnd   time.Duration
	Discarded   time.Duration // dropped since it started, because the buffer was full
}

// Announcement is what a stop message says of its stream, beside what came since
// the start. It stands before the [MediaEnded] of that stop, if there is one: the
// stream may have ended by silence before. How the other side counts is its own
// affair, so a difference is no violation.
type Announcement struct {
	At       time.Duration
	Tag      string
	Octets   *int64         // nil where it is not said
	Duration *time.Duration // nil where it is not said
	Came     Amount
}

// Amount is how much audio came. Opaque chunks count as long as usual.
type Amount struct {
	Octets   int64 // without base64
	Duration time.Duration
}

// Chunk is audio that came. Number, Sequence and Timestamp are -1 in a dialect
// or message that has none. When it plays is foretold: a clear that comes later
// cuts it short.
type Chunk struct {
	At          time.Duration
	Tag         string
	Format      media.Format
	Data        []byte // as sent, base64 undone; belongs to the receiver of the event
	Sequence    int64  // the connection's counter
	Number      int64  // the stream's counter
	Timestamp   int64  // in the dialect's unit
	PlayedStart time.Duration
	PlayedEnd   time.Duration
	Discarded   time.Duration // the part at the end that found no room in the buffer
}

// Size is the number of octets of audio.
func (c *Chunk) Size() int { return len(c.Data) }

// Mark is, to the platform, the order to say when what came before is played;
// to the app the news that it is played or cleared.
type Mark struct {
	At   time.Duration
	Tag  string
	Name string
}

// Clear is, to the platform, the order to drop what is not played; to the app
// the news that it is dropped.
type Clear struct {
	At  time.Duration
	Tag string // "" for everything
}

// DTMF is a key that was pressed.
type DTMF struct {
	At    time.Duration
	Digit string
}

// Violation is a broken rule of the dialect.
type Violation struct {
	At   time.Duration
	Tag  string
	Rule string // "voximplant: sequenceNumber"
	Text string // "sequenceNumber is 7, expected 6"
}

func (*MediaStarted) event() {}
func (*MediaEnded) event()   {}
func (*Announcement) event() {}
func (*Chunk) event()        {}
func (*Mark) event()         {}
func (*Clear) event()        {}
func (*DTMF) event()         {}
func (*Violation) event()    {}

// Received is what came of a message or of time.
type Received struct {
	Plumbing bool      // the message is the dialect's own, not one for the script
	Events   []Event   // in order; those that time brought before the message come first
	Replies  []Message // to be sent at once, in order
}
