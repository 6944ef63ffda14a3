package network

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Most is how many octets are on their way in one direction. Then whoever writes has to wait.
const Most = 256 << 10

// Conn is a connection over a bad line. Two goroutines carry what is on its way, one in each direction; nobody else reads
// from the socket or writes to it.
//
// On a good line a write returns when the socket has taken all octets, as without a line; on a bad one when all are on
// their way. A Close lets what is on its way arrive, and then ends the socket. On a half-open line the socket stays as it
// is until the line ends.
type Conn struct {
	socket  net.Conn
	carries sync.WaitGroup // the two goroutines
	writing sync.Mutex     // held by Write: one after the other

	mu       sync.Mutex    // guards what follows
	changed  chan struct{} // closed, and replaced, when anything of it has changed
	up, down flow
	writeBy  time.Time // the deadlines
	readBy   time.Time
	readers  int   // calls of Read
	asked    int   // octets of the call of Write that waits; none of them has been taken yet
	handing  int   // octets that the socket is just taking
	failed   error // why the socket takes no more
	closed   bool  // by Close
	finished bool  // by CloseWrite
	resets   bool  // a Close is to reset the connection
	over     bool  // the socket was closed
	halfOpen bool
	cut      *Cut // nil: it was not cut
	byCut    bool // the end that Read told is that of cut

	idle    time.Duration
	touched time.Time // when the last octet was read from the socket or handed to it
	alarm   *time.Timer
	rings   time.Time // when alarm does

	ours    time.Duration // for how long writes waited because of the line
	theirs  time.Duration // for how long the socket took octets
	handsAt time.Time     // since when it takes some; zero: it does not
}

// Wrap puts a socket under a good line, which [Line.Join] may take over.
func Wrap(socket net.Conn) *Conn {
	c := &Conn{socket: socket, changed: make(chan struct{})}
	c.carries.Go(c.carryUp)
	c.carries.Go(c.carryDown)
	return c
}

// LocalAddr is that of the socket.
func (c *Conn) LocalAddr() net.Addr { return c.socket.LocalAddr() }

// RemoteAddr is that of the socket.
func (c *Conn) RemoteAddr() net.Addr { return c.socket.RemoteAddr() }

// change makes the line another one from now on.
func (c *Conn) change(to Conditions) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over || c.halfOpen {
		return
	}
	now := time.Now()
	c.up.change(now, to.Up)
	c.down.change(now, to.Down)
	c.idle, c.touched = to.Idle, now
	c.setAlarmHeld()
	if to.HalfOpen {
		c.halfOpen = true
		c.up.clear()
		c.down.clear()
	}
	c.wakeHeld()
}

// draw gives the two directions their chance.
func (c *Conn) draw(up, down *rand.Rand) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.up.chance, c.down.chance = up, down
}

// setAlarmHeld has the line cut when it is idle for too long.
func (c *Conn) setAlarmHeld() {
	if c.alarm != nil {
		c.alarm.Stop()
		c.alarm = nil
	}
	if c.idle > 0 && !c.halfOpen && !c.over {
		c.rings = c.touched.Add(c.idle)
		c.alarm = time.AfterFunc(time.Until(c.rings), c.lookIdle)
	}
}

// inTime is how late the alarm may ring. If it rings later, this machine stood still, and there may be octets that it has
// not seen. Then it looks again a while later.
const (
	inTime = 5 * time.Millisecond
	again  = 50 * time.Millisecond
)

// lookIdle cuts the line if it has been idle for long enough.
func (c *Conn) lookIdle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	switch {
	case c.idle == 0 || c.halfOpen || c.over:
	case now.Before(c.touched.Add(c.idle)):
		c.setAlarmHeld()
	case now.Sub(c.rings) > inTime:
		c.rings = now.Add(again)
		c.alarm = time.AfterFunc(again, c.lookIdle)
	default:
		c.cutHeld(&Cut{Idle: c.idle, At: now})
	}
}

// reset resets the connection in both directions.
func (c *Conn) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		c.cutHeld(&Cut{At: time.Now()})
	}
}

// cutHeld ends the socket, and tells it to whoever reads and writes.
func (c *Conn) cutHeld(cut *Cut) {
	c.cut, c.halfOpen = cut, false
	if cut.Idle == 0 {
		c.resets = true
		c.down.clear()
		c.down.change(cut.At, Way{})
	}
	c.down.finish(cut.At, cut)
	_ = c.shutHeld()
}

// shutHeld ends the socket. What is on its way to the peer is lost.
func (c *Conn) shutHeld() error {
	if c.over {
		return nil
	}
	c.over = true
	c.up.clear()
	c.setAlarmHeld()
	c.wakeHeld()
	if l, ok := c.socket.(interface{ SetLinger(sec int) error }); ok && c.resets {
		_ = l.SetLinger(0)
	}
	return c.socket.Close()
}

// wakeHeld has everybody look again who waits.
func (c *Conn) wakeHeld() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// waitHeld waits without the lock until something has changed or the first of these times has come. Zero times never
// come.
func (c *Conn) waitHeld(times ...time.Time) {
	changed := c.changed
	c.mu.Unlock()
	defer c.mu.Lock()
	times = slices.DeleteFunc(times, time.Time.IsZero)
	if len(times) == 0 {
		<-changed
		return
	}
	first := slices.MinFunc(times, time.Time.Compare)
	t := time.NewTimer(time.Until(first))
	defer t.Stop()
	select {
	case <-changed:
	case <-t.C:
	}
}

// passed reports whether a deadline is over.
func passed(deadline time.Time) bool { return !deadline.IsZero() && !time.Now().Before(deadline) }

// opError is an error as that of a socket.
func (c *Conn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

// Read gives octets that have arrived.
func (c *Conn) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.readers++
	defer func() { c.readers-- }()
	c.wakeHeld()
	for {
		switch {
		case c.closed:
			return 0, c.opError("read", net.ErrClosed)
		case passed(c.readBy):
			return 0, c.opError("read", os.ErrDeadlineExceeded)
		case len(p) == 0:
			return 0, nil
		}
		first, next := c.down.arrived(time.Now())
		switch {
		case first == nil:
			c.waitHeld(next, c.readBy)
		case first.end != nil:
			c.byCut = c.byCut || c.cut != nil && first.end == error(c.cut)
			return 0, first.end
		default:
			n := copy(p, first.octets)
			c.down.take(n)
			c.wakeHeld()
			return n, nil
		}
	}
}

// WasCut gives the cut of the line, if that was the end which Read told.
func (c *Conn) WasCut() *Cut {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.byCut {
		return nil
	}
	return c.cut
}

// carryDown takes what the socket has to say. On a good line it does so only for somebody who reads, so that what nobody
// reads stays with the system.
func (c *Conn) carryDown() {
	buf := make([]byte, 8<<10)
	for c.awaitReader() {
		n, err := c.socket.Read(buf)
		c.mu.Lock()
		if now := time.Now(); !c.halfOpen && !c.over {
			if n > 0 {
				c.down.add(now, slices.Clone(buf[:n]))
				c.touched = now
			}
			if err != nil {
				c.down.finish(now, err)
			}
			c.wakeHeld()
		}
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// awaitReader waits until the socket is to be read from. It reports false if that is never.
func (c *Conn) awaitReader() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		if c.over {
			return false
		}
		most := Most
		if c.down.isGood(time.Now()) && c.idle == 0 {
			most = min(c.readers, 1)
		}
		if c.down.held < most && !c.halfOpen {
			return true
		}
		c.waitHeld()
	}
}

// Write puts octets on their way.
func (c *Conn) Write(p []byte) (n int, err error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	begin, theirs, bad := time.Now(), c.theirsHeld(), false
	defer func() {
		c.asked = 0
		if bad {
			c.ours += max(0, time.Since(begin)-(c.theirsHeld()-theirs))
		}
	}()
	for {
		if err := c.writableHeld(); err != nil {
			back := min(n, c.up.held)
			c.up.takeBack(back)
			return n - back, err
		}
		now := time.Now()
		good := c.up.isGood(now)
		bad = bad || !good
		room := min(Most-c.up.held, len(p)-n)
		switch {
		case c.halfOpen:
			return len(p), nil
		case room > 0:
			c.up.add(now, slices.Clone(p[n:n+room]))
			n += room
			c.asked = n
			c.wakeHeld()
		case n == len(p) && (!good || c.up.held+c.handing == 0):
			return n, nil
		default:
			c.waitHeld(c.writeBy)
		}
	}
}

// writableHeld says why nothing can be written.
func (c *Conn) writableHeld() error {
	switch {
	case c.closed:
		return c.opError("write", net.ErrClosed)
	case c.cut != nil:
		return c.opError("write", c.cut)
	case c.failed != nil:
		return c.failed
	case c.finished:
		return c.opError("write", os.NewSyscallError("write", syscall.EPIPE))
	case passed(c.writeBy):
		return c.opError("write", os.ErrDeadlineExceeded)
	}
	return nil
}

// theirsHeld is for how long the socket has been taking octets in all.
func (c *Conn) theirsHeld() time.Duration {
	if c.handsAt.IsZero() {
		return c.theirs
	}
	return c.theirs + time.Since(c.handsAt)
}

// Waited is for how long writes have waited in all because of the line, and not because of the peer.
func (c *Conn) Waited() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ours
}

// What follows after all octets that we send.
var (
	errFinish = errors.New("the end of our stream")
	errClose  = errors.New("the end of the connection")
)

// carryUp hands what has arrived to the socket.
func (c *Conn) carryUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.over {
		first, next := c.up.arrived(time.Now())
		switch {
		case first == nil:
			c.waitHeld(next)
		case first.end == errClose:
			_ = c.shutHeld()
		case first.end == errFinish:
			c.up.take(0)
			if half, ok := c.socket.(halves); !ok || half.CloseWrite() != nil {
				_ = c.shutHeld()
			}
			c.wakeHeld()
		default:
			c.handHeld(first.octets)
		}
	}
}

// handHeld hands octets to the socket, which may take some time.
func (c *Conn) handHeld(octets []byte) {
	c.up.take(len(octets))
	c.handing, c.handsAt = len(octets), time.Now()
	c.mu.Unlock()
	n, err := c.socket.Write(octets)
	c.mu.Lock()
	now := time.Now()
	c.theirs += now.Sub(c.handsAt)
	c.handing, c.handsAt = 0, time.Time{}
	if n > 0 {
		c.touched = now
	}
	if err != nil && !c.over {
		c.failed = err
		c.up.clear()
		if c.closed {
			_ = c.shutHeld()
		}
	}
	c.wakeHeld()
}

// halves is a socket of which one side can end alone.
type halves interface{ CloseWrite() error }

// arrivedUpHeld reports whether all octets have arrived that we were rid of. On a good line a Write that waits is not
// rid of its own.
func (c *Conn) arrivedUpHeld() bool {
	left := c.up.held + c.handing
	return c.up.isGood(time.Now()) && left-min(left, c.asked) == 0
}

// CloseWrite ends our stream, once what is on its way has arrived.
func (c *Conn) CloseWrite() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch err := c.writableHeld(); {
	case err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
		return err
	case c.halfOpen:
		c.finished = true
		return nil
	}
	c.finished = true
	if !c.arrivedUpHeld() {
		c.up.finish(time.Now(), errFinish)
		c.wakeHeld()
		return nil
	}
	half, ok := c.socket.(halves)
	if !ok {
		return errors.ErrUnsupported
	}
	return half.CloseWrite()
}

// SetLinger has a Close reset the connection if sec is 0.
func (c *Conn) SetLinger(sec int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.resets = sec == 0
	return nil
}

// Close ends the connection for us at once, and for the peer once what is on its way has arrived.
func (c *Conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.opError("close", net.ErrClosed)
	}
	c.closed = true
	c.wakeHeld()
	switch {
	case c.halfOpen, c.over:
		return nil
	case c.failed != nil, c.arrivedUpHeld():
		return c.shutHeld()
	}
	c.up.finish(time.Now(), errClose)
	return nil
}

// end ends the connection for the peer too. What is on its way arrives at once, if the peer takes it before ctx ends,
// unless the connection is half-open: of that the peer now hears that it was reset.
func (c *Conn) end(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.wakeHeld()
	})
	defer stop()
	c.mu.Lock()
	c.up.change(time.Now(), Way{})
	c.wakeHeld()
	for c.closed && !c.over && !c.halfOpen && ctx.Err() == nil {
		c.waitHeld()
	}
	c.resets = c.resets || c.halfOpen
	c.closed = true
	_ = c.shutHeld()
	c.mu.Unlock()
	c.carries.Wait()
}

// SetDeadline sets both deadlines.
func (c *Conn) SetDeadline(at time.Time) error { return c.set(at, &c.readBy, &c.writeBy) }

// SetReadDeadline sets that of Read.
func (c *Conn) SetReadDeadline(at time.Time) error { return c.set(at, &c.readBy) }

// SetWriteDeadline sets that of Write. What is on its way goes on.
func (c *Conn) SetWriteDeadline(at time.Time) error { return c.set(at, &c.writeBy) }

func (c *Conn) set(at time.Time, deadlines ...*time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range deadlines {
		*d = at
	}
	c.wakeHeld()
	return nil
}

// Slack is how much longer than on a good line it takes until what is sent now is answered.
func (c *Conn) Slack() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	there := later(now.Add(c.up.lag()), c.up.stalled)
	return later(there.Add(c.down.lag()), c.down.stalled).Sub(now)
}

func (c *Conn) stalledUntil() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.down.stalled
}

// isOver reports whether the socket was closed.
func (c *Conn) isOver() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over
}
