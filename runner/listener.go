package runner

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// listening is a listener that is in force.
type listening struct {
	*spec.Listener
	when spec.Pattern // bound
}

// answer is what a listener has to say.
type answer struct {
	listener *spec.Listener
	event    trace.Event
}

// addListener puts a listener in force, for events from now on. What is wrong
// stands at pos.
func (s *script) addListener(pos diag.Pos, on string, a *spec.Listener) *problem {
	when, err := a.When.Bind(s.env())
	if err != nil {
		return s.brokenAt(pos, on, err)
	}
	if !s.listenFor(listening{a, when}) {
		return s.problem(trace.Errored, on, diag.Diagnostic{Pos: a.Pos, Message: fmt.Sprintf("there is already a listener %q", a.Name), Context: pos})
	}
	return nil
}

// listenFor puts a listener in force, unless there is one of its name.
func (s *scene) listenFor(l listening) bool {
	s.pull() // what came before is not for it
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener(l.Name) >= 0 {
		return false
	}
	s.listeners = append(s.listeners, l)
	return true
}

// listener gives the place of a listener, or -1. The caller holds mu.
func (s *scene) listener(name string) int {
	return slices.IndexFunc(s.listeners, func(l listening) bool { return l.Name == name })
}

// removeListener ends a listener, for events from now on.
func (s *script) removeListener(step *spec.Step, a *spec.RemoveListener) *problem {
	if !s.endListener(a.Name) {
		return s.mistaken(step, a.Pos, fmt.Sprintf("there is no listener %q", a.Name))
	}
	return nil
}

// endListener ends a listener, if there is one of that name.
func (s *scene) endListener(name string) bool {
	s.pull()
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.listener(name)
	if i < 0 {
		return false
	}
	s.listeners = slices.Delete(s.listeners, i, i+1)
	return true
}

// claim gives the listener that takes an event, or nil: the first.
func (s *scene) claim(listeners []listening, ev trace.Event) *spec.Listener {
	for _, l := range listeners {
		if (l.On == "" || l.On == ev.Connection) && s.takes(l, ev) {
			return l.Listener
		}
	}
	return nil
}

// longEvent is how heavy an event is that may take long to be matched.
const longEvent = 64 << 10

// takes reports whether a listener takes an event. What takes too long to tell ends
// the scenario.
func (s *scene) takes(l listening, ev trace.Event) bool {
	if ev.Weight() < longEvent {
		return len(assertions.MatchEvent(l.when, ev)) == 0
	}
	ctx, cancel := context.WithTimeout(context.Background(), slowMatch)
	defer cancel()
	ok, err := assertions.Matches(ctx, l.when, ev)
	if err != nil {
		s.mu.Lock()
		s.slow = &slowListener{l.Listener, ev.Kind()}
		s.mu.Unlock()
		return false
	}
	return ok
}

// slowListener is a listener for which an event took too long.
type slowListener struct {
	*spec.Listener
	kind string
}

// past gives what has happened on the connections of a name, as far as somebody
// may look back at it. What a listener is held against may ask for it.
func (s *scene) past(name string) []trace.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inbox.receive()
	return s.inbox.past.of(name)
}

// pull takes new events into the inbox, listeners first, and gives a channel
// that is closed when there are more.
func (s *scene) pull() <-chan struct{} {
	s.claims.Lock()
	defer s.claims.Unlock()
	return s.pullAlone()
}

// pullAlone is pull. The caller holds claims, and not mu: what listeners ask of the
// scenario takes mu.
func (s *scene) pullAlone() <-chan struct{} {
	s.mu.Lock()
	changed := s.inbox.receive()
	pending, listeners := s.inbox.pending, slices.Clone(s.listeners)
	s.inbox.pending = nil
	s.mu.Unlock()
	takers := make([]*spec.Listener, len(pending))
	if len(listeners) > 0 {
		for i, ev := range pending {
			takers[i] = s.claim(listeners, ev)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, ev := range pending {
		if takers[i] == nil {
			s.inbox.add(ev)
			continue
		}
		s.inbox.taken(ev, takers[i].Name)
		if takers[i].Send != nil {
			s.answers = append(s.answers, answer{takers[i], ev})
		}
	}
	return changed
}

// listen answers for the listeners until ctx ends. What it has begun to say it
// says to its end, for which the peer then has one grace: half a frame would
// make the connection useless for what follows.
func (s *script) listen(ctx context.Context) *problem {
	writing, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, abort) })()
	ends := s.account.Ends()
	if s.account.Over() {
		ends = nil // it has been told
	}
	for {
		changed := s.pull()
		if p := s.overflow(); p != nil {
			return p
		}
		if p := s.answerAll(writing); p != nil {
			return p
		}
		select {
		case <-changed:
		case <-ends:
			ends = nil
		case <-ctx.Done():
			return s.answerAll(writing)
		}
	}
}

// answerAll says what listeners have to say by now.
func (s *script) answerAll(ctx context.Context) *problem {
	s.mu.Lock()
	answers := s.answers
	s.answers = nil
	s.mu.Unlock()
	for _, a := range answers {
		if p := s.answer(ctx, a); p != nil {
			return p
		}
	}
	return nil
}

// answer sends what a listener says to an event. A connection that has ended
// meanwhile gets no answer, and nobody is to blame.
func (s *script) answer(ctx context.Context, a answer) *problem {
	env := s.envWith(a.event)
	data, err := a.listener.Send.In(env, s.Reader(env))
	if err != nil {
		p := s.brokenAt(a.listener.Pos, a.event.Connection, err)
		p.place = s.inside("the answer of listener "+strconv.Quote(a.listener.Name), diag.Pos{})
		return p
	}
	if c := s.find(a.event.Connection); c != nil && c.ReadyState() == "open" {
		ev, err := c.Send(ctx, dialect.Message{Binary: !a.listener.Send.IsText(data), Data: data}, wire.SendOptions{})
		if err == nil {
			s.sentBy(a.listener, ev)
		}
	}
	return nil
}

// sentBy notes that a listener has sent a message.
func (s *scene) sentBy(l *spec.Listener, ev trace.Event) {
	s.pull()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inbox.past.credit(ev.Seq, l.Name)
}
