package session

import (
	"context"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/trace"
)

// SendMedia begins to send audio on a schedule: chunk k is due k chunks after the
// first, however late the chunks before it left. It replaces what is still being
// sent under the same tag.
func (c *Conn) SendMedia(ctx context.Context, o StreamOptions) (*Outgoing, error) {
	if c.talk.flow == nil {
		return nil, ErrNoMedia
	}
	return c.streams.speak(ctx, o)
}

// Received is what the connection receives under a tag, for [StreamOptions.From].
// Nothing needs to have come under it yet.
func (c *Conn) Received(tag string) *Received { return &Received{talk: c.talk, tag: tag} }

// StopMedia ends the stream of a tag with the dialect's stop.
func (c *Conn) StopMedia(tag string) error { return c.streams.stop(tag) }

// Streams returns the connection's streams as they are now: first those received,
// in the order of their start, then those sent. Those sent are without their octets,
// which [Outgoing.Record] has.
func (c *Conn) Streams() []trace.Stream {
	c.talk.mu.Lock()
	defer c.talk.mu.Unlock()
	return append(c.talk.hearing.shownHeld(c.talk.flow), c.streams.shownHeld()...)
}

// Recorded is Streams, with the octets of all that was sent.
func (c *Conn) Recorded() []trace.Stream {
	c.talk.mu.Lock()
	defer c.talk.mu.Unlock()
	return append(c.talk.hearing.shownHeld(c.talk.flow), c.streams.recordedHeld()...)
}

// Role is our role in the dialect of the connection, or "" if it speaks none.
func (c *Conn) Role() dialect.Role {
	if c.talk.flow == nil {
		return ""
	}
	return c.streams.role
}

// Media is about how many octets of memory the kept media takes.
func (c *Conn) Media() int {
	c.talk.mu.Lock()
	defer c.talk.mu.Unlock()
	return c.talk.hearing.kept
}

// DropMedia lets go of the media that is kept. From then on no more is kept.
func (c *Conn) DropMedia() {
	c.talk.mu.Lock()
	defer c.talk.mu.Unlock()
	c.talk.hearing.dropHeld()
}
