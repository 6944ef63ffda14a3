package scene

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/wire"
)

// dialling is the time that a connect has, for each attempt and for all of them. Who has
// seen that the connection opened, or did not, may read it.
type dialling struct {
	excuses *excuses
	within  time.Duration // for an attempt
	all     *patience     // for the beginning of attempts; of no time if there is one

	last  *patience     // of the attempt that began last
	ended time.Duration // when that ended
	vain  string        // why nothing is known though it was not over in time; "": it was, or it is
}

// bound gives the context of an attempt that begins now.
func (d *dialling) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	d.last = d.excuses.patience(d.within)
	timed, cancel := d.last.bound(ctx, nil)
	return timed, func() {
		d.ended, d.vain = d.excuses.desk.now(), vain(timed)
		cancel()
	}
}

// longer is how much longer than asked attempts begin, because we were late until now.
func (d *dialling) longer() time.Duration {
	d.all.waitOn()
	return d.all.longer
}

// diallings are those of the connections that we dialled.
type diallings struct {
	mu sync.Mutex
	of map[*session.Conn]*dialling
}

// keep remembers the time that a connection has to open.
func (ds *diallings) keep(c *session.Conn, d *dialling) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	ds.of[c] = d
}

// find gives the time that a connection had to open; nil if we did not dial it.
func (ds *diallings) find(c *session.Conn) *dialling {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	return ds.of[c]
}

// blind says why nobody knows whether a connection would have opened that did not, or gives
// "".
func (ds *diallings) blind(c *session.Conn) string {
	d := ds.find(c)
	var bad *wire.DialError
	switch {
	case d == nil, !errors.As(c.Err(), &bad):
		return ""
	case bad.Absent():
		return d.all.vain()
	}
	return d.vain
}
