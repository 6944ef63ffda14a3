package session

import (
	"context"
	"fmt"
	"net/url"

	"github.com/duologue/duologue/wire"
)

// Dial begins to open a connection and does not wait for it. The log then gets
// its open event, or an error event if the attempt fails. Cancelling ctx gives up
// the attempt, and has no effect on an open connection. Dial returns an error if
// the dialect cannot begin. Then nothing is dialled.
func Dial(ctx context.Context, cfg Config) (*Conn, error) {
	c, err := newConn(cfg, withoutUser(cfg.Dialer.URL))
	if err != nil {
		return nil, err
	}
	d := *cfg.Dialer
	if cfg.Line != nil {
		d.NetDial = cfg.Line.Through(d.NetDial)
	}
	c.begin(ctx, func(ctx context.Context) (*wire.Conn, error) {
		return cfg.Retry.dial(ctx, &d, cfg.Clock.Wait, &c.attempts)
	})
	return c, nil
}

// Opener opens a connection. For [Accept] it waits for a client, which it has join the
// line of the connection, and answers its handshake. It returns the connection, or an
// error that says why there is none.
type Opener func(ctx context.Context) (*wire.Conn, error)

// Accept is [Dial] for the server role. It begins to wait for a client, and does
// not wait until one comes. Cancelling ctx gives up. The clients dial address.
func Accept(ctx context.Context, cfg Config, address string, open Opener) (*Conn, error) {
	c, err := newConn(cfg, address)
	if err != nil {
		return nil, err
	}
	c.accepted = true
	c.begin(ctx, open)
	return c, nil
}

// withoutUser removes user and password from a URL.
func withoutUser(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	u.User = nil
	return u.String()
}

// newConn makes a connection whose attempt has not begun.
func newConn(cfg Config, address string) (*Conn, error) {
	j := &journal{name: cfg.Name, log: cfg.Log, ending: newEnding(cfg.NoPing)}
	t := newTalk(j, cfg.Chunks, cfg.Media)
	if cfg.Dialect != nil {
		var err error
		if t.flow, err = cfg.Dialect.Flow(cfg.Role, cfg.Options); err != nil {
			return nil, fmt.Errorf("begin dialect: %w", err)
		}
	}
	l := newLink(address)
	c := &Conn{first: cfg.Log.Len(), began: j.now(), frames: cfg.Frames, link: l, journal: j, talk: t, outbox: &outbox{turn: newTurn(), link: l, journal: j, talk: t}}
	c.streams = &streams{talk: t, outbox: c.outbox, journal: j, clock: cfg.Clock, role: cfg.Role, workers: &c.workers}
	c.line = &Line{under: cfg.Line, link: l, journal: j, streams: c.streams}
	c.streams.waited = c.line.Waited
	if cfg.Bad != nil {
		if err := c.line.Set(*cfg.Bad); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// begin starts the goroutine that opens the connection and reads from it.
func (c *Conn) begin(ctx context.Context, open Opener) {
	ctx, c.link.abandon = context.WithCancel(ctx)
	c.workers.Add(1)
	go c.live(ctx, open)
}

// live opens the connection, logs how that went, and reads until the end. A thousand
// connections may be idle in it at once, so what a handshake needs is off the stack by then.
func (c *Conn) live(ctx context.Context, open Opener) {
	defer c.workers.Done()
	defer c.link.abandon()
	end := c.open(ctx, open)
	if end == nil {
		return
	}
	defer end()
	r := &reader{wire: c.link.wire, valve: &c.valve, journal: c.journal, talk: c.talk, line: c.line, frames: c.frames}
	r.read()
}

// open opens the connection and logs how that went. What it returns ends what goes on
// beside reading; nil if the connection did not open.
func (c *Conn) open(ctx context.Context, open Opener) (end func()) {
	if c.link.wire, c.link.err = open(ctx); c.link.err != nil {
		c.line.noteCut()
		c.journal.failed(c.link.err, func() { close(c.link.ended); close(c.link.opened) })
		return nil
	}
	w := c.link.wire
	w.Count(c.journal.log.counts)
	speaks := c.talk.flow != nil && w.Upgraded()
	if speaks {
		c.outbox.turn.Lock() // so that nothing is sent before the dialect's opening
	}
	c.journal.opened(w.Response(), c.accepted, func() { close(c.link.opened) })
	if !speaks {
		return func() { close(c.link.ended) }
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	opening := c.talk.flow.Opening()
	c.workers.Go(func() { c.outbox.serve(run, opening) })
	return func() {
		cancel()
		close(c.link.ended)
	}
}
