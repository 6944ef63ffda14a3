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

// Precise returns the most exact clock that this machine has, and a function that
// stops it. Here the clock is a goroutine that sleeps in the kernel, on a thread of the
// operating system, until the earliest point in time that another goroutine waits for. Then
// it wakes that goroutine, or calls its beat itself. The runtime's own timers are
// up to a millisecond late, because its poller waits in whole milliseconds. A
// goroutine that still waits when the clock is stopped goes on with a timer.
//
// The clock may wake goroutines late on purpose, so as to sleep once for several of them: by
// a twentieth of bound, and at most by a millisecond. bound is the lateness that matters to
// the caller.
func Precise(bound time.Duration) (clock Clock, stop func()) {
	s := &sleeper{epoch: time.Now(), slack: min(max(bound, 0)/20, time.Millisecond), done: make(chan struct{})}
	var now unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) != nil {
		return Timers(), func() {}
	}
	s.zero = now.Nano()
	go s.run()
	return Clock{Name: "thread", Wait: s.wait, Beat: s.beat}, s.stop
}

// sleeper is the thread, and the goroutines that wait for it. The thread sleeps on a
// futex, not in clock_nanosleep. Both end at an absolute time of the same clock, but
// a futex can be woken when a goroutine comes that has to be woken earlier.
type sleeper struct {
	epoch time.Time     // times of waiters count from it
	zero  int64         // the same moment as CLOCK_MONOTONIC has it, in ns
	slack time.Duration // how long a goroutine waits for another that is due soon after it, so that the thread sleeps once for both

	mu      sync.Mutex // guards what follows, except done
	waiting waiters
	closed  bool          // the thread is to end
	helpers int           // that run
	done    chan struct{} // closed once the thread has ended

	help sync.WaitGroup // the helpers
	bell atomic.Uint32  // the futex; counting it up rings it
}

// waiter is a goroutine that waits.
type waiter struct {
	until time.Duration                      // from the epoch
	index int                                // in the heap; -1 outside
	beat  func() (next time.Time, more bool) // nil: wake the goroutine instead
	gone  bool                               // the goroutine gave up while its beat was being called
	woken chan struct{}                      // holds a token once the goroutine has been woken
}

// idle are waiters that nobody uses now.
var idle = sync.Pool{New: func() any { return &waiter{woken: make(chan struct{}, 1)} }}

// wait is the clock's Wait.
func (s *sleeper) wait(ctx context.Context, until time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if time.Until(until) <= 0 {
		return nil
	}
	return s.join(ctx, until, nil)
}

// beat is the clock's Beat.
func (s *sleeper) beat(ctx context.Context, at time.Time, beat func() (next time.Time, more bool)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.join(ctx, at, beat)
}

// join waits until the thread wakes us, or until our beat says that there are no
// more. If the thread is too late to call a beat, join calls it.
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
	if beat == nil && time.Until(until) > 0 { // the thread has ended and woke us early
		return Timer(ctx, until)
	}
	return nil
}

// add gives a waiter to the thread. It reports false if the thread has been stopped.
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

// after waits, or calls a beat if there is one.
func (c Clock) after(ctx context.Context, at time.Time, beat func() (next time.Time, more bool)) error {
	if beat == nil {
		return c.Wait(ctx, at)
	}
	return c.beat(ctx, at, beat)
}

// forget takes a waiter back from the thread. When it returns, the beat is not being
// called and will not be called.
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

// stop ends the thread and waits for that.
func (s *sleeper) stop() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.ring()
	<-s.done
	s.help.Wait()
}

// run is the thread. It is not bound to one thread, because then each call of the scheduler
// would wake two others.
func (s *sleeper) run() {
	defer close(s.done)
	settled := time.Now()
	exact()
	for {
		bell := s.bell.Load()
		next, more := s.wakeDue()
		if !more {
			return
		}
		if time.Since(settled) > stay {
			runtime.Gosched()
			exact()
			settled = time.Now()
		}
		s.sleep(bell, next)
		if next > 0 && time.Since(s.epoch)-next > coarse {
			exact()
		}
	}
}

// stay is how long the goroutine stays on its thread without a call of the scheduler.
// The runtime wants to preempt a goroutine that has run for 10 ms, and takes one that
// only sleeps in the kernel for such a goroutine. Then its monitor wakes every 20 µs for
// as long as we run, which took two fifths of the CPU time of a process with fifty streams.
const stay = 8 * time.Millisecond

// exact makes the kernel wake the thread that we run on in time; without it the kernel may
// be [coarse] late. The goroutine gets another thread if no processor is free for
// it at the end of a sleep.
func exact() { _ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) }

// coarse is how late the kernel may wake a thread by default.
const coarse = 50 * time.Microsecond

// wakeDue wakes all goroutines whose time has come, or calls their beats. It returns
// when the next is due, or 0 if no goroutine waits. It reports false if the thread is
// to end.
func (s *sleeper) wakeDue() (next time.Duration, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drainHeld()
	if len(s.waiting) > 0 {
		next = s.waiting.together(0, s.waiting[0].until+s.slack)
	}
	return next, !s.closed
}

// drainHeld wakes all goroutines whose time has come, or calls their beats. If the clock is
// stopped it wakes all. If it is late for a beat it gets help.
func (s *sleeper) drainHeld() {
	for len(s.waiting) > 0 {
		late := time.Since(s.epoch) - s.waiting[0].until
		if late < 0 && !s.closed {
			return
		}
		w := heap.Pop(&s.waiting).(*waiter)
		if w.beat == nil || s.closed {
			w.woken <- struct{}{}
			continue
		}
		if late > behind && s.helpers < most {
			s.helpers++
			s.help.Go(s.assist)
		}
		if !s.callHeld(w) {
			w.woken <- struct{}{}
		}
	}
}

// assist does what the thread does, until nobody is due.
func (s *sleeper) assist() {
	s.mu.Lock()
	s.drainHeld()
	s.helpers--
	s.mu.Unlock()
	s.ring() // the thread sleeps until who was due first when it looked
}

// behind is how late a beat may be before another processor helps. It helps as long as
// something is due. So one thread sends as long as it can keep up, which costs least.
const behind = time.Millisecond

// most is how many may help at the same time.
var most = runtime.NumCPU() - 1

// together returns the last due time, of those up to most, in the part of the heap
// below i. It returns 0 if there is none.
func (h waiters) together(i int, most time.Duration) time.Duration {
	if i >= len(h) || h[i].until > most {
		return 0
	}
	return max(h[i].until, h.together(2*i+1, most), h.together(2*i+2, most))
}

// callHeld calls a beat without the lock, and takes the lock again. It reports whether
// the beat is to be called again.
func (s *sleeper) callHeld(w *waiter) bool {
	s.mu.Unlock()
	next, more := w.beat()
	s.mu.Lock()
	if !more {
		w.beat = nil // join must not go on with it
		return false
	}
	w.until = next.Sub(s.epoch)
	if w.gone {
		return false
	}
	heap.Push(&s.waiting, w)
	return true
}

// sleep returns at a time, or as soon as the bell has been rung since bell was read.
// If the time is 0 only the bell ends it.
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

// ring ends the thread's sleep, so that it looks again at who waits.
func (s *sleeper) ring() {
	const wake, private = 1, 128
	s.bell.Add(1)
	_, _, _ = unix.Syscall(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&s.bell)), wake|private, 1)
}

// waiters is a heap. The first is due next.
type waiters []*waiter

func (h waiters) Len() int           { return len(h) }
func (h waiters) Less(i, j int) bool { return h[i].until < h[j].until }

func (h waiters) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push adds a waiter at the end. It is for package heap.
func (h *waiters) Push(x any) {
	w := x.(*waiter)
	w.index = len(*h)
	*h = append(*h, w)
}

// Pop takes the last waiter away. It is for package heap.
func (h *waiters) Pop() any {
	last := len(*h) - 1
	w := (*h)[last]
	w.index = -1
	(*h)[last] = nil
	*h = (*h)[:last]
	return w
}
