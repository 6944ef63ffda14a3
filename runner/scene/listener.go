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
	when spec.Pattern // computed
}

// answer is what a listener has to say.
type answer struct {
	listener *spec.Listener
	event    trace.Event // to which it answers
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
	takers := make([]*spec.Listener, len(pending))
	if len(listeners) > 0 {
		for i, ev := range pending {
			takers[i] = d.claimHeld(listeners, ev)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, ev := range pending {
		if takers[i] == nil {
			d.inbox.add(ev)
			continue
		}
		d.inbox.taken(ev, takers[i].Name)
		if takers[i].Send != nil {
			d.answers = append(d.answers, answer{takers[i], ev})
		}
	}
	return changed
}

// claimHeld gives the first listener that takes an event, or nil. The caller holds claims.
func (d *desk) claimHeld(listeners []listening, ev trace.Event) *spec.Listener {
	for _, l := range listeners {
		if (l.On == "" || l.On == ev.Connection) && d.takesHeld(l, ev) {
			return l.Listener
		}
	}
	return nil
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
