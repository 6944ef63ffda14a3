package scene

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// addListener puts a listener in force, for events from now on. What is wrong with its
// pattern stands at pos.
func addListener(th *thread, pos diag.Pos, on string, a *spec.Listener) *problem {
	now := *th // what it looks for keeps what the blocks around have brought; the thread goes on
	when, err := a.When.Bind(now.envOf(scope{thread: &now, on: cmp.Or(a.On, on)}))
	if err != nil {
		return th.broken(pos, on, err)
	}
	l := listening{a, when, &tally{}}
	th.names.put(a.Name, a.On, listenerLabel{th.desk, l.tally}) // what it looks for may name it
	if !th.desk.listen(l) {
		return th.problem(trace.Errored, on, diag.Diagnostic{Pos: a.Pos, Message: fmt.Sprintf("there is already a listener %q", a.Name), Context: pos})
	}
	return nil
}

// removeListener ends a listener, for events from now on.
func removeListener(t *task, a *spec.RemoveListener) *problem {
	if !t.desk.endListener(a.Name) {
		return t.mistaken(a.Pos, fmt.Sprintf("there is no listener %q", a.Name))
	}
	return nil
}

// answerAll answers for the listeners until ctx ends. A message that has been begun is
// written to its end, for which the peer then has one grace: half a frame would make the
// connection useless for what follows.
func (th *thread) answerAll(ctx context.Context) *problem {
	writing, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, abort) })()
	ends := th.desk.account.Ends()
	if th.desk.account.Over() {
		ends = nil // it has been told
	}
	for {
		changed := th.desk.pull()
		if p := th.overflow(); p != nil {
			return p
		}
		if p := th.answerNow(writing); p != nil {
			return p
		}
		select {
		case <-changed:
		case <-ends:
			ends = nil
		case <-ctx.Done():
			return th.answerNow(writing)
		}
	}
}

// answerNow says what listeners have to say by now.
func (th *thread) answerNow(ctx context.Context) *problem {
	for _, a := range th.desk.toAnswer() {
		if p := th.answer(ctx, a); p != nil {
			return p
		}
	}
	return nil
}

// answer sends what a listener says to an event. A connection that has ended meanwhile
// gets no answer, and nobody is to blame.
func (th *thread) answer(ctx context.Context, a answer) *problem {
	env := th.envOf(scope{thread: th, on: a.event.Connection, event: &eventLabel{event: a.event, message: a.listener.When.Message()}, answer: &a})
	said, err := a.listener.Send.Given(env)
	if err == nil && len(said.Files()) > 0 {
		err = errors.New("a listener does not send files")
	}
	var data []byte
	if err == nil {
		data, err = said.In(env, th.plan.Reader(env))
	}
	if err != nil {
		p := th.broken(a.listener.Pos, a.event.Connection, err)
		p.place = th.place.inside("the answer of listener "+strconv.Quote(a.listener.Name), diag.Pos{})
		return p
	}
	if c := th.desk.find(a.event.Connection); c != nil && c.ReadyState() == "open" {
		ev, err := c.Send(ctx, dialect.Message{Binary: !said.IsText(data), Data: data}, wire.SendOptions{})
		if err == nil {
			th.desk.answered(a.listener, ev)
		}
	}
	return nil
}
