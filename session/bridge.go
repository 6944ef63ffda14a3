package session

import (
	"sync"

	"github.com/duologue/duologue/media"
)

// bridge passes an incoming stream on to an utterance of another connection.
type bridge struct {
	tag       string       // of the incoming stream
	format    media.Format // of the utterance
	to        *arrivals
	resampler *media.Resampler // nil if nothing has come yet, or if both rates are the same
	from      media.Format     // the resampler was made for it
}

// arrivals is what a bridge has brought and the utterance has not taken yet.
type arrivals struct {
	mu     sync.Mutex // guards octets; shared by two connections, see [Conn]
	octets []byte
}

// add adds octets at the end.
func (a *arrivals) add(octets []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.octets = append(a.octets, octets...)
}

// appendTo moves all that has arrived to the end of a buffer.
func (a *arrivals) appendTo(buf []byte) []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	buf = append(buf, a.octets...)
	a.octets = nil
	return buf
}

// joins reports whether audio of one format can be converted to another.
func joins(from, to media.Format) bool {
	return from == to || from.Codec != media.Opaque && to.Codec != media.Opaque
}

// passHeld converts a chunk and passes it on. A resampler keeps the end of each chunk
// for the next, so that there is no seam between them.
func (b *bridge) passHeld(from media.Format, octets []byte) {
	if from == b.format {
		b.to.add(octets)
		return
	}
	clip, err := from.Decode(octets)
	if err != nil {
		return // opaque audio, in a stream that began after the bridge, cannot be converted
	}
	if b.resampler == nil || b.from != from {
		b.resampler, b.from = media.NewResampler(from.Rate, b.format.Rate), from
	}
	b.passClipHeld(b.resampler.Push(clip))
}

// flushHeld passes on what the resampler has kept for the next chunk. The stream has
// ended, so there is none.
func (b *bridge) flushHeld() {
	if b.resampler != nil {
		b.passClipHeld(b.resampler.Flush())
		b.resampler = nil
	}
}

// passClipHeld passes on a clip in the utterance's format.
func (b *bridge) passClipHeld(clip media.Clip) {
	if octets, err := b.format.Encode(clip); err == nil {
		b.to.add(octets)
	}
}
