package wire

import (
	"slices"
	"sync"
)

// replies are the control frames that the policy sends by itself. Adding one never waits, so a peer that does not read
// cannot stop us reading: what cannot be written at once is left to a goroutine. Whoever writes a frame writes those that
// wait first, so what answers an earlier event never follows what was sent after it. Only the goroutine in [Conn.Next]
// adds.
type replies struct {
	try func() (rest func()) // writes those that wait; what would have to wait for that is left to rest, if there is any

	mu      sync.Mutex
	queue   []reply
	writing chan struct{} // closed when the goroutine has ended; nil if there is none
	again   bool          // it is to look once more before it ends
}

type reply struct {
	opcode  Opcode
	payload []byte
}

// add queues a reply.
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

// rouse has what waits written, and our stream ended if it is to end.
func (q *replies) rouse() {
	if q.busy() {
		return
	}
	if rest := q.try(); rest != nil {
		q.mu.Lock()
		q.writing = make(chan struct{})
		q.mu.Unlock()
		go q.run(rest)
	}
}

// busy reports whether a goroutine writes, which then looks once more.
func (q *replies) busy() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.again = q.writing != nil
	return q.again
}

// idle is closed once no goroutine writes replies any more.
func (q *replies) idle() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.writing == nil {
		return ended
	}
	return q.writing
}

// ended is closed.
var ended = func() <-chan struct{} { c := make(chan struct{}); close(c); return c }()

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

// run does the rest, and then what was added meanwhile.
func (q *replies) run(rest func()) {
	rest()
	for q.todo() {
		if rest := q.try(); rest != nil {
			rest()
		}
	}
}

// todo reports whether there is something to do. If not, the goroutine that asks ends.
func (q *replies) todo() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.again {
		close(q.writing)
		q.writing = nil
		return false
	}
	q.again = false
	return true
}
