package session

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/duologue/duologue/network"
	"github.com/duologue/duologue/trace"
)

// Line is the line of a connection, and what became of it.
type Line struct {
	under   *network.Line // nil: nobody can make it bad
	link    *link
	journal *journal
	streams *streams
	turn    sync.Mutex // held while it becomes another one, so that what is noted is so

	mu      sync.Mutex // guards what follows
	changes []Change   // the last ones
}

// Change is what became of a line, and from when until when it was so.
type Change struct {
	From  time.Duration
	Until time.Duration // 0: it is so still
	*trace.Network
}

// keptChanges is how many changes of a line are kept.
const keptChanges = 8

// Set makes the line another one from now on. It fails on a half-open line.
func (l *Line) Set(to network.Conditions) error {
	if l.streams.talk.flow == nil && to.Media != (network.Media{}) {
		return ErrNoMedia
	}
	l.turn.Lock()
	defer l.turn.Unlock()
	if err := l.under.Set(to); err != nil {
		return err
	}
	at := l.journal.now()
	l.note(at, described(to))
	l.streams.disturb(to.Media, at, l.under.Seed())
	return nil
}

// Reset has the line reset the connection, for us and for the peer.
func (l *Line) Reset() {
	l.turn.Lock()
	defer l.turn.Unlock()
	l.note(l.journal.now(), &trace.Network{State: trace.LineReset})
	l.under.Reset()
}

// Restore makes the line good again, unless it is half-open. What is on its way arrives
// at once. It does not help an attempt that has not opened.
func (l *Line) Restore() {
	if l.under == nil || l.link.state() == stateConnecting || l.under.Set(network.Conditions{}) != nil {
		return
	}
	l.streams.disturb(network.Media{}, l.journal.now(), 0)
}

// end ends what the line still holds. The peer has a grace to take it.
func (l *Line) end(ctx context.Context, grace time.Duration) {
	if l.under == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	l.under.End(ctx)
}

// note remembers what the line has become, and logs it.
func (l *Line) note(at time.Duration, n *trace.Network) {
	l.mu.Lock()
	if last := len(l.changes) - 1; last >= 0 && l.changes[last].Until == 0 {
		l.changes[last].Until = at
	}
	if n.State != trace.LineGood {
		l.changes = append(l.changes, Change{From: at, Network: n})
	}
	if more := len(l.changes) - keptChanges; more > 0 {
		l.changes = slices.Delete(l.changes, 0, more)
	}
	l.mu.Unlock()
	l.journal.add(trace.Event{At: at, Sent: true, Detail: n}, nothing)
}

// described is what a line is like, in the words of the trace.
func described(c network.Conditions) *trace.Network {
	m := c.Media
	n := &trace.Network{State: trace.LineBad, Up: trace.Way(c.Up), Down: trace.Way(c.Down), Idle: c.Idle,
		Media: trace.Disturbance{Gap: trace.Spell(m.Gap), Burst: trace.Spell(m.Burst), Loss: m.Loss, Duplicate: m.Duplicate, Reorder: m.Reorder, Drift: m.Drift}}
	switch {
	case c.HalfOpen:
		n.State = trace.LineHalfOpen
	case c == network.Conditions{}:
		n.State = trace.LineGood
	}
	return n
}

// wasCut gives the cut of the line, if that is why the connection has ended, or nil.
func (l *Line) wasCut() *network.Cut {
	if l.under == nil {
		return nil
	}
	return l.under.WasCut()
}

// noteCut notes why the connection has ended, if the line was cut and no step has ordered
// that.
func (l *Line) noteCut() {
	if cut := l.wasCut(); cut != nil && cut.Idle > 0 {
		l.note(l.journal.log.Offset(cut.At), &trace.Network{State: trace.LineCut, Idle: cut.Idle})
	}
}

// Changes gives the last things that the line became.
func (l *Line) Changes() []Change {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.changes)
}

// Waited is for how long writes have waited in all because the line is bad, and not
// because of the peer.
func (l *Line) Waited() time.Duration {
	if l.under == nil {
		return 0
	}
	return l.under.Waited()
}

// HalfOpen reports whether the line is half-open, so that nothing can come.
func (l *Line) HalfOpen() bool { return l.under != nil && l.under.HalfOpen() }

// Silent says why nothing that the peer sends can have come by an offset, or gives "".
func (l *Line) Silent(at time.Duration) string {
	if l.HalfOpen() {
		return "its line is half-open"
	}
	if l.under == nil {
		return ""
	}
	until := l.journal.log.Offset(l.under.StalledUntil())
	if until <= at {
		return ""
	}
	return "its line is stalled until " + trace.Stamp(until)
}
