package session

import (
	"context"
	"time"

	"github.com/duologue/duologue/dialect"
)

// Settle is how long the dialect waits after a due time before it acts: the reader
// may still hand over what was read before the due time. What then happens is noted
// at the due time.
const Settle = 5 * time.Millisecond

// serve sends the dialect's opening and then its replies, and carries out what the
// dialect does by the clock. It is handed the order lock for the opening.
func (c *Conn) serve(ctx context.Context, opening []dialect.Message) {
	defer c.workers.Done()
	err := c.writeAll(ctx, opening)
	c.order.Unlock()
	if err != nil {
		return // the reader logs how the connection ended
	}
	for {
		if err := c.answerOwed(ctx); err != nil {
			return // likewise
		}
		if due, timed := c.talk.due(); !c.pause(ctx, due, timed) {
			return
		}
		c.talk.advance(c.journal.now() - Settle)
	}
}

// answerOwed sends the replies that wait. If there are none it does not wait for
// its turn, because a peer that does not read may hold that up.
func (c *Conn) answerOwed(ctx context.Context) error {
	if !c.talk.hasReplies() {
		return nil
	}
	if err := c.order.lock(ctx); err != nil {
		return err
	}
	defer c.order.Unlock()
	c.talk.mu.Lock()
	owed := c.talk.repliesHeld()
	c.talk.mu.Unlock()
	return c.answer(ctx, owed)
}

// pause waits for a due time or until the talk has moved. It reports false at the
// end of the connection, and when ctx ends.
func (c *Conn) pause(ctx context.Context, due time.Duration, timed bool) bool {
	var alarm <-chan time.Time
	if timed {
		t := time.NewTimer(time.Until(c.journal.log.Time(due + Settle)))
		defer t.Stop()
		alarm = t.C
	}
	select {
	case <-alarm:
		return true
	case <-c.talk.moved:
		return true
	case <-c.link.ended:
		return false
	case <-ctx.Done():
		return false
	}
}
