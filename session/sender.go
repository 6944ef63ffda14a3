package session

import (
	"errors"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/wire"
)

// sender sends the chunks of one lane. Only one goroutine at a time uses it: its own,
// in run, or the clock's thread, which calls beat while run waits for that.
type sender struct {
	streams *streams
	lane    *lane
	pace    pace
	turn    int           // of the disturbance that it knows
	buf     []byte        // for the message of a chunk, used again and again
	next    []message     // what leaves at once, of a chunk that was made; in room
	room    [3]message    // used again and again
	behind  *message      // what leaves behind the next chunk; nil: nothing
	waited  time.Duration // for how long writes had waited in all because of the line, before those of this beat
	rest    func() error  // what is left of the chunk and may wait; nil: nothing
	begun   bool          // rest holds the turn, so it has to be called
	over    bool          // there is nothing more to send
	failed  error         // why nothing more can be sent
}

func newSender(s *streams, l *lane, begin time.Time) *sender {
	return &sender{streams: s, lane: l, pace: newPace(s.journal.log.Offset(begin), l.cut.pause)}
}

// run sends chunks until the lane ends, then the dialect's stop.
func (s *sender) run() {
	defer close(s.lane.done)
	defer s.lane.abort()
	for more := true; more; {
		ended := s.beats()
		more = ended == nil && !s.over && s.failed == nil
		if s.rest != nil && (more || s.begun) { // what was begun is finished even if the lane ends
			s.failed = s.rest()
			s.rest, s.begun = nil, false
			more = more && !s.over && s.failed == nil
		}
	}
	s.finish(s.failed)
}

// beats sends chunk after chunk. It returns nil when there are no more or one has
// to wait, and the context's error when the lane is to end. Without a pace to keep
// it does not use the clock, whose thread would be busy all the time.
func (s *sender) beats() error {
	if s.lane.cut.pause > 0 {
		return s.streams.clock.beat(s.lane.ctx, s.due(), s.beat)
	}
	for more := true; more; {
		if err := s.lane.ctx.Err(); err != nil {
			return err
		}
		_, more = s.beat()
	}
	return nil
}

// due is when there is something to do next.
func (s *sender) due() time.Time {
	if len(s.next) > 0 {
		return s.streams.journal.log.Time(s.pace.woke)
	}
	return s.streams.journal.log.Time(s.pace.next())
}

// beat sends the chunk that is due, and returns when the next is. It reports false
// if there are no more, or if the chunk would have to wait. Then the stream's own
// goroutine calls rest. So a peer that does not read holds up no other stream.
func (s *sender) beat() (next time.Time, more bool) {
	s.waited = s.streams.waited()
	if len(s.next) == 0 {
		s.pace.wake(s.streams.journal.now())
	}
	if !s.streams.outbox.tryLock() {
		s.rest = s.wait
		return time.Time{}, false
	}
	defer s.unlock()
	return s.sendHeld()
}

// wait sends the chunk that is due once others have sent. The time until then counts
// as time that the peer took, like that of the write itself.
func (s *sender) wait() error {
	if err := s.streams.outbox.lock(s.lane.writing); err != nil {
		return err
	}
	s.rest = nil
	s.sendHeld()
	s.unlock()
	if s.rest != nil {
		return s.rest()
	}
	return s.failed
}

// unlock lets go of talk.mu, and of the turn unless rest goes on to hold it.
func (s *sender) unlock() {
	s.streams.talk.mu.Unlock()
	if !s.begun {
		s.streams.outbox.turn.Unlock()
	}
}

// sendHeld makes the message of the next chunk, writes it and records when. It
// returns when there is something to do next. It reports false if there are no more
// chunks, or if rest has to complete the write. The caller also holds the turn.
func (s *sender) sendHeld() (next time.Time, more bool) {
	if len(s.next) == 0 {
		s.makeHeld()
	}
	if len(s.next) == 0 {
		return s.due(), !s.over
	}
	m := s.next[0]
	s.next = s.next[1:]
	stamp, finish, err := s.streams.outbox.trySendHeld(m.Message)
	if finish != nil {
		s.begun = true
		s.rest = func() error { return s.complete(finish, m) }
		return time.Time{}, false
	}
	s.failed = err
	s.sentHeld(m, s.streams.journal.log.Offset(stamp.After))
	return s.due(), err == nil
}

// makeHeld makes the message of the chunk that is due, if there is one and it is not held
// up. Nothing leaves of a chunk that is lost.
func (s *sender) makeHeld() {
	bad := &s.streams.bad
	if bad.turn != s.turn {
		s.turn = bad.turn
		s.pace.drift(bad.since, bad.Drift)
	}
	fates := bad.fatesHeld(s.lane.tag)
	if s.pace.holds(fates) {
		return
	}
	chunk, out, over := s.lane.nextHeld()
	held := s.pace.isHeld()
	s.pace.taken()
	if chunk == nil {
		s.over = over
		return
	}
	m := message{s.lane.stream.AppendChunk(s.buf[:0], chunk), chunk, out}
	if !m.Binary { // a binary message may be the chunk itself, which must not be written over
		s.buf = m.Data
	}
	if held {
		m.countHeld(func(o *Outgoing) { o.disturbed.Held++ })
	}
	s.next = s.leavingHeld(m, fates.Next(s.pace.due))
}

// complete waits until a chunk is written, records when, and lets go of the turn.
func (s *sender) complete(finish wire.Finish, m message) error {
	defer s.streams.outbox.turn.Unlock()
	_, err := finish(s.lane.writing)
	after := s.streams.journal.now()
	s.streams.talk.mu.Lock()
	defer s.streams.talk.mu.Unlock()
	s.sentHeld(m, after)
	return err
}

// sentHeld records the chunk of an utterance. Silence has no utterance and is not
// recorded.
func (s *sender) sentHeld(m message, after time.Duration) {
	s.pace.sent(after, s.streams.waited()-s.waited)
	if m.out != nil {
		m.out.sentHeld(s.pace.departure(len(m.chunk)), m.chunk)
	}
}

// finish ends what is spoken and the stream, in this order:
//
//  1. What was to leave behind another chunk leaves.
//  2. The record is closed. Otherwise an answer to the stop could find it open.
//  3. The dialect's stop is sent.
//  4. Whoever waits for the end is told. Otherwise they could act before the stop.
//
// If a write has failed, the connection has ended, which the reader logs.
func (s *sender) finish(err error) {
	t := s.streams.talk
	if err == nil {
		err = s.flush()
	}
	if err == nil {
		t.mu.Lock()
		s.lane.closeRecordHeld()
		t.mu.Unlock()
	}
	if err == nil && s.streams.outbox.link.state() == wire.StateOpen {
		err = s.stop()
	}
	if !errors.Is(err, wire.ErrClosing) { // a Close ends streams properly, too
		s.lane.err = err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s.lane.endSpokenHeld(err != nil)
	s.streams.removeHeld(s.lane)
}

// flush sends what was made and has not left.
func (s *sender) flush() error {
	if s.behind != nil {
		s.next = append(s.next, *s.behind)
		s.behind = nil
	}
	for len(s.next) > 0 {
		if s.streams.outbox.link.state() != wire.StateOpen {
			return nil
		}
		s.waited = s.streams.waited()
		err := s.wait()
		s.rest, s.begun = nil, false
		if err != nil {
			return err
		}
	}
	return nil
}

// stop sends the dialect's stop.
func (s *sender) stop() error {
	if s.lane.endless {
		return nil
	}
	o, ctx := s.streams.outbox, s.lane.writing
	if err := o.turn.lock(ctx); err != nil {
		return err
	}
	defer o.turn.Unlock()
	messages, err := o.makeHeld(ctx, func(*dialect.Flow) ([]dialect.Message, error) { return s.lane.stream.Stop(), nil })
	if err != nil {
		return err
	}
	return o.sendAllHeld(ctx, messages, wire.SendOptions{BeforeClose: true})
}
