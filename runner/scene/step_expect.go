package scene

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// expect reads events until the expectation has come true or cannot any more.
func expect(ctx context.Context, t *task, a *spec.Expect) *problem {
	bound, err := a.Bind(t.env())
	if err != nil {
		return t.broken(err)
	}
	within, err := t.within()
	if err != nil {
		return t.broken(err)
	}
	w := &waiting{
		watch: watch{task: t, mode: a.Mode, kinds: strings.Join(a.Kinds(), " or "), pos: firstPos(bound),
			reading: assertions.NewReading(bound, a.Mode, t.step.On), cutters: map[string]*assertions.Cutter{}},
		silence: silence{patience: patience{excuses: t.excuses, began: t.now(), asked: within, once: true}},
	}
	w.gone = w.over()
	t.desk.pull()
	if p := cmp.Or(w.deaf(), w.mute()); p != nil {
		return p
	}
	w.from = w.began
	if t.step.After != nil {
		if w.from, err = t.moment(*t.step.After); err != nil {
			return t.broken(err)
		}
		w.after = true
	}
	w.silentFrom = w.from
	p := w.run(ctx)
	w.names.hold(-w.held)
	return p
}

// firstPos is where what is expected stands: its pattern, if there is just one.
func firstPos(e spec.Expectation) diag.Pos {
	if e.Group == spec.Single {
		return e.Items[0].Pattern.Pos
	}
	return e.Pos
}

// waiting is one step that waits for events.
type waiting struct {
	watch
	silence
	after   bool          // an event before from does not match
	looked  int           // events below this number were looked at
	taken   []trace.Event // were read and not yet marked so
	before  reached       // what was read before the last of them
	overrun int           // how often there was much to look at long after its time
	held    int           // octets of what was found, while there is more to come
}

// run waits until the step is decided.
func (w *waiting) run(ctx context.Context) *problem {
	for {
		at, settled := w.now(), w.settled() // what came until then is looked at, however long that takes
		changed := w.desk.pull()
		if p, decided := w.look(ctx); decided {
			return p
		}
		if p := w.futile(settled); p != nil && ctx.Err() == nil {
			return p
		}
		end := w.end() + settle
		if at >= end {
			if w.goesOn() {
				continue
			}
			return w.timeout()
		}
		timer := time.NewTimer(end - w.now())
		select {
		case <-changed:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return w.ranOut(ctx, "in this step", w.details()...)
		}
		timer.Stop()
	}
}

// goesOn reports whether the step waits longer than asked, because we were late.
func (w *waiting) goesOn() bool {
	if w.reading.Timeout() == assertions.Found {
		return w.listenOn()
	}
	return w.waitOn()
}

// look offers the unread events to the reading, in the order in which they came. An event
// that came after the deadline did not come in time, whenever it is looked at. An error or
// close that the step does not name ends the waiting, even if what it waits for came later:
// otherwise the verdict would depend on whether the step was waiting already.
func (w *waiting) look(ctx context.Context) (*problem, bool) {
	for {
		events := w.desk.next(w.looked, atOnce)
		if len(events) == 0 {
			return nil, false
		}
		if w.outrun(events) {
			return w.untellable(fmt.Sprintf("too many events came: %s after its deadline, the step still had to examine those that came after %s",
				slowMatch, diag.Round(events[0].At-w.from))), true
		}
		p, decided := w.lookAtAll(ctx, events)
		if decided || ctx.Err() != nil {
			return p, decided
		}
	}
}

// atOnce is how many events a step looks at before it asks for more. Who asks for each is
// outrun by a peer that never ends.
const atOnce = 4096

// outrun reports whether so much came in time that the step still looks at it long after
// its time: a peer that never ends would hold it up for ever. A machine that only stood
// still has less to look at than that.
func (w *waiting) outrun(events []trace.Event) bool {
	if len(events) < atOnce || w.now() < w.deadline()+slowMatch {
		return false
	}
	w.overrun++
	return w.overrun > 1
}

// lookAtAll offers events until one decides.
func (w *waiting) lookAtAll(ctx context.Context, events []trace.Event) (*problem, bool) {
	defer func() {
		w.desk.take(w.taken...)
		w.taken = nil
	}()
	for _, ev := range events {
		if ctx.Err() != nil {
			return nil, false
		}
		w.looked = ev.Seq + 1
		if p, decided := w.lookAt(ctx, ev); decided {
			return p, true
		}
	}
	return nil, false
}

// lookAt offers one event.
func (w *waiting) lookAt(ctx context.Context, ev trace.Event) (*problem, bool) {
	switch {
	case w.reading.Wants(ev):
		if ev.Kind() == "message" && w.desk.readOf(ev) > 0 {
			return w.torn(ev), true
		}
		return w.offer(ctx, ev)
	case ev.Kind() == "message" && w.reading.Cut(ev.Connection) != nil:
		return w.offerPieces(ctx, ev)
	case !w.concerns(ev):
		return nil, false
	case ev.At > w.deadline():
		return w.timeout(), true
	}
	return w.ended(ev, w.details()), true
}

// offer feeds one event.
func (w *waiting) offer(ctx context.Context, ev trace.Event) (*problem, bool) {
	if ev.At > w.deadline() {
		if w.reading.Timeout() == assertions.Found {
			return w.silent(), true
		}
		return w.tooLate(ctx, ev), true
	}
	early := w.after && ev.At < w.from
	if w.mode == spec.MustNotBe {
		if early {
			return nil, false
		}
	} else if last, forward := w.read(ev); !forward {
		return w.backward(ev, last), true
	} else if early {
		if w.mode == spec.ReadOn {
			return nil, false
		}
		return w.failsBy(ev, fmt.Sprintf("this %s came %s too early", assertions.Noun(ev.Kind()), diag.Round(w.from-ev.At)),
			came(ev), diag.Detail{Label: "after", Text: w.step.After.String() + " = " + trace.Stamp(w.from)}), true
	}
	if err := w.match(ctx, ev); err != nil {
		return w.broken(err), true
	}
	if w.reading.State() == assertions.Waiting {
		w.names.hold(w.reading.Held() - w.held)
		w.held = w.reading.Held()
		return nil, false
	}
	return w.decide(), true
}

// read marks an event as read. It gives what the thread had read before on its connection,
// and whether the event came after that. Frames are looked at beside what they make, so
// they are read forward for themselves.
func (w *waiting) read(ev trace.Event) (reached, bool) {
	kind, next := ev.Kind(), ev.Seq
	if kind == "stream" {
		kind, next = "message", ev.Seq+1 // one message may have several pieces
	}
	w.taken = append(w.taken, ev)
	key := ev.Connection
	if w.plan.Spec.Order == "per_kind" || kind == "frame" {
		key += "\x00" + kind
	}
	last, seen := w.cursor[key]
	w.before = last
	if seen && next <= last.Seq {
		return last, false
	}
	w.cursor[key] = reached{ev.Brief(), w.step.Pos}
	return last, true
}

// match holds an event against what is looked for. If that takes longer than the step has,
// such as a regular expression over a megabyte, it is no fault of the peer's.
func (w *waiting) match(ctx context.Context, ev trace.Event) error {
	until, cancel := context.WithDeadline(ctx, w.desk.log.Time(max(w.deadline(), w.now())+slowMatch))
	defer cancel()
	err := w.reading.Offer(until, ev)
	if err != nil && ctx.Err() == nil {
		return diag.At(w.pos, fmt.Errorf("comparing this %s with what is expected took longer than the time of the step", ev.Kind()))
	}
	return nil // if the scenario is over, the step says so
}

// backward fails because of an event that came before what the thread has read.
func (w *waiting) backward(ev trace.Event, last reached) *problem {
	return w.failsBy(ev, fmt.Sprintf("this %s came before an event that an earlier step has read", assertions.Noun(ev.Kind())), came(ev),
		diag.Detail{Label: "read", Text: fmt.Sprintf("%s %s, by the step in %s", last.Kind(), last.Came(), lineOf(last.step, w.pos.File))})
}

// twice tells that a message is the same as the one that was read before it.
func (w *waiting) twice(ev trace.Event) []diag.Detail {
	if !trace.SameMessage(w.before.Event, ev) {
		return nil
	}
	return []diag.Detail{{Label: "before", Text: fmt.Sprintf("the same message, read by the step in %s", lineOf(w.before.step, w.pos.File))}}
}

// decide turns the reading's end into the step's.
func (w *waiting) decide() *problem {
	if w.reading.State() == assertions.Found {
		return w.found()
	}
	ev := w.reading.Decisive()
	if w.mode == spec.MustNotBe {
		w.note(trace.Check{Pos: w.pos, Subject: "absent " + ev.Kind(), Verdict: trace.Failed, Expected: "nothing", Actual: ev.Detail.Summary()})
		return w.failsBy(ev, fmt.Sprintf("%s came that must not come", assertions.Article(ev.Kind())), came(ev))
	}
	wrong := w.reading.Mismatches()
	for _, m := range wrong {
		w.note(trace.Check{Pos: m.Pos, Subject: m.Path, Verdict: trace.Failed, Expected: m.Expected, Actual: m.Told()})
	}
	p := w.failsBy(ev, fmt.Sprintf("this is not the %s that came", assertions.Noun(ev.Kind())),
		slices.Concat(mismatchDetails(wrong), []diag.Detail{came(ev)}, w.twice(ev), w.refusal(ev))...)
	p.diagnostic.Pos = wrong[0].Pos
	if byTime(wrong) {
		p.timing = &lateness.Window{From: w.excuses.begin, To: ev.At}
	}
	return p
}

// found records what was found and labels it. If the run is strict, an alternative that is
// merely allowed is none.
func (w *waiting) found() *problem {
	if w.mode == spec.MustNotBe {
		w.note(trace.Check{Pos: w.pos, Subject: "absent " + w.kinds, Verdict: trace.Passed, Expected: "nothing", Actual: "nothing"})
		return nil
	}
	var last label
	var bad *problem
	for item, ev := range w.reading.Matched {
		bad = cmp.Or(bad, w.chosen(item, ev))
		if item.Nothing {
			last = choiceLabel{name: item.Name}
			w.note(trace.Check{Pos: item.Pattern.Pos, Subject: "nothing", Verdict: trace.Passed, Expected: "nothing", Actual: "nothing"})
			continue
		}
		w.note(trace.Check{Pos: item.Pattern.Pos, Subject: ev.Kind(), Verdict: trace.Passed,
			Expected: assertions.DescribeItem(item), Actual: ev.Detail.Summary()})
		last = w.seen(ev, &item.Pattern)
		if item.Name != "" {
			last = choiceLabel{label: last, name: item.Name}
		}
		w.names.put(item.As, cmp.Or(item.On, w.step.On), last)
	}
	w.label(last)
	return bad
}

// chosen notes how well the scenario passes by a choice, or fails because of it.
func (w *waiting) chosen(item spec.Item, ev trace.Event) *problem {
	o := trace.Outcome(item.Outcome)
	switch {
	case o == "":
		return nil
	case item.Outcome == "failed":
		return w.failsByChoice(item, ev, fmt.Sprintf("%q came", item.Name))
	}
	what := "nothing"
	if !item.Nothing {
		what = strings.TrimSpace(ev.Kind() + " " + ev.Detail.Summary())
	}
	w.outcome.add(o, item.Because, what)
	if o != trace.NonStrict || !w.stage.Strict {
		return nil
	}
	return w.failsByChoice(item, ev, fmt.Sprintf("%q is allowed, but not strictly", item.Name))
}

// failsByChoice fails because of an alternative, in its own words if it has any.
func (w *waiting) failsByChoice(item spec.Item, ev trace.Event, message string) *problem {
	var details []diag.Detail
	if !item.Nothing {
		details = []diag.Detail{came(ev)}
	}
	p := w.failsBy(ev, cmp.Or(item.Because, message), details...)
	p.diagnostic.Pos, p.diagnostic.Context = item.Pattern.Pos, diag.Pos{} // its own line says all
	return p
}

// timeout decides when nothing more has come in time.
func (w *waiting) timeout() *problem {
	if p := w.deaf(); p != nil {
		return p
	}
	if w.reading.Timeout() == assertions.Found {
		return w.silent()
	}
	if p := w.silenced(func(c *session.Conn) bool { return c.Line().HalfOpen() }); p != nil {
		return p
	}
	p := w.overdue()
	p.missed = func(ctx context.Context) { w.hearOut(ctx, p) }
	p.excuse = w.vain()
	return p
}

// overdue fails because nothing came within the time of the step.
func (w *waiting) overdue() *problem {
	return w.unmet(w.timePos(w.pos), fmt.Sprintf("no %s came within %s", assertions.Noun(w.kinds), diag.Round(w.asked)), w.details()...)
}

// silent decides that nothing came in time.
func (w *waiting) silent() *problem {
	silenced := w.silenced(func(c *session.Conn) bool { return c.Line().Silent(w.deadline()) != "" })
	if p := cmp.Or(w.cutShort(w.deadline()), w.hollow(), silenced); p != nil {
		return p
	}
	if why := w.doubt(); why != "" {
		return w.untellable(why)
	}
	return w.found()
}

// silenced says that nothing can have come in time on one of the connections, because the
// suite made its line so. Then neither silence nor the lack of an event is the peer's.
func (w *waiting) silenced(is func(*session.Conn) bool) *problem {
	for _, name := range w.reading.Connections() {
		if c := w.desk.find(name); c != nil && is(c) && !isClosed(c.Ended()) {
			p := w.broken(fmt.Errorf("nothing can come in time on connection %q: %s", name, c.Line().Silent(w.deadline())))
			p.diagnostic.Pos = w.pos
			return p
		}
	}
	return nil
}

// untellable says why nobody knows whether what is looked for came in time.
func (w *waiting) untellable(why string) *problem {
	p := w.unmet(w.pos, fmt.Sprintf("nobody can tell whether %s came in time", assertions.Article(w.kinds)), diag.Detail{Label: "but", Text: why})
	p.verdict = trace.Inconclusive
	return p
}
