package wire

import (
	"context"
	"slices"
	"sync"
)

// replies are the control frames that the policy sends by itself. Adding one never waits, so a peer that does not read
// cannot stop us reading. A goroutine writes them; and whoever writes a frame writes those that wait first, so what
// answers an earlier event never follows what was sent after it.
type replies struct {
	wake  chan struct{} // there is something to write
	done  chan struct{} // closed when the goroutine has ended
	mu    sync.Mutex
	queue []reply
}

type reply struct {
	opcode  Opcode
	payload []byte
}

func newReplies() *replies {
	return &replies{wake: make(chan struct{}, 1), done: make(chan struct{})}
}

// add queues a reply. It must not be called after end.
func (q *replies) add(op Opcode, payload []byte) {
	q.mu.Lock()
	q.queue = append(q.queue, reply{op, payload})
	q.mu.Unlock()
	q.rouse()
}

// pong queues the answer to a Ping. Where most of them wait already it takes the place of the newest: to answer the last
// of several pings is enough (RFC 6455 section 5.5.3), and a peer that pings and does not read must cost no memory. The
// oldest may be half written, so it is left alone.
func (q *replies) pong(payload []byte, most int) {
	q.mu.Lock()
	if n := len(q.queue); n > 1 && n >= most {
		q.queue[n-1].payload = payload
		q.mu.Unlock()
		return
	}
	q.mu.Unlock()
	q.add(OpPong, payload)
}

// rouse has the goroutine look whether there is something to do. It must not be called after end.
func (q *replies) rouse() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// end says that nothing is added any more.
func (q *replies) end() { close(q.wake) }

// waiting is how many have not been written.
func (q *replies) waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.queue)
}

// first is the oldest that has not been written.
func (q *replies) first() (reply, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.queue) == 0 {
		return reply{}, false
	}
	return q.queue[0], true
}

// closing reports whether a Close waits to be written.
func (q *replies) closing() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.ContainsFunc(q.queue, func(r reply) bool { return r.opcode == OpClose })
}

// drop takes the oldest off the queue.
func (q *replies) drop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.queue = q.queue[1:]
}

// run writes what is added, until end.
func (q *replies) run(w *writer) {
	defer close(q.done)
	for range q.wake {
		_ = w.flush(context.Background())
	}
}
