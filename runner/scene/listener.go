package scene

import (
	"context"
	"slices"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// listening is a listener that is in force.
type listening struct {
	*spec.Listener
	when  spec.Pattern // computed
	tally *tally
}

// tally is how many events a listener has taken. mu of the desk guards it.
type tally struct {
	count int
	last  time.Duration // when the last of them came
}

// answer is what a listener has to say.
type answer struct {
	listener *spec.Listener
	event    trace.Event // to which it answers
	count    int         // of the events that the listener had taken by then, this one included
}

// slowListener is a listener for which an event took too long.
type slowListener struct {
	*spec.Listener
	kind string // of the event
}

// listen puts a listener in force, for events from now on. It reports false if there is
// one of its name.
func (d *desk) listen(l listening) bool {
	d.pull() // what came before is not for it
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.listenerHeld(l.Name) >= 0 {
		return false
	}
	d.listeners = append(d.listeners, l)
	return true
}

// listenerHeld gives the index of a listener, or -1. The caller holds mu.
func (d *desk) listenerHeld(name string) int {
	return slices.IndexFunc(d.listeners, func(l listening) bool { return l.Name == name })
}

// endListener ends a listener, for events from now on. It reports false if there is none
// of that name.
func (d *desk) endListener(name string) bool {
	d.pull()
	d.mu.Lock()
	defer d.mu.Unlock()
	i := d.listenerHeld(name)
	if i < 0 {
		return false
	}
	d.listeners = slices.Delete(d.listeners, i, i+1)
	return true
}

// pull takes new events into the inbox, listeners first, and gives a channel that is
// closed when there are more.
func (d *desk) pull() <-chan struct{} {
	d.claims.Lock()
	defer d.claims.Unlock()
	return d.pullHeld()
}

// pullHeld is pull. The caller holds claims, and does not hold mu: what listeners ask of
// the scenario takes mu.
func (d *desk) pullHeld() <-chan struct{} {
	d.mu.Lock()
	changed := d.inbox.receive()
	pending, listeners := d.inbox.pending, slices.Clone(d.listeners)
	d.inbox.pending = nil
	d.mu.Unlock()
	takers := make([]claim, len(pending))
	if len(listeners) > 0 {
		for i, ev := range pending {
			takers[i] = d.claimHeld(listeners, ev)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, ev := range pending {
		by := takers[i]
		if by.Listener == nil {
			d.inbox.add(ev)
			continue
		}
		d.inbox.taken(ev, by.Name)
		if by.Send != nil {
			d.answers = append(d.answers, answer{by.Listener, ev, by.count})
		}
	}
	return changed
}

// claim is a listener that has taken an event, and how many it had taken then. The zero value
// is none.
type claim struct {
	*spec.Listener
	count int
}

// claimHeld gives the first listener that takes an event. It counts at once, as the next event
// may be taken or not by how many were. The caller holds claims.
func (d *desk) claimHeld(listeners []listening, ev trace.Event) claim {
	for _, l := range listeners {
		if (l.On == "" || l.On == ev.Connection) && d.takesHeld(l, ev) {
			d.mu.Lock()
			defer d.mu.Unlock()
			l.tally.count, l.tally.last = l.tally.count+1, ev.At
			return claim{l.Listener, l.tally.count}
		}
	}
	return claim{}
}

// longEvent is how heavy an event is, in octets, that may take long to be matched.
const longEvent = 64 << 10

// slowMatch is how long an event may be thought about, beyond the time of a step.
const slowMatch = time.Second

// takesHeld reports whether a listener takes an event. If that takes too long to tell, the
// scenario ends. The caller holds claims.
func (d *desk) takesHeld(l listening, ev trace.Event) bool {
	if ev.Weight() < longEvent {
		return len(assertions.MatchEvent(l.when, ev)) == 0
	}
	ctx, cancel := context.WithTimeout(context.Background(), slowMatch)
	defer cancel()
	ok, err := assertions.Matches(ctx, l.when, ev)
	if err != nil {
		d.mu.Lock()
		d.slow = &slowListener{l.Listener, ev.Kind()}
		d.mu.Unlock()
		return false
	}
	return ok
}

// toAnswer gives what listeners have to say by now. Each answer is given once.
func (d *desk) toAnswer() []answer {
	d.mu.Lock()
	defer d.mu.Unlock()
	answers := d.answers
	d.answers = nil
	return answers
}

// answered notes that a listener has sent a message.
func (d *desk) answered(l *spec.Listener, sent trace.Event) {
	d.pull()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inbox.past.credit(sent.Seq, l.Name)
}

// tooSlow gives the listener for which an event took too long, once, or nil.
func (d *desk) tooSlow() *slowListener {
	d.mu.Lock()
	defer d.mu.Unlock()
	slow := d.slow
	d.slow = nil
	return slow
}
