package session

import (
	"fmt"

	"github.com/duologue/duologue/media"
)

// bridged is an utterance that is fed by an incoming stream.
type bridged struct {
	tag    string
	out    *Outgoing
	format media.Format
	rate   *media.Resampler // nil where nothing has come yet, or both rates are one
	from   media.Format     // what it was made for
}

// bridge makes what arrives under a tag leave with an utterance, from now on.
func (c *Conn) bridge(tag string, out *Outgoing, format media.Format) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.incoming {
		if s.Tag == tag && !s.Ended && !joins(s.Format, format) {
			return fmt.Errorf("a bridge cannot convert %s to %s: opaque audio can only be passed on as it is", s.Format, format)
		}
	}
	c.bridges = append(c.bridges, &bridged{tag: tag, out: out, format: format})
	return nil
}

// joins reports whether audio of one format can be made into that of another.
func joins(from, to media.Format) bool {
	return from == to || from.Codec != media.Opaque && to.Codec != media.Opaque
}

// feed gives a chunk that arrived to the utterances that it feeds. The caller
// holds mu of the connection on which it arrived.
func (c *Conn) feed(tag string, from media.Format, octets []byte) {
	for _, b := range c.bridges {
		if b.tag == tag {
			b.give(from, octets)
		}
	}
}

// feedEnd gives what a bridge holds back until it knows what follows: nothing
// does, the stream has ended.
func (c *Conn) feedEnd(tag string) {
	for _, b := range c.bridges {
		if b.tag == tag && b.rate != nil {
			b.leave(b.rate.Flush())
			b.rate = nil
		}
	}
}

// give converts a chunk. At another rate it goes through a resampler that knows
// what came before, so that there is no seam between chunks.
func (b *bridged) give(from media.Format, octets []byte) {
	if from == b.format {
		b.append(octets)
		return
	}
	clip, err := from.Decode(octets)
	if err != nil {
		return // opaque audio that began after the bridge: there is no way to make it something else
	}
	if b.rate == nil || b.from != from {
		b.rate, b.from = media.NewResampler(from.Rate, b.format.Rate), from
	}
	b.leave(b.rate.Push(clip))
}

func (b *bridged) leave(clip media.Clip) {
	if octets, err := b.format.Encode(clip); err == nil {
		b.append(octets)
	}
}

func (b *bridged) append(octets []byte) {
	b.out.arrival.Lock()
	b.out.arrived = append(b.out.arrived, octets...)
	b.out.arrival.Unlock()
}
