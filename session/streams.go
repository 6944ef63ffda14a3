package session

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// streams is the media that a connection sends.
type streams struct {
	talk    *talk
	outbox  *outbox
	journal *journal
	clock   Clock
	role    dialect.Role
	workers *sync.WaitGroup      // the goroutines of the connection
	waited  func() time.Duration // for how long writes have waited in all because of the line

	// talk.mu guards what follows.
	lanes    []*lane     // that are being sent
	outgoing []*Outgoing // all utterances, in the order in which they began
	bad      disturbance // of all chunks
}

// speak begins to send an utterance, see [Conn.SendMedia].
func (s *streams) speak(ctx context.Context, o StreamOptions) (*Outgoing, error) {
	if old := s.lane(o.Tag); old != nil && !old.cut.forever {
		if err := old.stop("replaced"); err != nil {
			return nil, fmt.Errorf("end the stream before: %w", err)
		}
	}
	start := s.journal.now()
	l := s.lane(o.Tag)
	if l == nil {
		var err error
		if l, start, err = s.open(ctx, o); err != nil {
			return nil, err
		}
	}
	out := &Outgoing{talk: s.talk, loop: o.Loop, done: make(chan struct{}),
		record: trace.Stream{Tag: o.Tag, Sent: true, Encoding: l.stream.Encoding(), Format: l.stream.Format(), Custom: o.Custom, Start: start}}
	if o.Source == nil {
		out.bridge = new(arrivals)
	}
	if err := out.fill(o, l.stream.Format(), l.cut); err != nil {
		l.end("stop")
		return nil, err
	}
	s.talk.mu.Lock()
	l.speakHeld(out)
	s.outgoing = append(s.outgoing, out)
	s.talk.mu.Unlock()
	l.start()
	return out, nil
}

// lane returns the stream that is being sent under a tag, or nil.
func (s *streams) lane(tag string) *lane {
	s.talk.mu.Lock()
	defer s.talk.mu.Unlock()
	i := slices.IndexFunc(s.lanes, func(l *lane) bool { return l.tag == tag })
	if i < 0 {
		return nil
	}
	return s.lanes[i]
}

// open starts a stream of the dialect. It returns when the stream began: before its
// start was written, otherwise an answer could stand before its cause.
func (s *streams) open(ctx context.Context, o StreamOptions) (l *lane, began time.Duration, err error) {
	if err := s.outbox.turn.lock(ctx); err != nil {
		return nil, 0, err
	}
	defer s.outbox.turn.Unlock()
	l = &lane{talk: s.talk, tag: o.Tag, by: "stop", waited: s.waited, done: make(chan struct{})}
	start, err := s.outbox.makeHeld(ctx, func(f *dialect.Flow) (start []dialect.Message, err error) {
		l.stream, start, err = f.Start(dialect.StreamOptions{Tag: o.Tag, Encoding: o.Encoding, Custom: o.Custom})
		return start, err
	})
	if err != nil {
		return nil, 0, err
	}
	whole, platform := len(start) == 0, s.role == dialect.Platform // whole: the connection is the stream
	l.endless = whole && !platform
	if l.cut, err = newChunking(l.stream, o, whole && platform); err != nil {
		return nil, 0, err
	}
	began = s.journal.now()
	if err := s.outbox.sendAllHeld(ctx, start, wire.SendOptions{BeforeClose: true}); err != nil {
		return nil, 0, err
	}
	l.writing, l.abort = context.WithCancel(context.WithoutCancel(ctx))
	l.ctx, l.cancel = context.WithCancel(l.writing)
	l.start = sync.OnceFunc(func() { s.workers.Go(newSender(s, l, time.Now()).run) })
	s.talk.mu.Lock()
	defer s.talk.mu.Unlock()
	s.lanes = append(s.lanes, l)
	return l, began, nil
}

// removeHeld takes a lane that has ended out of those that are being sent.
func (s *streams) removeHeld(l *lane) {
	s.lanes = slices.DeleteFunc(s.lanes, func(o *lane) bool { return o == l })
}

// shownHeld returns all utterances as they were sent until now, without the octets
// of those that [Outgoing.Record] has to compute.
func (s *streams) shownHeld() []trace.Stream {
	shown := make([]trace.Stream, 0, len(s.outgoing))
	for _, o := range s.outgoing {
		shown = append(shown, o.shownHeld())
	}
	return shown
}

// recordedHeld is shownHeld with all octets.
func (s *streams) recordedHeld() []trace.Stream {
	recorded := make([]trace.Stream, 0, len(s.outgoing))
	for _, o := range s.outgoing {
		recorded = append(recorded, o.recordHeld())
	}
	return recorded
}

// stop ends the stream of a tag.
func (s *streams) stop(tag string) error {
	l := s.lane(tag)
	if l == nil {
		return fmt.Errorf("no stream with the tag %q is being sent", tag)
	}
	if err := l.stop("stop"); err != nil {
		return fmt.Errorf("end the stream: %w", err)
	}
	return nil
}

// stopAll ends every stream.
func (s *streams) stopAll() {
	s.talk.mu.Lock()
	lanes := slices.Clone(s.lanes)
	s.talk.mu.Unlock()
	for _, l := range lanes {
		_ = l.stop("stop") // a failure ends the connection, which the reader logs
	}
}
