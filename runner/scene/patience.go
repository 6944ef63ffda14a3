package scene

import (
	"time"

	"github.com/duologue/duologue/session"
)

// patience is how long a step waits. It waits longer than asked if this process was late.
// All times but asked, overtime, longer and late are offsets from the start of the run.
type patience struct {
	*excuses
	began time.Duration // the step
	from  time.Duration // what `within` counts from
	asked time.Duration // how long is waited

	silentFrom time.Duration // since when silence is listened to: from, or later in overtime
	overtime   time.Duration // how much longer than asked silence is listened to
	untold     string        // why the silence before proves nothing

	longer time.Duration // how much longer than asked something is waited for
	late   time.Duration // how late we were meanwhile, at the last look
}

// maxOvertime is how much longer than asked a step waits or listens to silence.
const maxOvertime = 5 * time.Second

// deadline is when the time that was asked for is over.
func (p *patience) deadline() time.Duration { return p.from + p.asked }

// end is when the step has waited for long enough.
func (p *patience) end() time.Duration { return p.silentFrom + p.asked + p.longer }

// waitOn waits longer for what has not come, by as much as we were late in the time before:
// whatever we can have delayed comes then. It reports false once we were in time.
func (p *patience) waitOn(conns []*session.Conn) bool {
	begin := p.began
	if p.longer > 0 {
		begin = p.deadline() + p.longer - p.late // of the last time that was added
	}
	p.late = max(p.Between(begin, p.desk.now()).Max, departed(conns, begin))
	if p.late <= p.Most || p.longer >= maxOvertime {
		return false
	}
	p.longer += min(p.late, maxOvertime-p.longer)
	return true
}

// listenOn listens once more for as long as was asked, if the silence proves nothing because
// this machine was late. If nothing comes even then, nothing came in time. If something
// does, nobody can tell whether it was in time.
func (p *patience) listenOn() bool {
	p.untold = p.unheard()
	if p.untold == "" || p.overtime+p.asked > maxOvertime {
		return false
	}
	p.overtime += p.asked
	p.silentFrom = p.desk.now()
	return true
}

// unheard says why the silence until now proves nothing, or gives "".
func (p *patience) unheard() string { return p.Unheard(p.silentFrom, p.asked, p.desk.now()) }

// doubt says why the silence that was asked for proves nothing, or gives "".
func (p *patience) doubt() string {
	if p.overtime == 0 {
		p.untold = p.unheard()
	}
	return p.untold
}
