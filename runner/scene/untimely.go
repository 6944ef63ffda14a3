package scene

import (
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
)

// untimely fails if a connection has opened after its time, or if nobody knows whether it
// would have.
func (t *task) untimely(c *session.Conn) *problem {
	d := t.dials.find(c)
	switch {
	case d == nil || c.ReadyState() == "connecting":
		return nil
	case c.Err() == nil && d.all.asked > 0 && d.last.began > d.all.deadline():
		return t.belated(d.all, d.last.began, "the attempt that succeeded began")
	case c.Err() == nil:
		return t.belated(d.last, d.ended, "the connection opened")
	}
	excuse := t.dials.blind(c)
	if excuse == "" {
		return nil // its error event tells what was wrong
	}
	p := t.fails(t.timePos(t.step.Pos), "the connection did not open", t.ending(c)...)
	p.excuse = excuse
	return p
}

// anyUntimely is untimely for connects that did not wait.
func (th *thread) anyUntimely() *problem {
	for _, c := range th.desk.connections() {
		t := &task{thread: th, step: &spec.Step{Pos: th.desk.madeAt(c), On: c.Name()}}
		if p := t.untimely(c); p != nil {
			th.excuses.excuse(p)
			return p
		}
	}
	return nil
}
