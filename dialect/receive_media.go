package dialect

import (
	"fmt"
	"time"

	"github.com/duologue/duologue/media"
)

// takeMedia reads a chunk, which stands in the scratch values.
func (f *Flow) takeMedia(at time.Duration, m *message, r *Received) {
	tag := f.values[slotTag].text
	in := f.mediaStream(at, tag, r)
	if in == nil {
		return
	}
	data := f.values[slotAudio].octets
	format := in.encoding.Format
	f.checkChunk(at, m, in, data, r)
	c := &Chunk{At: at, Tag: tag, Format: format, Data: data, Sequence: -1, Number: -1, Timestamp: -1}
	for i, counter := range f.d.counters {
		if v := f.values[f.d.counterSlot(i)]; v.kind == kindNumber {
			if counter.perStream {
				c.Number = v.number
			} else {
				c.Sequence = v.number
			}
		}
	}
	if v := f.values[slotTimestamp]; v.kind == kindNumber {
		c.Timestamp = v.number
	}
	samples := f.d.samples(format, len(data))
	in.samples += samples
	played := in.clock.Push(at, format.Rate.Duration(int(samples)))
	c.PlayedStart, c.PlayedEnd, c.Discarded = played.Start, played.End, played.Discarded
	in.discarded += c.Discarded
	if c.Discarded > 0 && !in.full {
		f.violation(at, tag, "buffer", fmt.Sprintf("%s of %s found no room: the platform keeps at most %s", c.Discarded, streamName(tag), f.d.playout), r)
	}
	in.full = c.Discarded > 0
	in.listen(at, c, f.o.EndedAfter, r)
	in.chunks++
	in.octets += int64(len(data))
	r.Events = append(r.Events, c)
}

// mediaStream finds the stream of a chunk. If there is none, it tells a
// violation the first time, and gives nil.
func (f *Flow) mediaStream(at time.Duration, tag string, r *Received) *incoming {
	in := f.stream(tag)
	if in != nil && (in.open || in.refused) {
		if in.refused {
			return nil
		}
		return in
	}
	if in == nil {
		if in = f.newStream(at, tag, r); in == nil {
			return nil
		}
	}
	if f.d.find(f.role.Peer(), KindStart) != nil {
		f.violation(at, tag, "order", fmt.Sprintf("media came, but %s", in.state(tag)), r)
		in.refused = true
		return nil
	}
	in.begin(at, f.encoding, nil, f.d.firstCounts(), r)
	return in
}

// listen notes what is heard of a chunk, and whether the stream begins to sound.
func (in *incoming) listen(at time.Duration, c *Chunk, endedAfter time.Duration, r *Received) {
	if !in.came {
		in.came = true
		in.runs = in.runs.add(run{c.PlayedStart, c.PlayedStart, in.chunks}, endedAfter)
	}
	in.hear(c, endedAfter)
	if !in.sounding && len(in.runs) > 0 && in.runs[0].start <= at {
		in.sound(at, r)
	}
}

// hear notes the stretches of a chunk, on the playback clock, that are not
// silence. All of an opaque chunk counts, because its sound is not known. A
// chunk belongs to the first run that it sounds in. A later run that begins
// within it is counted from the next chunk.
func (in *incoming) hear(c *Chunk, endedAfter time.Duration) {
	if c.Format.Codec == media.Opaque && c.PlayedEnd > c.PlayedStart {
		in.runs = in.runs.add(run{c.PlayedStart, c.PlayedEnd, in.chunks}, endedAfter)
		return
	}
	owner := in.chunks
	step := c.Format.Octets(window)
	for at, data := c.PlayedStart, c.Data; len(data) > 0 && at < c.PlayedEnd; at += window {
		part := data[:min(step, len(data))]
		data = data[len(part):]
		if !silent(c.Format, part) {
			in.runs = in.runs.add(run{at, min(at+window, c.PlayedEnd), owner}, endedAfter)
			owner = in.chunks + 1
		}
	}
}
