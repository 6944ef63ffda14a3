package session

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/trace"
)

// lane is one outgoing stream of the dialect: it sends what is spoken into it,
// chunk by chunk on an absolute schedule. Where the connection is the stream,
// silence runs between utterances, as on a telephone.
type lane struct {
	conn    *Conn
	stream  *dialect.Stream
	tag     string
	size    int           // octets of a chunk
	pause   time.Duration // from one chunk to the next
	silence []byte        // one chunk of it, where chunks must be whole or never end
	forever bool          // silence runs until the stream is stopped

	begin    sync.Once
	speaking *Outgoing // guarded by conn.mu, like by
	by       string    // how it is to end
	ctx      context.Context // of the schedule: ends when the lane is asked to end
	cancel   context.CancelFunc
	writing  context.Context // of the writes, which then have grace
	abandon  context.CancelFunc
	done     chan struct{}
}

// grace is how long a lane that is asked to end may still take to write the
// chunk it has begun, and the stop: a chunk broken off would be the end of the
// connection, and one that was not written would cost the stop.
const grace = time.Second

// lane gives the stream that is being sent under a tag, or nil.
func (c *Conn) lane(tag string) *lane {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.lanes, func(l *lane) bool { return l.tag == tag })
	if i < 0 {
		return nil
	}
	return c.lanes[i]
}

// openLane starts a stream of the dialect.
func (c *Conn) openLane(ctx context.Context, o StreamOptions) (*lane, error) {
	c.order.Lock()
	defer c.order.Unlock()
	c.mu.Lock()
	stream, start, err := c.flow.Start(dialect.StreamOptions{Tag: o.Tag, Encoding: o.Encoding, Custom: o.Custom})
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	l := &lane{conn: c, stream: stream, tag: o.Tag, by: "stop", done: make(chan struct{})}
	if err := l.measure(o, len(start) == 0 && c.role == dialect.Platform); err != nil {
		return nil, err
	}
	for _, m := range start {
		if err := c.writeQuietly(ctx, m); err != nil {
			return nil, err
		}
	}
	l.ctx, l.cancel = context.WithCancel(context.WithoutCancel(ctx))
	l.writing, l.abandon = context.WithCancel(context.WithoutCancel(ctx))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lanes = append(c.lanes, l)
	return l, nil
}

// measure decides on the size and pace of chunks.
func (l *lane) measure(o StreamOptions, telephone bool) error {
	length, exact := l.stream.ChunkLength()
	if o.Chunk > 0 && o.Chunk != length {
		if exact {
			return fmt.Errorf("the dialect demands chunks of %s", length)
		}
		length = o.Chunk
	}
	format := l.stream.Format()
	if l.size = format.Octets(length); l.size <= 0 {
		return fmt.Errorf("audio in %s cannot be cut into chunks", l.stream.Encoding())
	}
	l.forever = telephone || o.Silence
	if telephone && o.Speed != 1 {
		return fmt.Errorf("this platform sends in real time")
	}
	if o.Speed > 0 {
		l.pause = time.Duration(float64(length) / o.Speed)
	}
	if exact || l.forever {
		silence, err := format.Encode(media.Silence(length, format.Rate))
		if err != nil {
			return fmt.Errorf("encode silence: %w", err)
		}
		l.silence = silence
	}
	return nil
}

// end asks the lane to end.
func (l *lane) end(by string) {
	l.conn.mu.Lock()
	l.by = by
	l.conn.mu.Unlock()
	l.cancel()
	time.AfterFunc(grace, l.abandon)
	l.begin.Do(func() { // it never spoke
		l.conn.workers.Add(1)
		go l.run(time.Now())
	})
}

// run sends chunks until the lane ends, then the dialect's stop.
func (l *lane) run(begin time.Time) {
	c := l.conn
	defer c.workers.Done()
	defer close(l.done)
	defer l.abandon()
	defer l.cancel()
	schedule := media.NewSchedule(c.log.Offset(begin), l.pause)
	free := time.Duration(0) // when the last write was done
	var err error
	for k := 0; err == nil; k++ {
		due := schedule.Due(k)
		if c.wait(l.ctx, c.log.Time(due)) != nil {
			break
		}
		woke := c.now()
		if free <= due { // what a slow peer held up is not our lateness
			schedule.Woken(k, woke)
		}
		chunk, out, over := l.take()
		if over {
			break
		}
		if chunk != nil {
			free, err = l.send(due, woke, chunk, out)
		}
	}
	l.finish(err)
}

// take gives the next chunk and the utterance it belongs to: nil for silence.
// over says that there is nothing more to send.
func (l *lane) take() (chunk []byte, out *Outgoing, over bool) {
	l.conn.mu.Lock()
	defer l.conn.mu.Unlock()
	if out = l.speaking; out != nil {
		chunk, ended := out.next(l.size, l.silence)
		if chunk != nil {
			return chunk, out, false
		}
		if ended {
			out.finish("stop")
			l.speaking = nil
		}
		if !ended && !l.forever {
			return nil, nil, false // a bridge that has nothing yet
		}
	}
	if !l.forever {
		return nil, nil, true
	}
	return l.silence, nil, false
}

// send makes one chunk's message, writes it and records when. Waiting for
// another write on this connection counts as blocked, like the write itself.
func (l *lane) send(due, woke time.Duration, octets []byte, out *Outgoing) (time.Duration, error) {
	c := l.conn
	c.order.Lock()
	defer c.order.Unlock()
	c.mu.Lock()
	m := l.stream.Chunk(octets)
	c.mu.Unlock()
	err := c.writeQuietly(l.writing, m)
	after := c.now()
	if out == nil {
		return after, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	out.record.Chunks = append(out.record.Chunks, trace.Chunk{Due: due, Before: woke, After: after, Size: len(octets)})
	out.record.Octets = append(out.record.Octets, octets...)
	return after, err
}

// finish ends what is spoken, and the stream in the dialect's way. A write
// that failed has been the end of the connection, which the reader tells of.
func (l *lane) finish(err error) {
	c := l.conn
	c.mu.Lock()
	by := l.by
	if err != nil {
		by = "close"
	}
	if l.speaking != nil {
		l.speaking.finish(by)
	}
	c.lanes = slices.DeleteFunc(c.lanes, func(o *lane) bool { return o == l })
	c.mu.Unlock()
	if err != nil || c.wire.State() == "closed" {
		return
	}
	c.order.Lock()
	defer c.order.Unlock()
	c.mu.Lock()
	messages := l.stream.Stop()
	c.mu.Unlock()
	for _, m := range messages {
		if c.writeQuietly(l.writing, m) != nil {
			return
		}
	}
}

// bridge makes what arrives under a tag leave with an utterance, from now on.
func (c *Conn) bridge(tag string, out *Outgoing, format media.Format) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.incoming {
		if s.Tag == tag && !s.Ended && s.Format.Rate != format.Rate {
			return fmt.Errorf("a bridge needs one rate on both sides: %d Hz arrive and %d Hz leave", s.Format.Rate, format.Rate)
		}
	}
	c.bridges = append(c.bridges, bridged{tag, out, format})
	return nil
}

// bridged is an utterance that is fed by an incoming stream.
type bridged struct {
	tag    string
	out    *Outgoing
	format media.Format
}

// feed gives a chunk that arrived to the utterances that it feeds. The caller
// holds mu of the connection on which it arrived.
func (c *Conn) feed(tag string, from media.Format, octets []byte) {
	for _, b := range c.bridges {
		if b.tag != tag || from.Rate != b.format.Rate {
			continue
		}
		octets := octets
		if from != b.format {
			clip, err := from.Decode(octets)
			if err != nil {
				continue
			}
			if octets, err = b.format.Encode(clip); err != nil {
				continue
			}
		}
		b.out.arrival.Lock()
		b.out.arrived = append(b.out.arrived, octets...)
		b.out.arrival.Unlock()
	}
}
