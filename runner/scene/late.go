package scene

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// tooLate fails because of an event that came after its time.
func (w *waiting) tooLate(ctx context.Context, ev trace.Event) *problem {
	p := w.overdue()
	w.show(ctx, p, ev)
	p.excuse = w.forgives(ev.At)
	return p
}

// show shows in a problem of a step that waited in vain what came after its time. If that is
// what was waited for, the problem says so.
func (w *waiting) show(ctx context.Context, p *problem, ev trace.Event) {
	wrong := w.reading.Nearest(ctx, ev)
	if wrong == nil && ctx.Err() == nil {
		p.diagnostic.Message = fmt.Sprintf("%s came after %s, not within %s", assertions.Article(ev.Kind()), diag.Round(ev.At-w.from), diag.Round(w.asked))
		p.diagnostic.Details = []diag.Detail{{Label: "expected", Text: w.reading.Open()}, came(ev)}
	} else {
		p.diagnostic.Details = slices.Concat(p.diagnostic.Details, []diag.Detail{{Label: "too late", Text: ev.Came()}}, mismatchDetails(wrong))
	}
	p.connection = cmp.Or(ev.Connection, p.connection)
	p.recent = w.desk.recent(ev.Seq+1, w.concerned()...)
}

// How much longer a step that waited in vain listens, at least and at most.
const (
	leastLonger = 500 * time.Millisecond
	mostLonger  = 2 * time.Second
)

// hearOut listens on for what a failed step waited for, for as long again as it had. It
// changes no verdict, but shows whether the peer is late or silent.
func (w *waiting) hearOut(ctx context.Context, p *problem) {
	longer := min(max(w.asked, leastLonger), mostLonger)
	ctx, cancel := context.WithDeadline(ctx, w.desk.log.Time(w.deadline()+longer))
	defer cancel()
	for {
		over := w.allOver()
		changed := w.desk.pull()
		if ev, ok := w.cameLate(ctx); ok {
			w.show(context.WithoutCancel(ctx), p, ev)
			return
		}
		if over {
			return
		}
		select {
		case <-changed:
		case <-w.desk.account.Ends():
			return
		case <-ctx.Done():
			return
		}
	}
}

// lookedFor gives an event if the step looks at such, or the pieces of a stream in it.
func (w *waiting) lookedFor(ev trace.Event) iter.Seq[trace.Event] {
	return func(yield func(trace.Event) bool) {
		if w.reading.Wants(ev) {
			yield(ev)
			return
		}
		if ev.Kind() != "message" || w.reading.Cut(ev.Connection) == nil {
			return
		}
		for piece, err := range w.pieces(ev) {
			if err != nil || !yield(piece.Event) {
				return
			}
		}
	}
}

// cameLate gives the first unread event that the step would have looked at, had it come in
// time. If the step reads on, it is the first that is as the step asks.
func (w *waiting) cameLate(ctx context.Context) (trace.Event, bool) {
	for events := w.desk.next(w.looked, atOnce); len(events) > 0 && ctx.Err() == nil; events = w.desk.next(w.looked, atOnce) {
		for _, ev := range events {
			w.looked = ev.Seq + 1
			for late := range w.lookedFor(ev) {
				if late.At > w.deadline() && (w.mode != spec.ReadOn || w.reading.Nearest(ctx, late) == nil) {
					return late, true
				}
			}
		}
	}
	return trace.Event{}, false
}
