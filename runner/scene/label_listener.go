package scene

import (
	"errors"
	"time"

	"github.com/duologue/duologue/trace"
)

// listenerLabel is a listener, under its name: how many events it has taken until now, and when
// the last of them came.
type listenerLabel struct {
	desk  *desk
	tally *tally
}

var errTookNothing = errors.New("the listener has taken no event yet")

// Member gives the number, or the time.
func (l listenerLabel) Member(name string) (any, bool) {
	l.desk.mu.Lock()
	now := taken{l.tally.count, l.tally.last}
	l.desk.mu.Unlock()
	return now.Member(name)
}

// Members lists what Member knows.
func (l listenerLabel) Members() []string { return taken{}.Members() }

func (l listenerLabel) stream() (trace.Stream, bool) { return trace.Stream{}, false }

// taken is what a listener has taken at some moment.
type taken struct {
	count int
	last  time.Duration
}

// Member gives the number, or the time of the last event.
func (t taken) Member(name string) (any, bool) {
	switch {
	case name == "count":
		return t.count, true
	case name == "at" && t.count == 0:
		return errTookNothing, true
	}
	return t.last, name == "at"
}

// Members lists what Member knows.
func (t taken) Members() []string { return []string{"count", "at"} }
