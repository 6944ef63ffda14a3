// Package lateness tells what a failure owes to this machine having been late. A [Probe]
// measures how late the process is woken. [Excuses] say in words what that, and the
// lateness of chunks, can have caused. Whoever judges asks; this package knows nothing of
// scenarios.
package lateness

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/duologue/duologue/trace"
)

// Beat is how often a probe wants to be woken.
const Beat = 5 * time.Millisecond

// Window is a stretch of time in which something was to happen, by offsets from the start
// of the probe.
type Window struct{ From, To time.Duration }

// Probe measures how late this process notices things. A goroutine wants to be woken on a
// beat and records how late it was. A process that wakes late also reads late, and must
// not blame its peers for that. A Probe is safe to share.
type Probe struct {
	start  time.Time
	cancel context.CancelFunc
	done   chan struct{}

	mu   sync.Mutex
	late []time.Duration // late[k] belongs to beat k
}

// Start begins to measure. It waits by the given function, as what it is compared with
// does, and counts from start. Stop must be called.
func Start(wait func(ctx context.Context, until time.Time) error, start time.Time) *Probe {
	ctx, cancel := context.WithCancel(context.Background())
	p := &Probe{start: start, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		for {
			p.mu.Lock()
			due := start.Add(time.Duration(len(p.late)) * Beat)
			p.mu.Unlock()
			if wait(ctx, due) != nil {
				return
			}
			// Beats that were slept through were late too, each by what was
			// left of the gap.
			late := time.Since(due)
			p.mu.Lock()
			for ; late >= 0; late -= Beat {
				p.late = append(p.late, late)
			}
			p.mu.Unlock()
		}
	}()
	return p
}

// Recorded gives a probe that does not measure: late[k] is how late beat k was.
func Recorded(start time.Time, late []time.Duration) *Probe { return &Probe{start: start, late: late} }

// Stop ends the measuring. What was measured can still be asked for.
func (p *Probe) Stop() {
	p.cancel()
	<-p.done
}

// Between sums up the beats between two offsets.
func (p *Probe) Between(from, to time.Duration) trace.Quantiles {
	p.mu.Lock()
	defer p.mu.Unlock()
	first := min(len(p.late), max(0, int(from/Beat)))
	last := min(len(p.late), int(to/Beat)+1)
	late := slices.Clone(p.late[first:max(first, last)])
	// After a standstill others may ask before the probe has been woken: the
	// beats that it missed are late, too.
	now := time.Since(p.start)
	for due := time.Duration(len(p.late)) * Beat; due < now && due <= to; due += Beat {
		if due >= from {
			late = append(late, now-due)
		}
	}
	return trace.QuantilesOf(late)
}

// Total is how long this process did nothing since an offset, in stretches longer than
// most.
func (p *Probe) Total(most, since time.Duration) (all time.Duration) {
	for _, w := range p.Longer(most, since) {
		all += w.To - w.From
	}
	return all
}

// Longer gives the stretches since an offset in which this process did nothing for longer
// than most. A stretch that goes on ends now.
func (p *Probe) Longer(most, since time.Duration) []Window {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Window
	k := max(0, int(since/Beat))
	for ; k < len(p.late); k++ {
		if p.late[k] > most {
			due := time.Duration(k) * Beat
			out = append(out, Window{due, due + p.late[k]})
			k += int(p.late[k] / Beat) // the beats that it covers tell of the same
		}
	}
	if due, now := time.Duration(k)*Beat, time.Since(p.start); now-due > most {
		out = append(out, Window{due, now})
	}
	return out
}

// Recent is the greatest lateness in the time until now that is given.
func (p *Probe) Recent(long time.Duration) time.Duration {
	now := time.Since(p.start)
	return p.Between(now-long, now).Max
}
