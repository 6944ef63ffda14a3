package scene

import (
	"fmt"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/session"
)

// patience is how long something is waited for: longer than asked by as much as this process
// was late, since whatever we can have delayed comes then. All times but asked, longer and
// late are offsets from the start of the run.
type patience struct {
	*excuses
	began time.Duration // the waiting
	from  time.Duration // what `within` counts from
	asked time.Duration // how long is waited
	once  bool          // for one event; else for what may take many exchanges, each of which is late for itself

	longer time.Duration // how much longer than asked something is waited for
	late   time.Duration // how late we were meanwhile, at the last look
}

// maxOvertime is how much longer than asked a step waits or listens to silence.
const maxOvertime = 5 * time.Second

// settle is how long after its time an event may yet come into the log. What was read just
// before a deadline is handed over just after it, and what the dialect does by the clock is
// noted up to [session.Settle] later.
const settle = 2 * session.Settle

// patience waits for so long from now on.
func (e *excuses) patience(asked time.Duration) *patience {
	now := e.desk.now()
	return &patience{excuses: e, began: now, from: now, asked: asked}
}

// deadline is when the time that was asked for is over.
func (p *patience) deadline() time.Duration { return p.from + p.asked }

// end is when something has been waited for for long enough.
func (p *patience) end() time.Duration { return p.deadline() + p.longer }

// waitOn waits longer for what has not come, by as much as we were late in the time before.
// It reports false once we were in time, or have waited for maxOvertime.
func (p *patience) waitOn() bool {
	begin := p.began
	if p.longer > 0 {
		begin = p.deadline() + p.longer - p.late // of the last time that was added
	}
	p.late = p.lateIn(lateness.Window{From: begin, To: p.desk.now()})
	if p.late <= p.Most || p.longer >= maxOvertime {
		return false
	}
	p.longer += min(p.late, maxOvertime-p.longer)
	return true
}

// lateIn is by how much our lateness can have delayed what is waited for, in a window that
// goes on until now.
func (p *patience) lateIn(w lateness.Window) time.Duration {
	late := max(p.Between(w.From, w.To).Max, departed(p.desk.connections(), w.From))
	if p.once {
		return late
	}
	return max(late, p.Total(p.Most, w.From)+p.repeated(w.From))
}

// vain says why nothing is known though nothing came: we were late until the end. It gives
// "" if we were not.
func (p *patience) vain() string {
	if p.late <= p.Most {
		return ""
	}
	return fmt.Sprintf("this machine was late all the while, by %s at last", diag.Round(p.late))
}

// forgives says why what came at an offset may have come in time, or gives "". It must have
// come no later after its time than we were late.
func (p *patience) forgives(at time.Duration) string {
	late := p.lateIn(lateness.Window{From: p.began, To: at})
	if at-p.deadline() > late {
		return ""
	}
	return p.By(late, "meanwhile")
}
