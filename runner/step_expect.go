package runner

import (
	"context"
	"fmt"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// expect reads events until the expectation has come true or cannot any more.
func (s *scene) expect(ctx context.Context, step *spec.Step, a *spec.Expect) *problem {
	pattern, err := a.Pattern.Bind(s.env())
	if err != nil {
		return s.broken(step, err)
	}
	within, err := s.within(step)
	if err != nil {
		return s.broken(step, err)
	}
	w := &waiting{scene: s, step: step, reading: assertions.NewReading(pattern, a.Skip), pattern: pattern, begin: s.now()}
	w.deadline = w.begin + within
	return w.run(ctx)
}

// waiting is one step that waits for events.
type waiting struct {
	*scene
	step     *spec.Step
	reading  *assertions.Reading
	pattern  spec.Pattern
	begin    time.Duration
	deadline time.Duration
}

func (w *waiting) run(ctx context.Context) *problem {
	for {
		changed := w.inbox.pull()
		if p, decided := w.look(); decided {
			return p
		}
		if w.now() >= w.deadline {
			return w.late("no %s came within %s", w.pattern.Kind, trace.Round(w.deadline-w.begin))
		}
		timer := time.NewTimer(w.deadline - w.now())
		select {
		case <-changed:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			p := w.fails(w.step, w.step.Pos, "the scenario ran out of time in this step", w.details())
			p.timing = &window{w.begin, w.now()}
			return p
		}
		timer.Stop()
	}
}

// look offers the unread events of the connection to the reading. An event
// that came after the deadline did not come in time, whenever it is looked at.
func (w *waiting) look() (*problem, bool) {
	name := nameOf(w.step)
	var stop *trace.Event
	for _, ev := range append([]trace.Event(nil), w.inbox.events...) {
		if ev.Connection != name {
			continue
		}
		if !w.reading.Wants(ev.Kind()) {
			if stop == nil && (ev.Kind() == "close" || ev.Kind() == "error") {
				stop = &ev
			}
			continue
		}
		if ev.At > w.deadline {
			return w.late("%s came after %s, not within %s", article(ev.Kind()), trace.Round(ev.At-w.begin), trace.Round(w.deadline-w.begin)), true
		}
		if !w.inbox.take(ev) {
			return w.fails(w.step, w.pattern.Pos, fmt.Sprintf("this %s came before an event that an earlier step has read", ev.Kind()),
				[]diag.Detail{{Label: "came", Text: ev.Detail.Summary()}, {Label: "at", Text: trace.Stamp(ev.At)}}), true
		}
		w.reading.Offer(ev)
		if w.reading.State() != assertions.Waiting {
			return w.decide(), true
		}
	}
	if stop != nil {
		return w.fails(w.step, w.pattern.Pos, fmt.Sprintf("waiting for %s, but the connection had %s", w.pattern.Kind, article(stop.Kind())),
			append([]diag.Detail{{Label: "came", Text: stop.Detail.Summary()}}, w.details()...)), true
	}
	return nil, false
}

// decide turns the reading's end into the step's.
func (w *waiting) decide() *problem {
	ev := w.reading.Event()
	if w.reading.State() == assertions.Found {
		w.note(trace.Check{Pos: w.pattern.Pos, Subject: w.pattern.Kind, Verdict: trace.Passed,
			Expected: assertions.DescribePattern(w.pattern), Actual: ev.Detail.Summary()})
		w.label(w.step, ev)
		return nil
	}
	wrong := w.reading.Mismatches()
	w.mismatches(wrong)
	return w.fails(w.step, wrong[0].Pos, fmt.Sprintf("this is not the %s that came", w.pattern.Kind), append(mismatchDetails(wrong),
		diag.Detail{Label: "came", Text: fmt.Sprintf("%s at %s", ev.Detail.Summary(), trace.Stamp(ev.At))}))
}

// late fails for want of time, unless it was this process that was late.
func (w *waiting) late(format string, args ...any) *problem {
	pos := w.pattern.Pos
	if w.step.Within.IsSet() {
		pos = w.step.Within.Pos
	}
	p := w.fails(w.step, pos, fmt.Sprintf(format, args...), w.details())
	p.timing = &window{w.begin, w.deadline}
	return p
}

// details says what was waited for, and what came nearest to it.
func (w *waiting) details() []diag.Detail {
	out := []diag.Detail{{Label: "expected", Text: assertions.DescribePattern(w.pattern)}}
	if near := w.reading.Mismatches(); near != nil {
		out = append(out, diag.Detail{Label: "nearest", Text: w.reading.Event().Detail.Summary()})
		out = append(out, mismatchDetails(near)...)
	}
	return out
}

func mismatchDetails(wrong []assertions.Mismatch) []diag.Detail {
	var out []diag.Detail
	for _, m := range wrong {
		out = append(out, diag.Detail{Label: m.Path, Text: fmt.Sprintf("expected %s\nactual   %s", m.Expected, m.Actual)})
	}
	return out
}

// label remembers the event that a step saw.
func (s *scene) label(step *spec.Step, ev trace.Event) {
	if step.As == "" {
		return
	}
	l := label{event: &ev}
	if m, ok := ev.Detail.(*trace.MediaStarted); ok {
		for _, c := range s.conns {
			if c.Name() == ev.Connection {
				l.stream = func() trace.Stream { return c.Streams()[m.Stream] }
			}
		}
	}
	s.labels[step.As] = l
}
