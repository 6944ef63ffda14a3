package session

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// StreamOptions say how a stream is sent.
type StreamOptions struct {
	Tag      string
	Encoding string // in the dialect's words; "" for its first
	Custom   any
}

// Outgoing is a stream on its way out. It runs in the background.
type Outgoing struct {
	conn   *Conn
	stream *dialect.Stream
	record trace.Stream // guarded by conn.mu
	octets []byte
	stop   context.CancelFunc
	done   chan struct{}
}

// SendMedia begins to stream a clip in real time: chunk k is due k chunks after
// now, whatever became of the chunks before it.
func (c *Conn) SendMedia(ctx context.Context, clip media.Clip, o StreamOptions) (*Outgoing, error) {
	if c.flow == nil {
		return nil, fmt.Errorf("media needs a dialect")
	}
	if err := c.order.lock(ctx); err != nil {
		return nil, err
	}
	defer c.order.Unlock()
	c.mu.Lock()
	at := c.now()
	stream, start, err := c.flow.Start(dialect.StreamOptions{Tag: o.Tag, Encoding: o.Encoding, Custom: o.Custom})
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	octets, err := encode(clip, stream)
	if err != nil {
		return nil, err
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	out := &Outgoing{
		conn: c, stream: stream, stop: stop, done: make(chan struct{}),
		octets: octets,
		record: trace.Stream{Tag: o.Tag, Sent: true, Encoding: stream.Encoding(), Format: stream.Format(), Custom: o.Custom, Start: at},
	}
	for _, m := range start {
		if err := c.writeQuietly(ctx, m); err != nil {
			stop()
			return nil, err
		}
	}
	c.mu.Lock()
	c.outgoing = append(c.outgoing, out)
	c.mu.Unlock()
	c.workers.Add(1)
	go out.run(run, time.Now())
	return out, nil
}

// Done is closed when the stream has ended.
func (o *Outgoing) Done() <-chan struct{} { return o.done }

// Stop ends the stream before its last chunk.
func (o *Outgoing) Stop() {
	o.stop()
	<-o.done
}

// Record is the stream as it is now.
func (o *Outgoing) Record() trace.Stream {
	o.conn.mu.Lock()
	defer o.conn.mu.Unlock()
	return o.record
}

// run sends the chunks on their schedule, then the dialect's stop.
func (o *Outgoing) run(ctx context.Context, begin time.Time) {
	defer o.conn.workers.Done()
	defer close(o.done)
	defer o.stop()
	length, _ := o.stream.ChunkLength()
	size := o.stream.Format().Octets(length)
	schedule := media.NewSchedule(o.conn.log.Offset(begin), length)
	by, free := "stop", time.Duration(0) // free: when the last write was done
	for k, chunk := range enumerate(o.octets, size) {
		due := schedule.Due(k)
		if err := o.conn.wait(ctx, o.conn.log.Time(due)); err != nil {
			break
		}
		woke := o.conn.now()
		if free <= due { // what a slow peer held up is not our lateness
			schedule.Woken(k, woke)
		}
		var err error
		if free, err = o.send(ctx, due, woke, chunk); err != nil {
			by = "close"
			break
		}
	}
	if by == "stop" {
		_ = o.conn.wait(ctx, o.conn.log.Time(schedule.Due((len(o.octets)+size-1)/size)))
		if err := o.conn.sendStop(context.WithoutCancel(ctx), o.stream); err != nil {
			by = "close"
		}
	}
	o.conn.mu.Lock()
	defer o.conn.mu.Unlock()
	o.record.Ended, o.record.By, o.record.End = true, by, o.conn.now()
}

// send makes one chunk's message, writes it and records when. Waiting for
// another write on this connection counts as blocked, like the write itself.
func (o *Outgoing) send(ctx context.Context, due, woke time.Duration, octets []byte) (time.Duration, error) {
	c := o.conn
	c.order.Lock()
	defer c.order.Unlock()
	c.mu.Lock()
	m := o.stream.Chunk(octets)
	c.mu.Unlock()
	err := c.writeQuietly(ctx, m)
	after := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	o.record.Chunks = append(o.record.Chunks, trace.Chunk{Due: due, Before: woke, After: after, Size: len(octets)})
	o.record.Octets = o.octets[:min(len(o.octets), len(o.record.Octets)+len(octets))]
	return after, err
}

// encode gives the octets of a clip in a stream's format, filled up with
// silence to whole chunks where the dialect demands those.
func encode(clip media.Clip, s *dialect.Stream) ([]byte, error) {
	format := s.Format()
	clip = media.Resample(clip, format.Rate)
	length, exact := s.ChunkLength()
	if rest := clip.Duration() % length; exact && rest > 0 {
		clip = media.Concat(format.Rate, clip, media.Silence(length-rest, format.Rate))
	}
	octets, err := format.Encode(clip)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", s.Encoding(), err)
	}
	return octets, nil
}

func (c *Conn) sendStop(ctx context.Context, s *dialect.Stream) error {
	c.order.Lock()
	defer c.order.Unlock()
	c.mu.Lock()
	messages := s.Stop()
	c.mu.Unlock()
	for _, m := range messages {
		if err := c.writeQuietly(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (c *Conn) stopStreams() {
	c.mu.Lock()
	streams := slices.Clone(c.outgoing)
	c.mu.Unlock()
	for _, o := range streams {
		o.Stop()
	}
}

// enumerate cuts octets into chunks of a size; the last may be shorter.
func enumerate(octets []byte, size int) func(yield func(int, []byte) bool) {
	return func(yield func(int, []byte) bool) {
		k := 0
		for chunk := range slices.Chunk(octets, size) {
			if !yield(k, chunk) {
				return
			}
			k++
		}
	}
}

// noteMedia logs what the dialect saw and keeps the incoming streams. The
// caller holds mu.
func (c *Conn) noteMedia(ev dialect.Event, at time.Duration) {
	switch ev := ev.(type) {
	case *dialect.MediaStarted:
		c.incoming = append(c.incoming, &trace.Stream{
			Tag: ev.Tag, Encoding: ev.Encoding, Format: ev.Format, Custom: ev.Custom, Start: at, End: at,
		})
		c.log.Append(c.name, false, at, &trace.MediaStarted{Tag: ev.Tag, Encoding: ev.Encoding, Custom: ev.Custom, Stream: len(c.incoming) - 1})
	case *dialect.Chunk:
		if s, _ := c.open(ev.Tag); s != nil {
			s.Chunks = append(s.Chunks, trace.Chunk{At: at, Size: len(ev.Data), Sequence: ev.Sequence, Number: ev.Number, Timestamp: ev.Timestamp})
			s.Octets = append(s.Octets, ev.Data...)
			s.End = at
		}
	case *dialect.MediaEnded:
		s, i := c.open(ev.Tag)
		if s == nil {
			return
		}
		s.Ended, s.By = true, string(ev.By)
		c.log.Append(c.name, false, at, &trace.MediaEnded{Tag: ev.Tag, Duration: ev.Duration, By: string(ev.By), Stream: i})
	case *dialect.Mark:
		c.log.Append(c.name, false, at, &trace.Mark{Name: ev.Name})
	case *dialect.Clear:
		c.log.Append(c.name, false, at, &trace.Clear{Tag: ev.Tag})
	case *dialect.DTMF:
		c.log.Append(c.name, false, at, &trace.DTMF{Digit: ev.Digit})
	case *dialect.Violation:
		c.log.Append(c.name, false, at, &trace.Error{Problem: "dialect", Rule: ev.Rule, Text: ev.Text})
	}
}

// open gives the incoming stream of a tag that has not ended, and its number.
func (c *Conn) open(tag string) (*trace.Stream, int) {
	for i, s := range slices.Backward(c.incoming) {
		if s.Tag == tag && !s.Ended {
			return s, i
		}
	}
	return nil, 0
}

func headers[H []wire.Field | http.Header](h H) []trace.Header {
	var out []trace.Header
	switch h := any(h).(type) {
	case []wire.Field:
		for _, f := range h {
			out = append(out, trace.Header{Name: f.Name, Value: f.Value})
		}
	case http.Header:
		for name, values := range h {
			for _, v := range values {
				out = append(out, trace.Header{Name: name, Value: v})
			}
		}
	}
	return out
}
