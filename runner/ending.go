package runner

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// lastWord is how long the end of a scenario waits to know what peers had said
// before it: for the end of connections that are closing, then for the Pongs of
// the last Pings. Where the time does not suffice, because of the peer or of us,
// what comes later is held against nobody.
const lastWord = 250 * time.Millisecond

// settle waits for what peers have to say by themselves, while listeners still
// answer, and says where our end begins. Where nothing is judged by that, nobody
// waits.
func (s *scene) settle(ctx context.Context, main *script, problems []*problem) []*problem {
	s.over.Store(true)
	if len(problems) == 0 && !s.Spec.Unexpected.Ignore && s.interferes() {
		problems = s.withListeners(ctx, main, func(ctx context.Context) *problem {
			s.hearOut(ctx)
			return nil
		})
	}
	if s.interferes() {
		s.beginEnd()
	}
	return problems
}

// hearOut waits for what peers have to say by themselves, before anything is done
// that may make them say more. A connection that closes is waited for first: what
// a peer says on others about that, it then says before its Pongs.
func (s *scene) hearOut(ctx context.Context) {
	conns := s.connections()
	forAll(ctx, conns, (*session.Conn).AwaitClosing)
	if !s.Wants.Kinds["pong"] && !s.Wants.Kinds["frame"] {
		forAll(ctx, conns, (*session.Conn).HearOut)
	}
}

// forAll waits for all connections at once, for at most the time of a last word.
func forAll(ctx context.Context, conns []*session.Conn, wait func(*session.Conn, context.Context)) {
	ctx, cancel := context.WithTimeout(ctx, lastWord)
	defer cancel()
	var all sync.WaitGroup
	for _, c := range conns {
		all.Go(func() { wait(c, ctx) })
	}
	all.Wait()
}

// interferes reports whether the end of the scenario is going to do anything that
// a peer could notice. Where the script has ended everything itself, all that
// comes is the peer's.
func (s *scene) interferes() bool {
	return len(s.endpoints) > 0 || slices.ContainsFunc(s.connections(), func(c *session.Conn) bool {
		state := c.ReadyState()
		return state == "connecting" || state == wire.StateOpen
	})
}

// beginEnd puts down to our end what comes from now on.
func (s *scene) beginEnd() {
	for _, c := range s.connections() {
		c.BeginEnd()
	}
}

// hint is what may help where something came after our last Ping, and no Pong
// ever: the Ping itself may be what the peer cannot take.
func (s *scene) hint(ev trace.Event) string {
	if c := s.connOf(ev); c == nil || !c.Unheard(ev.Seq) {
		return ""
	}
	return "our last Ping before it had no Pong; for a peer that cannot take a Ping, write policy: {final_ping: off}"
}

func (s *scene) connections() []*session.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.conns)
}

// afterwards gives the context of `finally` and teardown, which are carried out after an
// interruption, too, but then in less time.
func afterwards(ctx context.Context) (context.Context, context.CancelFunc) {
	run, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), finallyTime, errTimeout)
	run, hurry := context.WithCancel(run)
	stop := context.AfterFunc(ctx, func() {
		late := time.NewTimer(hurriedTime)
		defer late.Stop()
		select {
		case <-late.C:
			hurry()
		case <-run.Done():
		}
	})
	return run, func() {
		stop()
		hurry()
		cancel()
	}
}
