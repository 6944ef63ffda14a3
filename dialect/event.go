package dialect

import (
	"time"

	"github.com/duologue/duologue/media"
)

// Event is what a message, or the passing of time, means: one of [*MediaStarted],
// [*MediaEnded], [*Announcement], [*Chunk], [*Mark], [*Clear], [*DTMF] and [*Violation]. At is
// when it came true. For an event of time alone, that may be a little before the time of the
// call that gives it.
type Event interface{ event() }

// MediaStarted says that a stream of the other side begins to sound: with its start message;
// with its first chunk if the dialect has no such message; or again (Again), after it had ended
// by silence.
type MediaStarted struct {
	At       time.Duration
	Tag      string
	Encoding string // its name in the dialect
	Format   media.Format
	Custom   any // customParameters as a JSON tree with json.Number, or nil
	Again    bool
	First    int // with Again: the number of its first chunk, counted from 0 after the start
}

// Ending says how a stream ended.
type Ending string

// The endings.
const (
	ByStop    Ending = "stop"    // its stop message
	BySilence Ending = "silence" // silence, or nothing, for long enough on the playback clock
	ByClose   Ending = "close"   // the end of the connection
)

// MediaEnded says that a stream has ended. If it ended by silence, Duration and PlayedEnd leave
// that silence out. If its stop came while audio still waited to be played, PlayedEnd is later
// than At.
type MediaEnded struct {
	At          time.Duration
	Tag         string
	By          Ending
	Duration    time.Duration // PlayedEnd - PlayedStart
	PlayedStart time.Duration
	PlayedEnd   time.Duration
	Discarded   time.Duration // audio that was dropped since the start because the buffer was full
}

// Announcement is what a stop message says of its stream, with what came since the start. It
// comes before the [MediaEnded] of that stop. If the stream had ended by silence before, there
// is no such MediaEnded. Sides may count in different ways, so a difference is no violation.
type Announcement struct {
	At       time.Duration
	Tag      string
	Octets   *int64         // nil if the stop does not give it
	Duration *time.Duration // nil if the stop does not give it
	Came     Amount
}

// Amount is how much audio came. Each opaque chunk counts with the usual length.
type Amount struct {
	Octets   int64 // without base64
	Duration time.Duration
}

// Chunk is audio that came. Number, Sequence and Timestamp are -1 in a dialect or message
// without them. PlayedStart and PlayedEnd are a forecast: a clear that comes later makes it
// play shorter.
type Chunk struct {
	At          time.Duration
	Tag         string
	Format      media.Format
	Data        []byte // as sent, decoded from base64; it belongs to the receiver of the event
	Sequence    int64  // the counter of the connection
	Number      int64  // the counter of the stream
	Timestamp   int64  // in the dialect's unit
	PlayedStart time.Duration
	PlayedEnd   time.Duration
	Discarded   time.Duration // the part at the end for which the buffer had no room
}

// Size gives the number of octets of audio.
func (c *Chunk) Size() int { return len(c.Data) }

// Mark is an order to the platform to say when everything before it is played. To the app it is
// the news that this is played or cleared.
type Mark struct {
	At   time.Duration
	Tag  string
	Name string
}

// Clear is an order to the platform to drop what is not played yet. To the app it is the news
// that this is dropped.
type Clear struct {
	At  time.Duration
	Tag string // "" for everything
}

// DTMF is a key that was pressed.
type DTMF struct {
	At    time.Duration
	Digit string
}

// Violation is a rule of the dialect that the other side broke.
type Violation struct {
	At   time.Duration
	Tag  string
	Rule string // such as "voximplant: sequenceNumber"
	Text string // such as "sequenceNumber is 7, expected 6"
}

func (*MediaStarted) event() {}
func (*MediaEnded) event()   {}
func (*Announcement) event() {}
func (*Chunk) event()        {}
func (*Mark) event()         {}
func (*Clear) event()        {}
func (*DTMF) event()         {}
func (*Violation) event()    {}

// Received is what a message, or the passing of time, means.
type Received struct {
	Plumbing bool      // the message belongs to the dialect, not to the script
	Events   []Event   // in order; events that time brought stand before those of the message
	Replies  []Message // messages to send at once, in order
}
