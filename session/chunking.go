package session

import (
	"fmt"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/media"
)

// chunking is how a stream is cut into chunks.
type chunking struct {
	size    int           // of a chunk, in octets
	pause   time.Duration // from one chunk to the next; 0: there is no pace to keep
	silence []byte        // one chunk of it; nil if no silence has to be sent
	forever bool          // silence follows the audio until the stream is stopped
}

// newChunking decides how a stream is cut. On a telephone, which we are as a platform
// without start messages, the connection is the stream, and sends in real time.
func newChunking(stream *dialect.Stream, o StreamOptions, telephone bool) (c chunking, err error) {
	length, exact := stream.ChunkLength()
	if o.Chunk > 0 && o.Chunk != length {
		if exact {
			return c, fmt.Errorf("the dialect demands chunks of %s", length)
		}
		length = o.Chunk
	}
	format := stream.Format()
	if c.size = format.Octets(length); c.size <= 0 {
		return c, fmt.Errorf("audio in %s cannot be cut into chunks", stream.Encoding())
	}
	c.forever = telephone || o.Silence
	if telephone && o.Speed != 1 {
		return c, fmt.Errorf("this platform sends in real time")
	}
	if o.Speed > 0 {
		c.pause = time.Duration(float64(length) / o.Speed)
	}
	if exact || c.forever {
		if c.silence, err = format.Encode(media.Silence(length, format.Rate)); err != nil {
			return c, fmt.Errorf("encode silence: %w", err)
		}
	}
	return c, nil
}

// padding returns the silence that makes the last chunk of some audio whole. It is
// nil if the last chunk is whole, or may be shorter.
func (c chunking) padding(octets int) []byte {
	if rest := octets % c.size; rest > 0 && c.silence != nil {
		return c.silence[:c.size-rest]
	}
	return nil
}
