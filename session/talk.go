package session

import (
	"errors"
	"sync"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/media"
)

// ErrNoMedia is why a connection without a dialect carries no media.
var ErrNoMedia = errors.New("media needs a dialect, which says how it travels")

// talk is the conversation in the dialect of a connection: what the dialect has
// been told, and what it wants to reply.
type talk struct {
	journal *journal
	flow    *dialect.Flow // nil without a dialect; its methods are called under mu
	moved   chan struct{} // holds a token if there are replies, or if the next due time has moved

	mu      sync.Mutex        // guards what follows and all streams, see [Conn]
	at      time.Duration     // the latest offset that the flow was told
	replies []dialect.Message // made by the flow and not sent yet
	hearing hearing
}

// newTalk returns the talk of a connection without a dialect. each says whether
// every chunk is logged, keep whether chunks are kept.
func newTalk(j *journal, each, keep bool) *talk {
	return &talk{journal: j, moved: make(chan struct{}, 1), hearing: hearing{journal: j, each: each, keep: keep}}
}

// receive gives a message of the peer to the dialect. It reports whether the
// message is plumbing of the dialect.
func (t *talk) receive(at time.Duration, m dialect.Message) (plumbing bool) {
	t.mu.Lock()
	at = t.advanceHeld(at)
	got := t.flow.Receive(at, m)
	t.noteHeld(got, at)
	t.mu.Unlock()
	t.wake()
	return got.Plumbing
}

// end tells the dialect that the connection has ended.
func (t *talk) end(at time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at = t.advanceHeld(at)
	t.noteHeld(t.flow.Closing(at), at)
}

// advance carries out what is due by an offset.
func (t *talk) advance(at time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.advanceHeld(at)
}

// advanceHeld carries out what is due by an offset, each at its own time. It
// returns the offset, or a later one that the flow was told before: the flow's
// time does not go back.
func (t *talk) advanceHeld(at time.Duration) time.Duration {
	t.at = max(t.at, at)
	for {
		due, timed := t.flow.Due()
		if !timed || due > t.at {
			return t.at
		}
		t.noteHeld(t.flow.Advance(due), due)
	}
}

// noteHeld logs what the dialect saw and queues what it replies.
func (t *talk) noteHeld(got dialect.Received, at time.Duration) {
	for _, ev := range got.Events {
		t.hearing.noteHeld(ev, at)
	}
	t.replies = append(t.replies, got.Replies...)
}

// repliesHeld takes the replies out of the queue. They have their counters
// already. Whoever makes a message takes the replies under the same hold of mu
// and sends them first, or counters would leave out of order. So the caller also
// holds its turn to send.
func (t *talk) repliesHeld() []dialect.Message {
	replies := t.replies
	t.replies = nil
	return replies
}

// hasReplies reports whether replies are queued.
func (t *talk) hasReplies() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.replies) > 0
}

// due returns when the dialect has something to do by itself. It reports false if
// that is at no time.
func (t *talk) due() (at time.Duration, timed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.flow.Due()
}

// wake tells whoever waits on moved to look again.
func (t *talk) wake() {
	select {
	case t.moved <- struct{}{}:
	default:
	}
}

// bridge passes on what comes under a tag, from now on. It fails for a stream that
// cannot be converted to the format.
func (t *talk) bridge(tag string, to *arrivals, format media.Format) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.hearing.bridgeHeld(&bridge{tag: tag, to: to, format: format})
}
