package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/trace"
)

// StreamOptions say what a stream carries and how it is sent.
type StreamOptions struct {
	Tag      string
	Encoding string // in the dialect's words; "" for its first
	Custom   any
	Chunk    time.Duration // 0 is the dialect's own
	Loop     bool          // begin again at the end, until it is stopped
	Speed    float64       // of the audio's own pace: 1 is real time, 0 all at once
	Silence  bool          // go on with silence after the end, until it is stopped

	// Source gives the audio in the stream's format. Its octets are sent as they
	// are and never changed, so that many streams can share them. Nil is a
	// bridge: From.
	Source func(format media.Format) ([]byte, error)
	// From is a stream that another connection receives: what arrives there
	// leaves here.
	From    *Conn
	FromTag string
}

// Outgoing is one utterance on its way out: a stream of its own where the
// dialect has streams with a start and a stop, else a part of the one stream of
// the connection. It runs in the background.
type Outgoing struct {
	conn   *Conn
	record trace.Stream // without its chunks; guarded by conn.talk.mu, like what follows
	left   departures
	octets []byte // what is to be sent
	pad    []byte // what fills up the last chunk, where chunks must be whole
	sent   int    // octets of it that were taken
	noted  int    // octets that were sent, padding and repetitions included
	again  []byte // octets with padding, repeated: made where somebody wants to see more than octets
	loop   bool
	bridge bool
	ended  bool
	done   chan struct{}

	arrived arrivals // what a bridge brings
}

// ErrNoMedia is why a connection without a dialect carries no media.
var ErrNoMedia = errors.New("media needs a dialect, which says how it travels")

// SendMedia begins to send audio on a schedule: chunk k is due k chunks after
// the first, whatever became of the chunks before it. What is still playing
// under the same tag is replaced.
func (c *Conn) SendMedia(ctx context.Context, o StreamOptions) (*Outgoing, error) {
	if c.talk.flow == nil {
		return nil, ErrNoMedia
	}
	if old := c.lane(o.Tag); old != nil && !old.forever {
		if err := old.stop("replaced"); err != nil {
			return nil, fmt.Errorf("end the stream before: %w", err)
		}
	}
	start := c.journal.now()
	l := c.lane(o.Tag)
	if l == nil {
		var err error
		if l, start, err = c.openLane(ctx, o); err != nil {
			return nil, err
		}
	}
	out := &Outgoing{conn: c, loop: o.Loop, bridge: o.Source == nil, done: make(chan struct{}),
		record: trace.Stream{Tag: o.Tag, Sent: true, Encoding: l.stream.Encoding(), Format: l.stream.Format(), Custom: o.Custom, Start: start}}
	if err := out.fill(o, l); err != nil {
		l.end("stop")
		return nil, err
	}
	c.talk.mu.Lock()
	if l.speaking != nil {
		l.speaking.finish("replaced")
	}
	l.speaking = out
	c.outgoing = append(c.outgoing, out)
	c.talk.mu.Unlock()
	l.begin.Do(func() {
		c.workers.Add(1)
		go l.run(time.Now())
	})
	return out, nil
}

// fill gives an utterance its audio.
func (o *Outgoing) fill(opts StreamOptions, l *lane) error {
	format := l.stream.Format()
	if o.bridge {
		return opts.From.talk.bridge(opts.FromTag, &o.arrived, format)
	}
	var err error
	if o.octets, err = opts.Source(format); err != nil {
		return err
	}
	if len(o.octets) == 0 {
		return errors.New("there is no audio to send")
	}
	if rest := len(o.octets) % l.size; rest > 0 && l.silence != nil {
		o.pad = l.silence[:l.size-rest]
	}
	return nil
}

// next takes the next chunk. It gives nil where there is none: then over says
// whether the utterance has ended. The caller holds conn.talk.mu.
func (o *Outgoing) next(size int) (chunk []byte, over bool) {
	if o.sent >= len(o.octets) && o.loop {
		o.sent = 0
	}
	if o.bridge {
		o.octets = o.arrived.appendTo(o.octets[:copy(o.octets, o.octets[o.sent:])])
		o.sent = 0
	}
	rest := o.octets[min(o.sent, len(o.octets)):]
	switch {
	case len(rest) >= size:
		o.sent += size
		return rest[:size:size], false
	case o.bridge:
		return nil, o.ended
	case len(rest) == 0:
		return nil, true
	}
	o.sent = len(o.octets)
	return append(slices.Clip(rest), o.pad...), false
}

// note says in the record that all of the utterance was sent. The caller holds
// conn.talk.mu.
func (o *Outgoing) note(by string) {
	if !o.record.Ended {
		o.record.Ended, o.record.By, o.record.End = true, by, o.conn.journal.now()
	}
}

// finish notes how the utterance ended and tells whoever waits for it. The
// caller holds conn.talk.mu.
func (o *Outgoing) finish(by string) {
	if o.ended {
		return
	}
	o.note(by)
	o.ended = true
	close(o.done)
}

// Done is closed when the utterance has ended.
func (o *Outgoing) Done() <-chan struct{} { return o.done }

// Record is the utterance as it was sent until now, with its octets.
func (o *Outgoing) Record() trace.Stream {
	o.conn.talk.mu.Lock()
	defer o.conn.talk.mu.Unlock()
	record := o.shown()
	if !o.bridge {
		record.Octets = o.carried()
	}
	return record
}

// shown is the record with its chunks. The caller holds conn.talk.mu.
func (o *Outgoing) shown() trace.Stream {
	record := o.record
	record.Chunks = o.left.chunks()
	return record
}

// carried is the octets that were sent. They are copied only where they are more
// than the source has. The caller holds conn.talk.mu.
func (o *Outgoing) carried() []byte {
	if o.noted <= len(o.octets) {
		return o.octets[:o.noted:o.noted]
	}
	for len(o.again) < o.noted {
		o.again = append(append(o.again, o.octets...), o.pad...)
	}
	return o.again[:o.noted:o.noted]
}

// StopMedia ends the stream of a tag, with the dialect's stop.
func (c *Conn) StopMedia(tag string) error {
	l := c.lane(tag)
	if l == nil {
		return fmt.Errorf("no stream with the tag %q is being sent", tag)
	}
	if err := l.stop("stop"); err != nil {
		return fmt.Errorf("end the stream: %w", err)
	}
	return nil
}

// stopStreams ends every stream.
func (c *Conn) stopStreams() {
	c.talk.mu.Lock()
	lanes := slices.Clone(c.lanes)
	c.talk.mu.Unlock()
	for _, l := range lanes {
		_ = l.stop("stop") // the end of the connection shows it
	}
}
