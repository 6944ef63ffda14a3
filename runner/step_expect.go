package runner

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// expect reads events until the expectation has come true or cannot any more.
func (s *script) expect(ctx context.Context, step *spec.Step, a *spec.Expect) *problem {
	bound, err := a.Bind(s.env())
	if err != nil {
		return s.broken(step, err)
	}
	within, err := s.within(step)
	if err != nil {
		return s.broken(step, err)
	}
	w := &waiting{script: s, step: step, mode: a.Mode, kinds: strings.Join(a.Kinds(), " or "), pos: firstPos(bound),
		reading: assertions.NewReading(bound, a.Mode, step.On), begin: s.now(), within: within}
	w.gone = w.over()
	w.pull()
	if p := cmp.Or(w.deaf(), w.mute()); p != nil {
		return p
	}
	w.from = w.begin
	if step.After != nil {
		if w.from, err = s.moment(*step.After); err != nil {
			return s.broken(step, err)
		}
		w.after = true
	}
	w.heard = w.from
	return w.run(ctx)
}

func firstPos(e spec.Expectation) diag.Pos {
	if e.Group == spec.Single {
		return e.Items[0].Pattern.Pos
	}
	return e.Pos
}

// waiting is one step that waits for events.
type waiting struct {
	*script
	step    *spec.Step
	mode    spec.Mode
	kinds   string
	pos     diag.Pos
	reading *assertions.Reading
	begin   time.Duration
	from    time.Duration // what `within` counts from
	within  time.Duration
	after   bool            // an event before from does not match
	looked  int             // events below this number were looked at
	taken   []trace.Event   // that were read and not yet marked so
	before  reached         // what was read before the last of them
	overrun int             // how often there was much to look at long after its time
	gone    []*session.Conn // had ended, with all that came of them, before the step began

	heard    time.Duration // since when silence is listened to: from, or later in overtime
	overtime time.Duration // for how long more than asked it is
	untold   string        // why the silence before proves nothing

	longer time.Duration // for how long more than asked something is waited for, since we were late
	late   time.Duration // how late we were meanwhile, at the last look
}

// fails says that what the step waits for is not so, on all connections on which it
// looks for something.
func (w *waiting) fails(step *spec.Step, pos diag.Pos, message string, details []diag.Detail) *problem {
	p := w.script.fails(step, pos, message, details)
	if names := w.concerned(); len(names) == 1 {
		p.connection = names[0]
	}
	p.recent = w.recentOf(w.concerned(), p.at)
	return p
}

// concerned are those of the connections that the step is about.
func (w *waiting) concerned() []string {
	if names := w.reading.Names(); names != nil {
		return names
	}
	return []string{w.step.On} // of dials, which come on none
}

// failsBy is the same because of an event.
func (w *waiting) failsBy(ev trace.Event, message string, details []diag.Detail) *problem {
	p := w.fails(w.step, w.pos, message, details)
	if ev.Connection != "" {
		p.connection = ev.Connection
	}
	return p
}

// mute fails an `absent` on a connection on which nothing can come any more: it
// would pass whatever the peer is like.
func (w *waiting) mute() *problem {
	if w.mode != spec.MustNotBe {
		return nil
	}
	for _, name := range w.reading.Connections() {
		c, p := w.find(name), w.unusable(name)
		switch {
		case p == nil || c != nil && c.ReadyState() == "connecting":
		case c != nil && w.kinds == "close": // that no second end comes can be asked
		case w.unreadEnd(name):
		default:
			return p
		}
	}
	return nil
}

// unusable says why a connection of the step is not open, if it is not.
func (w *waiting) unusable(name string) *problem {
	on := *w.step
	on.On = name
	_, p := w.connection(&on)
	return p
}

// over gives the connections of the step that have ended.
func (w *waiting) over() []*session.Conn {
	var out []*session.Conn
	for _, name := range w.reading.Connections() {
		c := w.find(name)
		if c == nil {
			continue
		}
		select {
		case <-c.Ended():
			out = append(out, c)
		default:
		}
	}
	return out
}

// hollow fails a `nothing` that came true where nothing could come, as mute does
// an `absent`: on none of its connections was anything left to listen to.
func (w *waiting) hollow() *problem {
	if w.mode == spec.MustNotBe {
		return nil
	}
	var first *problem
	for _, name := range w.reading.Connections() {
		if c := w.find(name); c != nil && (w.kinds == "close" || !slices.Contains(w.gone, c)) {
			return nil
		}
		first = cmp.Or(first, w.unusable(name))
	}
	return first
}

// cutShort fails an `absent` or `nothing` whose connection was closed or refused
// before its time was over, where a listener took the close or the scenario allows
// the error: else that has ended the waiting.
func (w *waiting) cutShort() *problem {
	for _, name := range w.reading.Connections() {
		c := w.find(name)
		if c == nil || w.kinds == "close" || slices.Contains(w.gone, c) {
			continue
		}
		end, ok := w.endOf(c)
		last := ok && (end.Kind() == "close" || c.Err() != nil && w.kinds != "error") // nothing can come after it
		if last && end.At <= w.deadline() {
			return w.ended(end)
		}
	}
	return nil
}

// unreadEnd reports whether the end of a connection is there to be read, and to
// end the waiting.
func (w *waiting) unreadEnd(name string) bool {
	w.mu.Lock()
	unread := w.inbox.waiting()
	w.mu.Unlock()
	return slices.ContainsFunc(unread, func(ev trace.Event) bool {
		return ev.Connection == name && (ev.Kind() == "close" || ev.Kind() == "error" && (w.reading.Wants(ev) || !w.allowed(ev)))
	})
}

func (w *waiting) deadline() time.Duration { return w.from + w.within }

// settle is how long after its time an event may yet come into the log: what
// was read just before a deadline is handed over just after it, and what the
// dialect does by the clock is noted up to [session.Settle] later.
const settle = 2 * session.Settle

func (w *waiting) run(ctx context.Context) *problem {
	for {
		at, settled := w.now(), w.settled() // what came until then is looked at, however long that takes
		changed := w.pull()
		if p, decided := w.look(ctx); decided {
			return p
		}
		if p := w.futile(settled); p != nil && ctx.Err() == nil {
			return p
		}
		end := w.heard + w.within + w.longer + settle
		if at >= end {
			if w.listenOn() || w.waitOn() {
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
			return w.ranOut(ctx, w.step, "in this step", w.details())
		}
		timer.Stop()
	}
}

// look offers the unread events to the reading, in the order in which they came.
// An event that came after the deadline did not come in time, whenever it is
// looked at. An error or close that the step does not name ends the waiting even
// where what it waits for came later: otherwise the verdict would depend on
// whether the step was waiting already.
func (w *waiting) look(ctx context.Context) (*problem, bool) {
	for {
		events := w.next()
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

// atOnce is how many events a step looks at before it asks for more: whoever asks
// for each is outrun by a peer that never ends.
const atOnce = 4096

// next gives unread events that were not looked at, some at once. Those that the
// step will read are its own from now on.
func (w *waiting) next() []trace.Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []trace.Event
	for ev := range w.inbox.from(w.looked) {
		if out = append(out, ev); len(out) == atOnce {
			break
		}
	}
	return out
}

// outrun reports whether so much came in time that it is not looked at long after
// it: a peer that never ends would hold up the step for ever. A machine that only
// stood still has less to look at than that.
func (w *waiting) outrun(events []trace.Event) bool {
	if len(events) < atOnce || w.now() < w.deadline()+slowMatch {
		return false
	}
	w.overrun++
	return w.overrun > 1
}

// lookAtAll offers events until one decides.
func (w *waiting) lookAtAll(ctx context.Context, events []trace.Event) (*problem, bool) {
	defer w.takeAll()
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
		return w.offer(ctx, ev)
	case !w.concerns(ev):
		return nil, false
	case ev.At > w.deadline():
		return w.timeout(), true
	}
	return w.ended(ev), true
}

// ended fails because of an error or close that the step does not name.
func (w *waiting) ended(ev trace.Event) *problem {
	message := fmt.Sprintf("the connection had an error before %s came", assertions.Article(w.kinds))
	c := w.connOf(ev)
	switch {
	case w.mode == spec.MustNotBe:
		message = fmt.Sprintf("the connection had %s before the time of absent %s was over", assertions.Article(ev.Kind()), w.kinds)
	case ev.Kind() == "close":
		message = fmt.Sprintf("the connection closed before %s came", assertions.Article(w.kinds))
	case c != nil && c.Err() != nil:
		message = fmt.Sprintf("the connection did not open, so no %s came", w.kinds)
	}
	return w.failsBy(ev, message, slices.Concat([]diag.Detail{{Label: "came", Text: ev.Came()}}, w.refusal(ev), w.details()))
}

// concerns reports whether an event ends the waiting: a close, or an error that
// the scenario does not allow, of a connection on which the reading still looks
// for something.
func (w *waiting) concerns(ev trace.Event) bool {
	if !slices.Contains(w.reading.Connections(), ev.Connection) {
		return false
	}
	return ev.Kind() == "close" || ev.Kind() == "error" && !w.allowed(ev)
}

// offer feeds one event.
func (w *waiting) offer(ctx context.Context, ev trace.Event) (*problem, bool) {
	if ev.At > w.deadline() {
		if w.reading.Timeout() == assertions.Found {
			return w.silent(), true
		}
		return w.tooLate(ctx, ev), true
	}
	if w.mode == spec.MustNotBe {
		if w.after && ev.At < w.from {
			return nil, false
		}
	} else if last, forward := w.take(ev); !forward {
		return w.backward(ev, last), true
	} else if w.after && ev.At < w.from {
		if w.mode == spec.ReadOn {
			return nil, false
		}
		return w.failsBy(ev, fmt.Sprintf("this %s came %s too early", ev.Kind(), diag.Round(w.from-ev.At)),
			[]diag.Detail{{Label: "came", Text: ev.Came()},
				{Label: "after", Text: w.step.After.String() + " = " + trace.Stamp(w.from)}}), true
	}
	if err := w.match(ctx, ev); err != nil {
		return w.broken(w.step, err), true
	}
	if w.reading.State() == assertions.Waiting {
		return nil, false
	}
	return w.decide(), true
}

// backward fails because of an event that came before what the script has read.
func (w *waiting) backward(ev trace.Event, last reached) *problem {
	return w.failsBy(ev, fmt.Sprintf("this %s came before an event that an earlier step has read", ev.Kind()), []diag.Detail{
		{Label: "came", Text: ev.Came()},
		{Label: "read", Text: fmt.Sprintf("%s %s, by the step in %s", last.Kind(), last.Came(), lineOf(last.step, w.pos.File))},
	})
}

// slowMatch is how much longer than its step one event may be thought about.
const slowMatch = time.Second

// match holds an event against what is looked for. What takes longer than the step
// has, a regular expression over a megabyte perhaps, is no fault of the peer's.
func (w *waiting) match(ctx context.Context, ev trace.Event) error {
	until, cancel := context.WithDeadline(ctx, w.log.Time(max(w.deadline(), w.now())+slowMatch))
	defer cancel()
	err := w.reading.Offer(until, ev)
	if err != nil && ctx.Err() == nil {
		return diag.At(w.pos, fmt.Errorf("comparing this %s with what is expected took longer than the time of the step", ev.Kind()))
	}
	return nil // if the scenario is over, the step says so
}

// take marks an event as read and reports whether it came after what this
// script has read on its connection before. Frames are looked at beside what
// they make, so they are read forward for themselves.
func (w *waiting) take(ev trace.Event) (reached, bool) {
	w.taken = append(w.taken, ev)
	key := ev.Connection
	if w.Spec.Order == "per_kind" || ev.Kind() == "frame" {
		key += "\x00" + ev.Kind()
	}
	last, seen := w.cursor[key]
	w.before = last
	if seen && ev.Seq <= last.Seq {
		return last, false
	}
	w.cursor[key] = reached{ev.Brief(), w.step.Pos}
	return last, true
}

// twice tells that a message is the same as the one that was read before it.
func (w *waiting) twice(ev trace.Event) []diag.Detail {
	if !trace.SameMessage(w.before.Event, ev) {
		return nil
	}
	return []diag.Detail{{Label: "before", Text: fmt.Sprintf("the same message, read by the step in %s", lineOf(w.before.step, w.pos.File))}}
}

// takeAll marks as read what was.
func (w *waiting) takeAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ev := range w.taken {
		w.inbox.take(ev)
	}
	w.taken = nil
}

// decide turns the reading's end into the step's.
func (w *waiting) decide() *problem {
	if w.reading.State() == assertions.Found {
		return w.found()
	}
	ev := w.reading.Decisive()
	came := diag.Detail{Label: "came", Text: ev.Came()}
	if w.mode == spec.MustNotBe {
		w.note(trace.Check{Pos: w.pos, Subject: "absent " + ev.Kind(), Verdict: trace.Failed, Expected: "nothing", Actual: ev.Detail.Summary()})
		return w.failsBy(ev, fmt.Sprintf("%s came that must not come", assertions.Article(ev.Kind())), []diag.Detail{came})
	}
	wrong := w.reading.Mismatches()
	for _, m := range wrong {
		w.note(trace.Check{Pos: m.Pos, Subject: m.Path, Verdict: trace.Failed, Expected: m.Expected, Actual: m.Told()})
	}
	p := w.failsBy(ev, fmt.Sprintf("this is not the %s that came", ev.Kind()), slices.Concat(mismatchDetails(wrong), []diag.Detail{came}, w.twice(ev), w.refusal(ev)))
	p.diagnostic.Pos = wrong[0].Pos
	if slices.ContainsFunc(wrong, func(m match.Mismatch) bool {
		return m.Path == "media_ended.duration" || m.Path == "media_ended.by"
	}) {
		// What was heard grows longer, or ends by silence, when what we sent came late.
		p.timing = &lateness.Window{From: w.scene.begin, To: ev.At}
	}
	return p
}

// found records what was found and labels it. Under Strict an alternative that
// is merely allowed is none.
func (w *waiting) found() *problem {
	if w.mode == spec.MustNotBe {
		w.note(trace.Check{Pos: w.pos, Subject: "absent " + w.kinds, Verdict: trace.Passed, Expected: "nothing", Actual: "nothing"})
		return nil
	}
	var last label
	var bad *problem
	for item, ev := range w.reading.Matched {
		bad = cmp.Or(bad, w.outcome(item))
		if item.Nothing {
			last = choiceLabel{name: item.Name}
			w.note(trace.Check{Pos: item.Pattern.Pos, Subject: "nothing", Verdict: trace.Passed, Expected: "nothing", Actual: "nothing"})
			continue
		}
		w.note(trace.Check{Pos: item.Pattern.Pos, Subject: ev.Kind(), Verdict: trace.Passed,
			Expected: assertions.DescribePattern(item.Pattern), Actual: ev.Detail.Summary()})
		last = w.seen(ev)
		if item.Name != "" {
			last = choiceLabel{label: last, name: item.Name}
		}
		w.names.put(item.As, last)
	}
	w.names.put(w.step.As, last)
	return bad
}

// outcome notes how well the scenario passes, by the worst of its choices.
func (w *waiting) outcome(item spec.Item) *problem {
	o := trace.Outcome(item.Outcome)
	if o == "" {
		return nil
	}
	w.mu.Lock()
	if w.scene.outcome != trace.NonStrict {
		w.scene.outcome = o
	}
	w.mu.Unlock()
	if o != trace.NonStrict || !w.options.Strict {
		return nil
	}
	return w.fails(w.step, item.Pattern.Pos, fmt.Sprintf("%q is allowed, but not strictly", item.Name), nil)
}

// seen makes the label of an event that was read.
func (s *script) seen(ev trace.Event) label {
	l := eventLabel{event: ev}
	index := -1
	switch d := ev.Detail.(type) {
	case *trace.MediaStarted:
		index = d.Stream
	case *trace.MediaEnded:
		index = d.Stream
	}
	if c := s.find(ev.Connection); c != nil && index >= 0 {
		l.live = func() trace.Stream { return c.Streams()[index] }
	}
	return l
}

// timeout decides when nothing more has come in time.
func (w *waiting) timeout() *problem {
	if p := w.deaf(); p != nil {
		return p
	}
	if w.reading.Timeout() == assertions.Found {
		return w.silent()
	}
	p := w.overdue("no %s came within %s", w.kinds, diag.Round(w.within))
	p.missed = w
	if w.late > w.options.MaxLateness {
		p.excuse = fmt.Sprintf("this machine was late all the while, by %s at last", diag.Round(w.late))
	}
	return p
}

// waitOn waits longer for what has not come, by as much as we were late in the time
// before: whatever we can have delayed comes then. It stops once we were in time.
func (w *waiting) waitOn() bool {
	if w.reading.Timeout() == assertions.Found {
		return false
	}
	begin := w.begin
	if w.longer > 0 {
		begin = w.deadline() + w.longer - w.late // what was waited on for
	}
	w.late = max(w.excuses.Between(begin, w.now()).Max, w.sentLate(begin))
	if w.late <= w.options.MaxLateness || w.longer >= maxOvertime {
		return false
	}
	w.longer += min(w.late, maxOvertime-w.longer)
	return true
}

// sentLate is how late chunks of our streams left from an offset on.
func (w *waiting) sentLate(from time.Duration) time.Duration {
	var most time.Duration
	w.mu.Lock()
	conns := slices.Clone(w.conns)
	w.mu.Unlock()
	for _, c := range conns {
		for _, s := range c.Streams() {
			for k := len(s.Chunks) - 1; s.Sent && k >= 0 && s.Chunks[k].At >= from; k-- {
				most = max(most, s.Woken(k))
			}
		}
	}
	return most
}

// maxOvertime is how much longer than asked a step listens to silence.
const maxOvertime = 5 * time.Second

// listenOn listens once more for as long as was asked, where a silence proves
// nothing because this machine was late: if nothing comes even then, nothing
// came in time. If something does, whether it was in time cannot be told.
func (w *waiting) listenOn() bool {
	if w.reading.Timeout() != assertions.Found {
		return false
	}
	w.untold = w.unheard()
	if w.untold == "" || w.overtime+w.within > maxOvertime {
		return false
	}
	w.overtime += w.within
	w.heard = w.now()
	return true
}

// unheard says why the silence since heard proves nothing, or "".
func (w *waiting) unheard() string { return w.excuses.Unheard(w.heard, w.within, w.now()) }

// silent decides that nothing came in time.
func (w *waiting) silent() *problem {
	if p := cmp.Or(w.cutShort(), w.hollow()); p != nil {
		return p
	}
	if w.overtime == 0 {
		w.untold = w.unheard()
	}
	if w.untold == "" {
		return w.found()
	}
	return w.untellable(w.untold)
}

// untellable says why nobody knows whether what is looked for came in time.
func (w *waiting) untellable(why string) *problem {
	p := w.fails(w.step, w.pos, fmt.Sprintf("nobody can tell whether %s came in time", assertions.Article(w.kinds)),
		[]diag.Detail{{Label: "but", Text: why}})
	p.verdict = trace.Inconclusive
	return p
}

// overdue fails for want of time.
func (w *waiting) overdue(format string, args ...any) *problem {
	pos := w.pos
	if w.step.Within.IsSet() {
		pos = w.step.Within.Pos
	}
	return w.fails(w.step, pos, fmt.Sprintf(format, args...), w.details())
}

// details says what was waited for, and what came nearest to it.
func (w *waiting) details() []diag.Detail {
	out := []diag.Detail{{Label: "expected", Text: w.reading.Open()}}
	if near := w.reading.Mismatches(); near != nil {
		out = append(out, diag.Detail{Label: "nearest", Text: w.reading.Decisive().Came()})
		out = append(out, mismatchDetails(near)...)
	}
	return out
}

func mismatchDetails(wrong []match.Mismatch) []diag.Detail {
	var out []diag.Detail
	for _, m := range wrong {
		out = append(out, diag.Detail{Label: m.Path, Text: fmt.Sprintf("expected %s\nactual   %s", m.Expected, m.Told())})
	}
	return out
}
