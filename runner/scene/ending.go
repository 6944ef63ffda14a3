package scene

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// grace is how long the peer has to answer the Close at the end.
const grace = time.Second

// lastWord is how long the end of a scenario waits to know what peers had said before it:
// first for the end of connections that are closing, then for the Pongs of the last Pings.
// If the time does not suffice, because of the peer or of us, what comes later is held
// against nobody.
const lastWord = 250 * time.Millisecond

// hearOut waits for what peers have to say by themselves, before anything is done that may
// make them say more. Connections that close come first: what a peer says on others about
// that, it then says before its Pongs. No last Ping is sent if the suite could see its
// Pong.
func (d *desk) hearOut(ctx context.Context, ping bool) {
	conns := d.connections()
	forAll(ctx, conns, (*session.Conn).AwaitClosing)
	if ping {
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

// restore makes all lines good again.
func restore(d *desk) {
	for _, c := range d.connections() {
		c.Line().Restore()
	}
}

// inUse reports whether a connection is open or connecting, so that a peer could notice
// its end.
func (d *desk) inUse() bool {
	return slices.ContainsFunc(d.connections(), func(c *session.Conn) bool {
		state := c.ReadyState()
		return state == "connecting" || state == wire.StateOpen
	})
}

// beginEnd puts down to our end what comes from now on.
func (d *desk) beginEnd() {
	for _, c := range d.connections() {
		c.BeginEnd()
	}
}

// hint is what may help if something came after our last Ping, which no Pong ever
// answered: the Ping itself may be what the peer cannot take.
func (d *desk) hint(ev trace.Event) string {
	if c := d.connOf(ev); c == nil || !c.Unheard(ev.Seq) {
		return ""
	}
	return "our last Ping before it had no Pong; for a peer that cannot take a Ping, write policy: {final_ping: off}"
}

// awaitRefusals lets connections that dialled an endpoint of the scenario read that they
// were turned away. Until then it looks as if nobody had answered them.
func (d *desk) awaitRefusals() {
	late := time.After(grace)
	for _, c := range d.connections() {
		select {
		case <-c.Opened():
		case <-late:
			return
		}
	}
}

// shutdown ends what is still open. It takes what comes meanwhile, so that it does not
// pile up.
func (d *desk) shutdown(ctx context.Context) {
	conns := d.connections()
	if slices.ContainsFunc(conns, func(c *session.Conn) bool { return c.ReadyState() != wire.StateClosed }) {
		done := make(chan struct{})
		var taking sync.WaitGroup
		taking.Go(func() { d.keepTaking(done) })
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
func (d *desk) keepTaking(done <-chan struct{}) {
	for changed := d.pull(); ; changed = d.pull() {
		select {
		case <-changed:
		case <-done:
			return
		}
	}
}
