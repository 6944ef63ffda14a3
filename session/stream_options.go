package session

import (
	"time"

	"github.com/duologue/duologue/media"
)

// StreamOptions say what a stream carries and how it is sent.
type StreamOptions struct {
	Tag      string
	Encoding string // in the dialect's words; "" for its first
	Custom   any
	Chunk    time.Duration // 0 for the dialect's own
	Loop     bool          // begin again at the end, until the stream is stopped
	Speed    float64       // as a multiple of real time: 1 is real time, 0 sends all at once
	Silence  bool          // go on with silence after the end, until the stream is stopped

	// Source returns the audio in the stream's format. Its octets are sent as they
	// are and never changed, so that many streams can share them. If Source is nil,
	// the stream is a bridge, and its audio comes from From.
	Source func(format media.Format) ([]byte, error)
	// From is what another connection receives, see [Conn.Received]. What arrives there
	// leaves here.
	From *Received
}

// Received is what a connection receives under a tag.
type Received struct {
	talk *talk
	tag  string
}

// passOn passes what is received on, from now on. It fails if that is a stream which
// cannot be converted to the format.
func (r *Received) passOn(to *arrivals, format media.Format) error {
	return r.talk.bridge(r.tag, to, format)
}
