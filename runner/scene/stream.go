package scene

import (
	"context"
	"fmt"
	"iter"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// pieces gives the pieces of a stream that come to their end in a message. It is an error if
// there can be no further piece.
func (w *watch) pieces(message trace.Event) iter.Seq2[assertions.Piece, error] {
	c := w.cutters[message.Connection]
	if c == nil {
		c = &assertions.Cutter{}
		w.cutters[message.Connection] = c
	}
	c.Add(message, w.desk.readOf(message))
	return func(yield func(assertions.Piece, error) bool) {
		for {
			p, ok, err := c.Next(w.reading.Cut(message.Connection))
			if err == nil && !ok || !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// offerPieces offers the pieces that come to their end in a message, one by one. What they read
// of their messages is read; the rest stays for the next step.
func (w *waiting) offerPieces(ctx context.Context, message trace.Event) (*problem, bool) {
	n := 0
	for piece, err := range w.pieces(message) {
		if err != nil {
			return w.failsBy(message, "no piece of the stream can come: "+err.Error(), w.details()...), true
		}
		if n++; n%atOnce == 0 && w.now() > w.deadline()+slowMatch {
			return w.untellable(fmt.Sprintf("too much came: %s after its deadline, the step still had to examine a message that came after %s",
				slowMatch, diag.Round(message.At-w.from))), true
		}
		if w.reading.Consumes() && piece.At <= w.deadline() {
			w.taken = append(w.taken, piece.Over...)
		}
		if p, decided := w.offer(ctx, piece.Event); decided || ctx.Err() != nil {
			return p, decided
		}
	}
	return nil, false
}

// torn fails because a message is looked for whole that is a part of a stream.
func (w *waiting) torn(ev trace.Event) *problem {
	return w.failsBy(ev, fmt.Sprintf("%d octets of this message were read as a stream, so the rest can only be read as one", w.desk.readOf(ev)), came(ev))
}

// left shows what has come of pieces that have not come to their end.
func (w *watch) left() []diag.Detail {
	var out []diag.Detail
	for _, name := range w.reading.Names() {
		if c := w.cutters[name]; c != nil && c.Left() != "" {
			out = append(out, diag.Detail{Label: "stream", Text: c.Left()})
		}
	}
	return out
}

// rest shows what of a message is unread after the first n octets.
func rest(message trace.Event, n int) diag.Detail {
	m := message.Detail.(*trace.Message)
	unread := trace.Message{Binary: m.Binary, Data: m.Data[n:]}
	return diag.Detail{Label: "unread", Text: unread.Summary()}
}

// readOf tells how many octets of an unread message were read as a stream.
func (d *desk) readOf(ev trace.Event) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.inbox.partly[ev.Seq]
}
