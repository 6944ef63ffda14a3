package session

import (
	"container/heap"
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Precise gives the most exact way of waiting that this machine has, and what
// ends it. Here it is "thread": one thread of the system that sleeps in the
// kernel until the earliest point in time that somebody waits for, and wakes the
// goroutine that does, or calls its beat without waking anybody. The runtime's
// own timers are up to a millisecond late, since its poller waits in whole
// milliseconds. Whoever still waits when it ends goes on with a timer.
func Precise() (clock Clock, stop func()) {
	s := &sleeper{epoch: time.Now(), done: make(chan struct{})}
	var now unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) != nil {
		return Timers(), func() {}
	}
	s.zero = now.Nano()
	go s.run()
	return Clock{Name: "thread", Wait: s.wait, Beat: s.beat}, s.stop
}

// sleeper is the thread and those who wait for it. It sleeps on a futex, not in
// clock_nanosleep: both end at an absolute time of the same clock, but a futex
// can be woken when somebody comes who waits for less long.
type sleeper struct {
	epoch time.Time // the same moment as zero
	zero  int64     // of CLOCK_MONOTONIC, in ns

	mu      sync.Mutex
	waiting waiters
	closed  bool
	done    chan struct{}

	bell atomic.Uint32 // the futex; rung by counting it up
}

// waiter is one who waits.
type waiter struct {
	until time.Duration // from the epoch
	index int           // in the heap, -1 outside
	beat  func() (next time.Time, more bool)
	gone  bool          // the wait was given up while its beat was called
	woken chan struct{} // holds a token once woken
}

var idle = sync.Pool{New: func() any { return &waiter{woken: make(chan struct{}, 1)} }}

func (s *sleeper) wait(ctx context.Context, until time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if time.Until(until) <= 0 {
		return nil
	}
	return s.join(ctx, until, nil)
}

func (s *sleeper) beat(ctx context.Context, at time.Time, beat func() (next time.Time, more bool)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.join(ctx, at, beat)
}

// join has the thread wake us, or call our beat until that says no more. A beat
// that the thread is too late for is called here.
func (s *sleeper) join(ctx context.Context, until time.Time, beat func() (next time.Time, more bool)) error {
	w := idle.Get().(*waiter)
	for {
		w.until, w.beat, w.gone = until.Sub(s.epoch), beat, false
		if !s.add(w) {
			idle.Put(w)
			return Timers().after(ctx, until, beat)
		}
		select {
		case <-w.woken:
		case <-ctx.Done():
			s.forget(w)
			return ctx.Err()
		}
		if until = s.epoch.Add(w.until); w.beat == nil {
			break
		}
		more := true
		if time.Until(until) <= 0 {
			until, more = beat()
		}
		if !more {
			break
		}
	}
	w.beat = nil
	idle.Put(w)
	if beat == nil && time.Until(until) > 0 { // the thread has ended
		return Timer(ctx, until)
	}
	return nil
}

// add lets the thread know of a waiter. It reports false at the end.
func (s *sleeper) add(w *waiter) bool {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return false
	}
	heap.Push(&s.waiting, w)
	first := w.index == 0
	s.mu.Unlock()
	if first {
		s.ring()
	}
	return true
}

// after goes on with a wait, or with a beat where there is one.
func (c Clock) after(ctx context.Context, at time.Time, beat func() (next time.Time, more bool)) error {
	if beat == nil {
		return c.Wait(ctx, at)
	}
	return c.beat(ctx, at, beat)
}

// forget takes back a wait. Its beat is not being called afterwards.
func (s *sleeper) forget(w *waiter) {
	s.mu.Lock()
	waits := w.index >= 0
	if waits {
		heap.Remove(&s.waiting, w.index)
	}
	w.gone = true
	s.mu.Unlock()
	if !waits {
		<-w.woken
	}
	w.beat = nil
	idle.Put(w)
}

func (s *sleeper) stop() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.ring()
	<-s.done
}

// run is the thread. It is never unlocked: the thread ends with it, and its
// timer slack is inherited by nobody.
func (s *sleeper) run() {
	defer close(s.done)
	runtime.LockOSThread()
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) // ns; without it the kernel may be 50 µs late
	for {
		bell := s.bell.Load()
		next, more := s.wakeDue()
		if !more {
			return
		}
		s.sleep(bell, next)
	}
}

// wakeDue wakes all whose time has come, or calls their beats, and gives when
// the next is due, or 0 where nobody waits. It reports false at the end.
func (s *sleeper) wakeDue() (next time.Duration, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.waiting) > 0 {
		late := time.Since(s.epoch) - s.waiting[0].until
		if late < 0 && !s.closed {
			break
		}
		w := heap.Pop(&s.waiting).(*waiter)
		if w.beat == nil || s.closed || late > behind || !s.call(w) {
			w.woken <- struct{}{}
		}
	}
	if len(s.waiting) > 0 {
		next = s.waiting.together(0, s.waiting[0].until+slack)
	}
	return next, !s.closed
}

// slack is how long the thread lets one wait for another whose time comes soon
// after, to be woken once for both. A thousand streams are due every 20 µs; to
// sleep and to wake costs a quarter of what a message does.
const slack = 100 * time.Microsecond

// together is the last point in time up to another one for which somebody of the
// heap below i waits.
func (h waiters) together(i int, most time.Duration) time.Duration {
	if i >= len(h) || h[i].until > most {
		return 0
	}
	return max(h[i].until, h.together(2*i+1, most), h.together(2*i+2, most))
}

// behind is how late the thread may be and still call a beat by itself. Later
// beats go to the goroutines that wait for them, which other processors run: one
// thread that has too much to do would fall behind more and more.
const behind = time.Millisecond

// call calls a beat, and reports whether it is to be called again. The caller
// holds mu, which is free meanwhile.
func (s *sleeper) call(w *waiter) bool {
	s.mu.Unlock()
	next, more := w.beat()
	s.mu.Lock()
	if !more {
		w.beat = nil // it is done, so that nobody goes on with it
		return false
	}
	w.until = next.Sub(s.epoch)
	if w.gone {
		return false
	}
	heap.Push(&s.waiting, w)
	return true
}

// sleep returns at a time, or once the bell has been rung since it was read.
func (s *sleeper) sleep(bell uint32, until time.Duration) {
	const waitBitset, private, anybody = 9, 128, 0xffffffff // futex(2): an absolute time of CLOCK_MONOTONIC
	var at *unix.Timespec
	if until > 0 {
		t := unix.NsecToTimespec(s.zero + int64(until))
		at = &t
	}
	_, _, _ = unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&s.bell)), waitBitset|private, uintptr(bell),
		uintptr(unsafe.Pointer(at)), 0, anybody)
}

// ring makes the thread look anew.
func (s *sleeper) ring() {
	const wake, private = 1, 128
	s.bell.Add(1)
	_, _, _ = unix.Syscall(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&s.bell)), wake|private, 1)
}

// waiters is a heap by time.
type waiters []*waiter

func (h waiters) Len() int           { return len(h) }
func (h waiters) Less(i, j int) bool { return h[i].until < h[j].until }

func (h waiters) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push adds one at the end.
func (h *waiters) Push(x any) {
	w := x.(*waiter)
	w.index = len(*h)
	*h = append(*h, w)
}

// Pop takes the last away.
func (h *waiters) Pop() any {
	last := len(*h) - 1
	w := (*h)[last]
	w.index = -1
	(*h)[last] = nil
	*h = (*h)[:last]
	return w
}
