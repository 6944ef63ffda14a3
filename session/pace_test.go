package session

import (
	"testing"
	"time"

	"github.com/duologue/duologue/media"
)

// A stream makes up for lateness of ours, however it is spread, until that is too much. It
// makes up for all that the peer held up.
func TestPaceMakesUpForLateness(t *testing.T) {
	const ms = time.Millisecond
	type turn struct{ woken, wrote time.Duration } // how late we come at least, and how long the write takes
	tests := []struct {
		name  string
		turns []turn
		next  time.Duration // when chunk 3 is due
	}{
		{"in time", []turn{{0, 0}, {0, 0}, {0, 0}}, 60 * ms},
		{"late once", []turn{{150 * ms, 0}, {0, 0}, {0, 0}}, 60 * ms},
		{"too late once", []turn{{200 * ms, 0}, {0, 0}, {0, 0}}, 260 * ms},
		{"late again while it makes up for that", []turn{{150 * ms, 0}, {100 * ms, 0}, {0, 0}}, 60*ms + 250*ms - 20*ms},
		{"the peer took time", []turn{{0, 500 * ms}, {0, 0}, {0, 0}}, 60 * ms},
		{"the peer took time after we were late", []turn{{150 * ms, 500 * ms}, {0, 0}, {0, 0}}, 60 * ms},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPace(0, 20*ms)
			now := time.Duration(0)
			for _, u := range tt.turns {
				now = max(now, p.next()) + u.woken
				p.wake(now)
				p.taken()
				now += u.wrote
				p.sent(now, 0)
			}
			if got := p.next(); got != tt.next {
				t.Errorf("chunk 3 is due at %v, want %v", got, tt.next)
			}
			if got := p.schedule.Due(3) - p.schedule.Due(2); got != 20*ms {
				t.Errorf("the interval is %v", got)
			}
		})
	}
	if media.CatchUp != 200*ms {
		t.Errorf("CatchUp = %v; this table is made for 200 ms", media.CatchUp)
	}
}
