package runner

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// tooLate fails because of an event that came after its time.
func (w *waiting) tooLate(ctx context.Context, ev trace.Event) *problem {
	p := w.overdue("no %s came within %s", w.kinds, diag.Round(w.within))
	w.tell(ctx, p, ev)
	late := max(w.excuses.Between(w.begin, ev.At).Max, w.sentLate(w.begin))
	if excuse := w.excuses.By(late, "meanwhile"); ev.At-w.deadline() <= late && excuse != "" {
		p.excuse = excuse
	}
	return p
}

// tell shows in a problem of a step that waited in vain what came after its time.
// If that is what was waited for, it says so.
func (w *waiting) tell(ctx context.Context, p *problem, ev trace.Event) {
	wrong := w.reading.Nearest(ctx, ev)
	if wrong == nil && ctx.Err() == nil {
		p.diagnostic.Message = fmt.Sprintf("%s came after %s, not within %s", assertions.Article(ev.Kind()), diag.Round(ev.At-w.from), diag.Round(w.within))
		p.diagnostic.Details = []diag.Detail{{Label: "expected", Text: w.reading.Open()}, {Label: "came", Text: ev.Came()}}
	} else {
		p.diagnostic.Details = slices.Concat(p.diagnostic.Details, []diag.Detail{{Label: "too late", Text: ev.Came()}}, mismatchDetails(wrong))
	}
	p.connection = cmp.Or(ev.Connection, p.connection)
	p.recent = w.recentOf(w.concerned(), ev.Seq+1)
}

// How much longer a step that waited in vain listens, at least and at most.
const (
	leastLonger = 500 * time.Millisecond
	mostLonger  = 2 * time.Second
)

// hearOut listens on for what a failed step waited for, for as long again as it had: it changes
// no verdict, but shows whether the peer is late or silent.
func (w *waiting) hearOut(ctx context.Context, p *problem) {
	longer := min(max(w.within, leastLonger), mostLonger)
	ctx, cancel := context.WithDeadline(ctx, w.log.Time(w.deadline()+longer))
	defer cancel()
	for {
		settled := w.allOver()
		changed := w.pull()
		if ev, ok := w.cameLate(ctx); ok {
			w.tell(context.WithoutCancel(ctx), p, ev)
			return
		}
		if settled {
			return
		}
		select {
		case <-changed:
		case <-w.account.Ends():
			return
		case <-ctx.Done():
			return
		}
	}
}

// allOver reports whether nothing more can come on the connections of the step.
func (w *waiting) allOver() bool {
	names := w.reading.Connections()
	open := func(name string) bool {
		c := w.find(name)
		return c != nil && !isClosed(c.Ended())
	}
	return len(names) > 0 && !slices.ContainsFunc(names, open)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// cameLate gives the first unread event that the step would have looked at, had it
// come in time; of a step that reads on, the first that is as it asks.
func (w *waiting) cameLate(ctx context.Context) (trace.Event, bool) {
	for events := w.next(); len(events) > 0 && ctx.Err() == nil; events = w.next() {
		for _, ev := range events {
			w.looked = ev.Seq + 1
			if ev.At > w.deadline() && w.reading.Wants(ev) && (w.mode != spec.ReadOn || w.reading.Nearest(ctx, ev) == nil) {
				return ev, true
			}
		}
	}
	return trace.Event{}, false
}
