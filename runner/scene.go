package runner

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/memory"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// scene is the state of one scenario while it is performed. Its scripts share
// it.
type scene struct {
	*plan.Scenario
	options *Options
	excuses lateness.Excuses
	log     *session.Log
	begin   time.Duration
	sounds  sounds
	names   *names

	endpoints map[string]*endpoint // opened before the first step
	idle      bool                 // no step was carried out, those of finally apart
	account   *memory.Account
	over      atomic.Bool // the last step is done

	claims sync.Mutex // held while listeners are given events, and taken before mu

	mu        sync.Mutex // guards what follows
	inbox     inbox
	conns     []*session.Conn
	dialled   map[*session.Conn]diag.Pos // by which step
	listeners []listening
	answers   []answer // what listeners have yet to say
	tooMuch   bool     // more was held than may be, and it has been told
	slow      *slowListener
	outcome   trace.Outcome

	interrupted bool // by whoever runs it
}

// grace is how long the peer has to answer the Close at the end.
const grace = time.Second

// finallyTime bounds `finally`, which has to be short: it runs also when the
// scenario's own time is over. What is left of it after an interruption is no more than
// hurriedTime.
const (
	finallyTime = 30 * time.Second
	hurriedTime = 5 * time.Second
)

func newScene(b *plan.Scenario, f *performance, t plan.Turn) *scene {
	s := &scene{
		Scenario: b, options: &f.options, excuses: f.excuses(), account: f.budget.Open(),
		sounds:    sounds{b, b.Random(t), f.measuring},
		endpoints: map[string]*endpoint{}, dialled: map[*session.Conn]diag.Pos{},
	}
	s.names = newNames(s.account, b.Vars())
	s.hear(f.start)
	s.begin = s.now()
	return s
}

// streamsKept reports whether what streams carry is kept.
func (s *scene) streamsKept() bool { return s.Wants.Media || s.options.Audio || s.options.Events }

// hear gives the scene its log and what takes from it.
func (s *scene) hear(start time.Time) {
	s.log = session.NewLog(start, s.account)
	s.inbox = inbox{log: s.log, account: s.account, wants: &s.Wants,
		past: history{wants: &s.Wants, all: s.options.Events, account: s.account, stills: s.excuses.Stills}}
}

// perform carries out one scenario by its main script and gives its trace.
func (s *scene) perform(ctx context.Context, main *script, timeout time.Duration) trace.Scenario {
	steps, finally := s.Spec.Steps, s.Spec.Finally
	run, cancel := context.WithTimeoutCause(ctx, timeout, errTimeout)
	problems := s.withListeners(run, main, func(ctx context.Context) *problem {
		if err := s.openEndpoints(); err != nil {
			return main.brokenAt(s.Spec.Pos, "", err)
		}
		for i := range s.Spec.Listeners {
			l := &s.Spec.Listeners[i]
			if p := main.addListener(l.Pos, l.On, l); p != nil {
				return p
			}
		}
		return main.all(ctx, steps)
	})
	cancel()
	s.idle = !main.did
	if len(finally) > 0 {
		main.place = main.inside("finally", diag.Pos{})
		run, cancel := afterwards(ctx)
		problems = append(problems, s.withListeners(run, main, func(ctx context.Context) *problem {
			return main.all(ctx, finally)
		})...)
		cancel()
		main.place = main.place.outer
	}
	problems = s.settle(ctx, main, problems)
	notes := s.closeEndpoints(ctx)
	if len(notes) > 0 {
		s.idle = false
		s.awaitRefusals()
	}
	unopened := s.unopened()
	s.shutdown(ctx)
	main.pull()
	problems = main.beforeAll(problems)
	if p := main.overflow(); p != nil && len(problems) == 0 {
		problems = []*problem{p}
	}
	if len(problems) == 0 {
		problems = main.unexpected()
	}
	if len(problems) == 0 && unopened != nil {
		problems = []*problem{main.problem(trace.Failed, unopened.Name(), diag.Diagnostic{Pos: s.dialled[unopened],
			Message: "the connection had not opened by the end, and no step abandoned it"})}
	}
	return s.publish(append(main.steps, notes...), problems)
}

// withListeners performs a part of the script while listeners answer.
func (s *scene) withListeners(ctx context.Context, main *script, part func(context.Context) *problem) []*problem {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	listener := &script{scene: s, on: spec.MainConnection, cursor: map[string]reached{}}
	ended := make(chan *problem, 1)
	quiet, stop := context.WithCancel(ctx)
	go func() {
		p := listener.listen(quiet)
		if p != nil {
			cancel(&cutOff{"a listener", p}) // one that cannot answer ends the script
		}
		ended <- p
	}()
	mainProblem := part(ctx)
	first := mainProblem != nil && ctx.Err() == nil // what a listener meets after it comes of it
	if first && mainProblem.missed != nil {
		mainProblem.missed.hearOut(ctx, mainProblem)
	}
	stop()
	listenerProblem := <-ended
	switch {
	case first, listenerProblem == nil && mainProblem != nil:
		return []*problem{mainProblem}
	case listenerProblem != nil: // the script's is the end that this one brought about
		return []*problem{listenerProblem}
	}
	return nil
}

func (s *scene) now() time.Duration { return s.log.Offset(time.Now()) }

// find gives the newest connection of a name, or nil.
func (s *scene) find(name string) *session.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range slices.Backward(s.conns) {
		if c.Name() == name {
			return c
		}
	}
	return nil
}

// unopened gives a connection that is still connecting, or nil: of the peer
// nothing is known then.
func (s *scene) unopened() *session.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		if c.ReadyState() == "connecting" {
			return c
		}
	}
	return nil
}

// awaitRefusals lets connections that dialled an endpoint of the scenario read
// that they were turned away: until then they look as if nobody had answered.
func (s *scene) awaitRefusals() {
	late := time.After(grace)
	for _, c := range s.connections() {
		select {
		case <-c.Opened():
		case <-late:
			return
		}
	}
}

// shutdown ends what is still open. What comes meanwhile is taken, so that it
// does not pile up.
func (s *scene) shutdown(ctx context.Context) {
	conns := s.connections()
	if slices.ContainsFunc(conns, func(c *session.Conn) bool { return c.ReadyState() != wire.StateClosed }) {
		done := make(chan struct{})
		var taking sync.WaitGroup
		taking.Go(func() { s.keepTaking(done) })
		defer taking.Wait()
		defer close(done)
	}
	var all sync.WaitGroup
	for _, c := range conns {
		all.Go(func() { c.Shutdown(ctx, grace) })
	}
	all.Wait()
}

// keepTaking takes what comes until it is told that nothing more does.
func (s *scene) keepTaking(done <-chan struct{}) {
	for changed := s.pull(); ; changed = s.pull() {
		select {
		case <-changed:
		case <-done:
			return
		}
	}
}

// unexpected finds what the peer said and no step read: a message, an error,
// or a close that was not our doing.
func (s *script) unexpected() []*problem {
	s.mu.Lock()
	unread := s.inbox.unread()
	s.mu.Unlock()
	for _, ev := range unread {
		if !isUnexpected(ev) || s.allowed(ev) {
			continue
		}
		pos, message := s.Spec.Pos, fmt.Sprintf("%s came that no step expected", assertions.Article(ev.Kind()))
		if d, ok := ev.Detail.(*trace.Dial); ok {
			pos, message = s.endpoints[d.Endpoint].Pos, "a client connected, and no step accepted it"
		}
		if c := s.connOf(ev); c != nil && c.Err() != nil {
			pos, message = s.dialled[c], "the connection did not open, and no step expected that"
		}
		p := &problem{
			verdict: trace.Failed, place: s.place, connection: ev.Connection, recent: s.recent(ev.Connection, ev.Seq+1), ending: ev.Seq + 1,
			diagnostic: diag.Diagnostic{
				Pos: pos, Message: message, Hint: s.hint(ev),
				Details: append([]diag.Detail{{Label: "came", Text: ev.Came()}}, s.refusal(ev)...),
			},
		}
		s.excuse(p)
		return []*problem{p}
	}
	return nil
}

// allowed reports whether the scenario lets an event come that no step reads.
// A refusal must be named for that: a scenario without its connection proves
// nothing.
func (s *script) allowed(ev trace.Event) bool {
	u := s.Spec.Unexpected
	if c := s.connOf(ev); u.Ignore && (c == nil || c.Err() == nil) {
		return true
	}
	return slices.ContainsFunc(u.Patterns, func(p spec.Pattern) bool {
		bound, err := p.Bind(s.env())
		return err == nil && len(assertions.MatchEvent(bound, ev)) == 0
	})
}

func isUnexpected(ev trace.Event) bool {
	switch d := ev.Detail.(type) {
	case *trace.Close:
		return d.By != "us"
	case *trace.Error:
		return d.Problem != trace.Abandoned
	case *trace.Message, *trace.Dial:
		return true
	}
	return false
}
