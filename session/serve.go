package session

import (
	"context"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/wire"
)

// Settle is how long the dialect waits after a due time before it acts: the reader
// may still hand over what was read before the due time. What then happens is noted
// at the due time.
const Settle = 5 * time.Millisecond

// serve sends the dialect's opening and then its replies, and carries out what the
// dialect does by the clock. It is handed the turn, so that nothing leaves before
// the opening.
func (o *outbox) serve(ctx context.Context, opening []dialect.Message) {
	err := o.sendAllHeld(ctx, opening, wire.SendOptions{})
	o.turn.Unlock()
	if err != nil {
		return // the reader logs how the connection ended
	}
	for {
		if err := o.reply(ctx); err != nil {
			return // likewise
		}
		if due, timed := o.talk.due(); !o.pause(ctx, due, timed) {
			return
		}
		o.talk.advance(o.journal.now() - Settle)
	}
}

// reply sends the replies that are queued. If there are none it does not wait for
// its turn, because a peer that does not read may hold that up.
func (o *outbox) reply(ctx context.Context) error {
	if !o.talk.hasReplies() {
		return nil
	}
	if err := o.turn.lock(ctx); err != nil {
		return err
	}
	defer o.turn.Unlock()
	o.talk.mu.Lock()
	replies := o.talk.repliesHeld()
	o.talk.mu.Unlock()
	return o.replyHeld(ctx, replies)
}

// pause waits for a due time or until the talk has moved. It reports false at the
// end of the connection, and when ctx ends.
func (o *outbox) pause(ctx context.Context, due time.Duration, timed bool) bool {
	var alarm <-chan time.Time
	if timed {
		t := time.NewTimer(time.Until(o.journal.log.Time(due + Settle)))
		defer t.Stop()
		alarm = t.C
	}
	select {
	case <-alarm:
		return true
	case <-o.talk.moved:
		return true
	case <-o.link.ended:
		return false
	case <-ctx.Done():
		return false
	}
}
