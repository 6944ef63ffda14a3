package builtin

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// line is one connection as a bot sees it. What the bot says goes through the
// defect and the wire, at once or at its time. Only the bot's goroutine calls
// say, soon, later and hush. The talker sends what was queued.
type line struct {
	conn  *websocket.Conn
	sock  *socket
	wire  wire
	cues  func(cue) []cue
	queue chan *queued  // pointers, because most lines queue next to nothing
	held  atomic.Int64  // octets in the queue
	wait  atomic.Int64  // cues that are queued, or are being sent from the queue
	taken chan struct{} // receives when something has left the queue

	mu       sync.Mutex // held while a cue is sent
	messages func(message) []message
	hushed   int
}

// queued is a cue that is dropped if hushed has changed since then.
type queued struct {
	cue    cue
	hushed int
}

// The most that waits. Beyond that the bot stops reading.
const (
	maxQueued = 4096     // cues
	maxHeld   = 64 << 20 // octets, plus one message
)

func newLine(c *websocket.Conn, sock *socket, w wire, d defect) *line {
	l := &line{conn: c, sock: sock, wire: w, queue: make(chan *queued, maxQueued), taken: make(chan struct{}, 1),
		cues:     func(c cue) []cue { return []cue{c} },
		messages: func(m message) []message { return []message{m} },
	}
	if d.cues != nil {
		l.cues = d.cues()
	}
	if d.messages != nil {
		l.messages = d.messages()
	}
	return l
}

// soon says a cue at once if its time has come and nothing is queued before it.
// So the answer to a Close cannot overtake it. Otherwise it queues the cue.
func (l *line) soon(ctx context.Context, c cue) {
	for _, out := range l.cues(c) {
		q := &queued{out, l.hushed}
		if l.wait.Load() == 0 && !out.at.After(time.Now()) {
			_ = l.send(ctx, q)
		} else if !l.enqueue(ctx, q) {
			return
		}
	}
}

// later queues cues after everything that is queued.
func (l *line) later(ctx context.Context, cues ...cue) {
	for _, c := range cues {
		for _, out := range l.cues(c) {
			if !l.enqueue(ctx, &queued{out, l.hushed}) {
				return
			}
		}
	}
}

func (l *line) enqueue(ctx context.Context, q *queued) bool {
	for l.held.Load() > maxHeld {
		select {
		case <-l.taken:
		case <-ctx.Done():
			return false
		}
	}
	l.held.Add(int64(len(q.cue.octets)))
	l.wait.Add(1)
	select {
	case l.queue <- q:
		return true
	case <-ctx.Done():
		return false
	}
}

// took makes room for something that has left the queue.
func (l *line) took(q *queued) {
	l.held.Add(-int64(len(q.cue.octets)))
	l.wait.Add(-1)
	select {
	case l.taken <- struct{}{}:
	default:
	}
}

// say sends cues at once. It ignores errors, because they show when the
// connection is read next.
func (l *line) say(ctx context.Context, cues ...cue) {
	for _, c := range cues {
		for _, out := range l.cues(c) {
			_ = l.send(ctx, &queued{out, l.hushed})
		}
	}
}

// hush drops everything that is queued.
func (l *line) hush() {
	l.mu.Lock()
	l.hushed++
	l.mu.Unlock()
	for {
		select {
		case q := <-l.queue:
			l.took(q)
		default:
			return
		}
	}
}

// talk sends what is queued, each cue at its time.
func (l *line) talk(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case q := <-l.queue:
			if !wait(ctx, q.cue.at) || l.send(ctx, q) != nil {
				return
			}
			l.took(q)
		}
	}
}

// wait waits for a time. It gives false if the context ends before.
func wait(ctx context.Context, until time.Time) bool {
	d := time.Until(until)
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (l *line) send(ctx context.Context, q *queued) error {
	switch q.cue.kind {
	case cueClose:
		return l.conn.Close(q.cue.code, q.cue.reason)
	case cueDrop:
		return l.sock.Close()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if q.hushed != l.hushed {
		return nil
	}
	m, ok := l.wire.say(q.cue)
	if !ok {
		return nil
	}
	for _, out := range l.messages(m) {
		if err := l.conn.Write(ctx, out.kind, out.data); err != nil {
			return err
		}
	}
	return nil
}

// listen passes what the platform says to the bot, until the connection ends.
func (l *line) listen(ctx context.Context, b bot) {
	b.hear(ctx, l, heard{kind: heardOpen})
	for {
		kind, data, err := l.conn.Read(ctx)
		if err != nil {
			return
		}
		h, err := l.wire.hear(kind, data)
		if err != nil {
			_ = l.conn.Close(websocket.StatusPolicyViolation, reason(err))
			return
		}
		b.hear(ctx, l, h)
	}
}

// reason gives an error as the reason of a Close.
func reason(err error) string {
	text := err.Error()
	return strings.ToValidUTF8(text[:min(len(text), maxReason)], "")
}

// converse runs a bot on a line until the connection ends.
func converse(ctx context.Context, l *line, b bot) {
	ctx, cancel := context.WithCancel(ctx)
	defer context.AfterFunc(ctx, func() { _ = l.sock.Close() })()
	var talker sync.WaitGroup
	talker.Go(func() {
		defer cancel()
		l.talk(ctx)
	})
	l.listen(ctx, b)
	cancel()
	talker.Wait()
}
