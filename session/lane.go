package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/duologue/duologue/dialect"
)

// lane is one outgoing stream of the dialect. A [sender] sends what is spoken into
// it, chunk by chunk on an absolute schedule. If the connection is the stream,
// silence runs between utterances, as on a telephone.
type lane struct {
	talk    *talk
	stream  *dialect.Stream
	tag     string
	cut     chunking
	endless bool                 // nothing stops it: the connection is the stream and we are the app
	start   func()               // starts its sender, at the first call
	waited  func() time.Duration // for how long writes have waited in all because of the line

	ctx     context.Context    // of waiting for the next chunk
	cancel  context.CancelFunc // asks the sender to end
	writing context.Context    // of writing: after half a frame the connection is unusable
	abort   context.CancelFunc
	err     error         // why it could not be ended properly; set before done is closed
	done    chan struct{} // closed once the sender has ended

	// talk.mu guards what follows.
	speaking *Outgoing // the utterance that is being sent; nil: none
	by       string    // what is to end it
}

// end asks the lane to end.
func (l *lane) end(by string) {
	l.talk.mu.Lock()
	l.by = by
	l.talk.mu.Unlock()
	l.cancel()
	l.start() // a lane that never spoke sends its stop
}

// patience is how long a peer that does not read may hold up the end of a
// stream.
const patience = time.Second

// stop ends the lane and waits for that. If the peer or the line does not take what is
// being written, the write is broken off, and stop returns an error.
func (l *lane) stop(by string) error {
	before := l.waited()
	l.end(by)
	stuck := time.AfterFunc(patience, l.abort)
	defer stuck.Stop()
	<-l.done
	if errors.Is(l.err, context.Canceled) {
		who := "the peer"
		if l.waited()-before > patience/2 {
			who = "the line, as the suite made it,"
		}
		return fmt.Errorf("%s takes nothing for %s", who, patience)
	}
	return l.err
}

// nextHeld returns the next chunk and the utterance that it belongs to, which is nil
// for silence. If there is no chunk, over says whether there will be none any more.
func (l *lane) nextHeld() (chunk []byte, out *Outgoing, over bool) {
	if out = l.speaking; out != nil {
		chunk, ended := out.nextHeld(l.cut.size)
		if chunk != nil {
			return chunk, out, false
		}
		if ended && l.cut.forever {
			out.endHeld("stop")
			l.speaking = nil
		}
		if !ended && !l.cut.forever {
			return nil, nil, false // a bridge that has nothing yet
		}
	}
	if !l.cut.forever {
		return nil, nil, true
	}
	return l.cut.silence, nil, false
}

// speakHeld has an utterance sent. It replaces the one that is being sent.
func (l *lane) speakHeld(out *Outgoing) {
	if l.speaking != nil {
		l.speaking.endHeld("replaced")
	}
	l.speaking = out
}

// closeRecordHeld records that all of what is spoken was sent.
func (l *lane) closeRecordHeld() {
	if l.speaking != nil {
		l.speaking.closeRecordHeld(l.by)
	}
}

// endSpokenHeld ends what is spoken.
func (l *lane) endSpokenHeld(failed bool) {
	if l.speaking == nil {
		return
	}
	by := l.by
	if failed {
		by = "close"
	}
	l.speaking.endHeld(by)
}
