package network

import (
	"context"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"time"
)

// Line is the line of one connection, from before it is dialled. It may be dialled more than once. A Line is safe to
// share.
type Line struct {
	mu    sync.Mutex  // guards what follows
	joins rand.Source // of the seeds of connections
	seeds rand.Source // of those of media
	is    Conditions
	conns []*Conn // the last is in use
}

// New gives a good line. What is left to chance comes from the source.
func New(chance rand.Source) *Line {
	return &Line{joins: rand.NewPCG(chance.Uint64(), 0), seeds: rand.NewPCG(chance.Uint64(), 0)}
}

// Seed draws a seed for [NewFates]. It does not depend on how often the line was dialled.
func (l *Line) Seed() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seeds.Uint64()
}

// Set says what the line is like from now on. It fails on a half-open line, which stays so.
func (l *Line) Set(to Conditions) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.is.HalfOpen {
		return ErrHalfOpen
	}
	l.is = to
	for _, c := range l.conns {
		c.change(to)
	}
	return nil
}

// HalfOpen reports whether the line is.
func (l *Line) HalfOpen() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.is.HalfOpen
}

// StalledUntil is until when nothing comes, because the line is stalled; the zero time if it is not.
func (l *Line) StalledUntil() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.conns) == 0 {
		return time.Time{}
	}
	return l.conns[len(l.conns)-1].stalledUntil()
}

// Reset resets the connection: both sides are told that the other one did it.
func (l *Line) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.is = Conditions{}
	for _, c := range l.conns {
		c.reset()
	}
}

// Join puts a socket under the line, or takes over a [Conn] that was wrapped before.
func (l *Line) Join(socket net.Conn) *Conn {
	c, ok := socket.(*Conn)
	if !ok {
		c = Wrap(socket)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	c.draw(l.randHeld(), l.randHeld())
	c.change(l.is)
	l.conns = append(slices.DeleteFunc(l.conns, (*Conn).isOver), c)
	return c
}

func (l *Line) randHeld() *rand.Rand { return rand.New(rand.NewPCG(l.joins.Uint64(), 0)) }

// Dial is how a socket is dialled.
type Dial func(ctx context.Context, network, addr string) (net.Conn, error)

// Through dials over the line. It takes a round trip longer, as the handshake of TCP does.
func (l *Line) Through(dial Dial) Dial {
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		if err := l.roundTrip(ctx); err != nil {
			return nil, err
		}
		socket, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return l.Join(socket), nil
	}
}

// roundTrip waits for as long as an octet takes there and back.
func (l *Line) roundTrip(ctx context.Context) error {
	l.mu.Lock()
	takes := l.is.Up.Latency + l.is.Down.Latency
	l.mu.Unlock()
	if takes == 0 {
		return nil
	}
	t := time.NewTimer(takes)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// WasCut gives the cut of the line, if that is how the connection ended for us; else nil.
func (l *Line) WasCut() *Cut {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.conns {
		if cut := c.WasCut(); cut != nil {
			return cut
		}
	}
	return nil
}

// Waited is for how long writes have waited in all because of the line, and not because of the peer.
func (l *Line) Waited() (all time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.conns {
		all += c.Waited()
	}
	return all
}

// End ends what is left of the connections, and waits for that: what is on its way has until ctx ends to arrive.
func (l *Line) End(ctx context.Context) {
	l.mu.Lock()
	conns := slices.Clone(l.conns)
	l.mu.Unlock()
	for _, c := range conns {
		c.end(ctx)
	}
}
