package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
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
	endless bool          // the connection is the stream and we are the app: there is nothing to stop

	begin    sync.Once
	speaking *Outgoing       // guarded by conn.mu, like by
	by       string          // how it is to end
	ctx      context.Context // of waiting for the next chunk
	cancel   context.CancelFunc
	writing  context.Context // of writing: a frame that is broken off makes the connection unusable
	abort    context.CancelFunc
	err      error // why it could not be ended properly; set before done is closed
	done     chan struct{}
}

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
	if err := c.order.lock(ctx); err != nil {
		return nil, err
	}
	defer c.order.Unlock()
	c.mu.Lock()
	owed := c.owed()
	stream, start, err := c.flow.Start(dialect.StreamOptions{Tag: o.Tag, Encoding: o.Encoding, Custom: o.Custom})
	c.mu.Unlock()
	if failed := c.answer(ctx, owed); err == nil {
		err = failed
	}
	if err != nil {
		return nil, err
	}
	l := &lane{conn: c, stream: stream, tag: o.Tag, by: "stop", done: make(chan struct{})}
	l.endless = len(start) == 0 && c.role != dialect.Platform
	if err := l.measure(o, len(start) == 0 && c.role == dialect.Platform); err != nil {
		return nil, err
	}
	for _, m := range start {
		if err := c.writeQuietly(ctx, m); err != nil {
			return nil, err
		}
	}
	l.writing, l.abort = context.WithCancel(context.WithoutCancel(ctx))
	l.ctx, l.cancel = context.WithCancel(l.writing)
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
	l.begin.Do(func() { // it never spoke
		l.conn.workers.Add(1)
		go l.run(time.Now())
	})
}

// patience is how long a peer that does not read may hold up the end of a
// stream.
const patience = time.Second

// stop ends the lane and waits for it. What is being written is broken off
// only where the peer does not take it, which is the error.
func (l *lane) stop(by string) error {
	l.end(by)
	stuck := time.AfterFunc(patience, l.abort)
	defer stuck.Stop()
	<-l.done
	if errors.Is(l.err, context.Canceled) {
		return fmt.Errorf("the peer takes nothing for %s", patience)
	}
	return l.err
}

// run sends chunks until the lane ends, then the dialect's stop.
func (l *lane) run(begin time.Time) {
	c := l.conn
	defer c.workers.Done()
	defer close(l.done)
	defer l.abort()
	schedule := media.NewSchedule(c.log.Offset(begin), l.pause)
	free := time.Duration(0) // when the last write was done
	var err error
	for k := 0; err == nil && l.ctx.Err() == nil; k++ {
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
		if ended && l.forever {
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
	if err := c.order.lock(l.writing); err != nil {
		return c.now(), err
	}
	defer c.order.Unlock()
	c.mu.Lock()
	owed := c.owed()
	m := l.stream.Chunk(octets)
	c.mu.Unlock()
	err := c.answer(l.writing, owed)
	if err == nil {
		err = c.writeQuietly(l.writing, m)
	}
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

// finish ends what is spoken and the stream, in the dialect's way. The record
// has its end before the stop is written, or an answer to the stop could find
// it without; whoever waits for the end is told after, so as not to get ahead
// of the stop. A write that failed has been the end of the connection, which
// the reader tells of.
func (l *lane) finish(err error) {
	c := l.conn
	if err == nil {
		c.mu.Lock()
		if l.speaking != nil {
			l.speaking.note(l.by)
		}
		c.mu.Unlock()
	}
	if err == nil && c.ReadyState() == wire.StateOpen {
		err = l.sendStop()
	}
	if !errors.Is(err, wire.ErrClosing) { // a Close ends streams properly, too
		l.err = err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if l.speaking != nil {
		by := l.by
		if err != nil {
			by = "close"
		}
		l.speaking.finish(by)
	}
	c.lanes = slices.DeleteFunc(c.lanes, func(o *lane) bool { return o == l })
}

// sendStop sends the dialect's stop.
func (l *lane) sendStop() error {
	if l.endless {
		return nil
	}
	c := l.conn
	if err := c.order.lock(l.writing); err != nil {
		return err
	}
	defer c.order.Unlock()
	c.mu.Lock()
	owed := c.owed()
	messages := l.stream.Stop()
	c.mu.Unlock()
	if err := c.answer(l.writing, owed); err != nil {
		return err
	}
	for _, m := range messages {
		if err := c.writeQuietly(l.writing, m); err != nil {
			return err
		}
	}
	return nil
}
