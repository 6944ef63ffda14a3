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
	speaking *Outgoing       // guarded by conn.talk.mu, like by
	by       string          // how it is to end
	ctx      context.Context // of waiting for the next chunk
	cancel   context.CancelFunc
	writing  context.Context // of writing: a frame that is broken off makes the connection unusable
	abort    context.CancelFunc
	err      error // why it could not be ended properly; set before done is closed
	done     chan struct{}

	// Only whoever sends the next chunk touches these: the clock's beat or the
	// stream's goroutine, never both.
	schedule *media.Schedule
	chunks   int           // that were due
	due      time.Duration // of the chunk that is sent
	woke     time.Duration // when we came to send it
	free     time.Duration // when the last write was done
	buf      []byte
	todo     func() error // what is left of the chunk and may wait
	begun    bool         // todo holds locks until it is called
	over     bool         // there is nothing more to send
	failed   error
}

// lane gives the stream that is being sent under a tag, or nil.
func (c *Conn) lane(tag string) *lane {
	c.talk.mu.Lock()
	defer c.talk.mu.Unlock()
	i := slices.IndexFunc(c.lanes, func(l *lane) bool { return l.tag == tag })
	if i < 0 {
		return nil
	}
	return c.lanes[i]
}

// openLane starts a stream of the dialect. Like a message, the stream begins
// before anything is written: otherwise an answer could stand before its cause.
func (c *Conn) openLane(ctx context.Context, o StreamOptions) (l *lane, began time.Duration, err error) {
	if err := c.outbox.turn.lock(ctx); err != nil {
		return nil, 0, err
	}
	defer c.outbox.turn.Unlock()
	var stream *dialect.Stream
	start, err := c.outbox.makeHeld(ctx, func(f *dialect.Flow) (messages []dialect.Message, err error) {
		stream, messages, err = f.Start(dialect.StreamOptions{Tag: o.Tag, Encoding: o.Encoding, Custom: o.Custom})
		return messages, err
	})
	if err != nil {
		return nil, 0, err
	}
	l = &lane{conn: c, stream: stream, tag: o.Tag, by: "stop", done: make(chan struct{})}
	l.endless = len(start) == 0 && c.role != dialect.Platform
	if err := l.measure(o, len(start) == 0 && c.role == dialect.Platform); err != nil {
		return nil, 0, err
	}
	began = c.journal.now()
	if err := c.outbox.sendAllHeld(ctx, start, wire.SendOptions{BeforeClose: true}); err != nil {
		return nil, 0, err
	}
	l.writing, l.abort = context.WithCancel(context.WithoutCancel(ctx))
	l.ctx, l.cancel = context.WithCancel(l.writing)
	c.talk.mu.Lock()
	defer c.talk.mu.Unlock()
	c.lanes = append(c.lanes, l)
	return l, began, nil
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
	l.conn.talk.mu.Lock()
	l.by = by
	l.conn.talk.mu.Unlock()
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
	defer l.conn.workers.Done()
	defer close(l.done)
	defer l.abort()
	l.schedule = media.NewSchedule(l.conn.journal.log.Offset(begin), l.pause)
	for more := true; more; {
		ended := l.beats()
		more = ended == nil && !l.over && l.failed == nil
		if l.todo != nil && (more || l.begun) { // what was begun is finished in any case
			l.failed = l.todo()
			l.todo, l.begun = nil, false
			more = more && !l.over && l.failed == nil
		}
	}
	l.finish(l.failed)
}

// beats sends chunk after chunk. It returns nil when there are no more or one has
// to wait, and the context's error when the lane is to end. Without a pace to keep
// it does not use the clock, whose thread would be busy all the time.
func (l *lane) beats() error {
	if l.pause > 0 {
		return l.conn.pace.beat(l.ctx, l.conn.journal.log.Time(l.schedule.Due(l.chunks)), l.beat)
	}
	for more := true; more; {
		if err := l.ctx.Err(); err != nil {
			return err
		}
		_, more = l.beat()
	}
	return nil
}

// beat sends the chunk that is due and says when the next is. It waits for
// nothing: what would have to wait is left in todo for the stream's goroutine,
// so that one peer that does not read holds up no other stream.
func (l *lane) beat() (next time.Time, more bool) {
	c := l.conn
	l.due, l.woke = l.schedule.Due(l.chunks), c.journal.now()
	if l.free <= l.due { // what a slow peer held up is not our lateness
		l.schedule.Woken(l.chunks, l.woke)
	}
	if !c.outbox.tryLock() {
		l.todo = l.inTurn
		return time.Time{}, false
	}
	return l.send()
}

// inTurn sends the chunk that is due once others have sent. Waiting for them
// counts as blocked, like the write itself.
func (l *lane) inTurn() error {
	c := l.conn
	if err := c.outbox.lock(l.writing); err != nil {
		return err
	}
	l.todo = nil
	if l.send(); l.todo != nil {
		return l.todo()
	}
	return l.failed
}

// send makes the message of the next chunk, writes it and records when. The
// caller holds order and mu, which are free afterwards.
func (l *lane) send() (next time.Time, more bool) {
	c := l.conn
	chunk, out, over := l.take()
	if chunk == nil {
		c.talk.mu.Unlock()
		c.outbox.turn.Unlock()
		l.over = over
		l.chunks++
		return c.journal.log.Time(l.schedule.Due(l.chunks)), !over
	}
	m := l.stream.AppendChunk(l.buf[:0], chunk)
	if !m.Binary {
		l.buf = m.Data
	}
	stamp, finish, err := c.outbox.trySendHeld(m)
	if finish != nil {
		c.talk.mu.Unlock()
		l.begun = true
		l.todo = func() error {
			defer c.outbox.turn.Unlock()
			_, err := finish(l.writing)
			after := c.journal.now()
			c.talk.mu.Lock()
			defer c.talk.mu.Unlock()
			l.note(out, chunk, after)
			return err
		}
		return time.Time{}, false
	}
	l.failed = err
	l.note(out, chunk, c.journal.log.Offset(stamp.After))
	c.talk.mu.Unlock()
	c.outbox.turn.Unlock()
	return c.journal.log.Time(l.schedule.Due(l.chunks)), err == nil
}

// note records the chunk of an utterance; silence has none. The caller holds mu.
func (l *lane) note(out *Outgoing, octets []byte, after time.Duration) {
	l.chunks++
	l.free = after
	if out == nil {
		return
	}
	out.left.add(departure{l.due, l.woke, after, len(octets)})
	if out.noted += len(octets); out.bridge {
		out.record.Octets = append(out.record.Octets, octets...)
	}
}

// take gives the next chunk and the utterance it belongs to: nil for silence.
// over says that there is nothing more to send. The caller holds mu.
func (l *lane) take() (chunk []byte, out *Outgoing, over bool) {
	if out = l.speaking; out != nil {
		chunk, ended := out.next(l.size)
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

// finish ends what is spoken and the stream, in the dialect's way. The record
// has its end before the stop is written, or an answer to the stop could find
// it without; whoever waits for the end is told after, so as not to get ahead
// of the stop. A write that failed has been the end of the connection, which
// the reader tells of.
func (l *lane) finish(err error) {
	c := l.conn
	if err == nil {
		c.talk.mu.Lock()
		if l.speaking != nil {
			l.speaking.note(l.by)
		}
		c.talk.mu.Unlock()
	}
	if err == nil && c.link.state() == wire.StateOpen {
		err = l.sendStop()
	}
	if !errors.Is(err, wire.ErrClosing) { // a Close ends streams properly, too
		l.err = err
	}
	c.talk.mu.Lock()
	defer c.talk.mu.Unlock()
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
	if err := c.outbox.turn.lock(l.writing); err != nil {
		return err
	}
	defer c.outbox.turn.Unlock()
	messages, err := c.outbox.makeHeld(l.writing, func(*dialect.Flow) ([]dialect.Message, error) { return l.stream.Stop(), nil })
	if err != nil {
		return err
	}
	return c.outbox.sendAllHeld(l.writing, messages, wire.SendOptions{BeforeClose: true})
}
